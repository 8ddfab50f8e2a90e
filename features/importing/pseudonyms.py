"""Strangers in place of people: ids become keyed hashes, handles become handles of the same shape."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path

from features.problems import InputError, Problem

FILE = "pseudonyms.key"
BYTES = 32
# A handle of one letter may meet itself; more attempts than this would not help.
_ATTEMPTS = 8
# A sentence's full stop behind a handle is not part of it.
_MENTION = re.compile(r"@(\w(?:[\w.\-]*\w)?)")


def key_under(home: Path) -> bytes:
    """The random key under HOME, made once, readable by its owner only.

    Who holds it can link a pseudonym to a person whose id he knows; without it nobody can. The same key gives the same
    pseudonyms, so that later imports can be joined. Raises InputError when the file is not one of ours.
    """
    path = home / FILE
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{FILE}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(BYTES))
        try:
            # A link fails where another import was first, and then that one's key counts.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_bytes()
    if len(key) != BYTES:
        raise InputError(
            [
                Problem(
                    f"expected a key of {BYTES} bytes, got {len(key)}. Bring the file back, or remove it to begin with new pseudonyms.",
                    str(path),
                )
            ]
        )
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return key


def of_account(key: bytes, account_id: str) -> str:
    """What an account is called wherever its id is not kept: 32 hexadecimal digits, whatever its platform."""
    return Pseudonyms(key, "account").id(account_id)


class Pseudonyms:
    """One platform's strangers: the same person always becomes the same one, as long as the key is the same.

    `kept` are handles that stay as they are: those of the accounts that are asked about.
    """

    def __init__(self, key: bytes, platform: str, kept: frozenset[str] = frozenset()):
        self._key = key + platform.encode() + b"\0"
        self._kept = frozenset(handle.casefold() for handle in kept)

    def id(self, identity: str) -> str:
        """32 hexadecimal digits (HMAC-SHA-256, cut to 128 bits) in place of an id."""
        return hmac.digest(self._key, identity.encode(), "sha256")[:16].hex()

    def handle(self, handle: str) -> str:
        """Each letter another letter of its script and case, each digit another digit; every other sign stays.

        Patterns, lengths and digits at the end are evidence; the letters are only a name.
        """
        if handle.casefold() in self._kept:
            return handle
        folded = handle.casefold()
        stranger = handle
        for attempt in range(_ATTEMPTS):
            noise = hashlib.shake_256(self._key + bytes([attempt]) + folded.encode()).digest(2 * len(handle))
            stranger = "".join(_sibling(c, noise[2 * i] << 8 | noise[2 * i + 1]) for i, c in enumerate(handle))
            if stranger.casefold() != folded:
                break
        return stranger

    def text(self, text: str) -> str:
        """The text with every @mention pointing to a stranger."""
        return _MENTION.sub(lambda found: "@" + self.handle(found[1]), text) if "@" in text else text


def _sibling(sign: str, noise: int) -> str:
    if "a" <= sign <= "z":
        return chr(97 + noise % 26)
    if "A" <= sign <= "Z":
        return chr(65 + noise % 26)
    if "0" <= sign <= "9":
        return chr(48 + noise % 10)
    siblings = _siblings(sign) if not sign.isascii() else sign
    return siblings[noise % len(siblings)]


@lru_cache(maxsize=4_096)
def _siblings(sign: str) -> str:
    """Letters or digits of the same script and kind: the neighbours in Unicode's table with the same category."""
    category = unicodedata.category(sign)
    if category[0] not in "LMN":
        return sign
    first = ord(sign) & ~0x1F
    return "".join(chr(point) for point in range(first, first + 32) if unicodedata.category(chr(point)) == category)
