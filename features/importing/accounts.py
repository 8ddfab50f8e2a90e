"""Which accounts the answers are about, and which of them a record belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from features.importing.answers import Source
from features.importing.collecting import MENTIONED, Collected
from features.importing.remarks import Remarks
from features.importing.rows import Rows
from features.schema import PLATFORMS

DAY_US = 86_400_000_000
# More parts than this has no name that was given by hand.
_MOST_PARTS, _LONGEST_NAME = 16, 255


@dataclass
class Accounts:
    """The accounts of an import: one row each, found by id or by handle, and what was seen of them on earlier days."""

    rows: Rows
    by_id: dict[str, int] = field(default_factory=dict)
    by_handle: dict[str, str] = field(default_factory=dict)
    earlier: list[dict[str, Any]] = field(default_factory=list)

    def known(self, account_id: str | None, handle: str | None) -> str | None:
        """The id of the account that goes by this id or handle."""
        if account_id is not None and account_id in self.by_id:
            return account_id
        # A platform that tells no ids calls an account by its handle.
        return self.by_handle.get((handle or account_id or "").casefold())

    def owner(self, rows: Rows, number: int) -> tuple[str | None, bool]:
        """Whose a record is, and whether that had to be guessed from there being one account only; None when it is nobody's here."""
        account_id, handle = rows["account_id"][number], rows["owner_handle"][number]
        if account_id is not None or handle is not None:
            return self.known(account_id, handle), False
        page = rows.pages[number]
        if page.owner is not None and rows.table != "comments":
            return (page.owner if page.owner in self.by_id else None), False
        for name in names_in(page.source):
            if (found := self.known(name, name)) is not None:
                return found, False
        return (next(iter(self.by_id)), True) if len(self.by_id) == 1 else (None, False)


@lru_cache(maxsize=4_096)
def names_in(source: Source) -> tuple[str, ...]:
    """Everything in a file's name and folders that may be an id or a handle: `comments_UC_x5-1` holds `UC_x5-1`, among others."""
    found: dict[str, None] = {}
    for name in (*reversed(source.names), source.folder):
        if len(name) > _LONGEST_NAME:
            continue
        parts = re.split(r"([_\-. @()]+)", name)[:_MOST_PARTS]
        pieces = ("".join(parts[i:j]) for j in range(len(parts), 0, -1) for i in range(j))
        found |= dict.fromkeys(piece for piece in pieces if piece)
    return tuple(found)


def settle(collected: Collected, asked: str | None, observed_us: int | None) -> Accounts:
    """The accounts that the answers are about; `asked` (id or handle) leaves one of them.

    observed_us: the moment of observation for answers that do not say it, microseconds; None takes each file's own time.
    """
    rows = _described(collected, asked)
    _name(rows, collected, asked)
    _observe(rows, collected.remarks, observed_us)
    if collected.platform.name in PLATFORMS:
        rows.columns["platform"] = [platform or collected.platform.name for platform in rows["platform"]]
    accounts = _merged(rows)
    _followed(accounts, collected.remarks)
    return accounts


def _owners(collected: Collected) -> set[str]:
    """Everybody whose posts came, by id or else by handle."""
    posts = collected.tables["posts"]
    return {owner for pair in zip(posts["account_id"], posts["owner_handle"], strict=True) if (owner := pair[0] or pair[1])}


def _described(collected: Collected, asked: str | None) -> Rows:
    """Rows of accounts that were asked for; where none was, of the one whose posts came along with a description of it."""
    rows, mentioned = collected.tables["accounts"], collected.tables[MENTIONED]
    if len(rows):
        wanted = {key for i in range(len(rows)) for key in (rows["account_id"][i], rows["handle"][i]) if key}
    else:
        owners = _owners(collected)
        wanted = {asked} if asked is not None else owners if len(owners) == 1 else set()
    for i in range(len(mentioned)):
        if mentioned["account_id"][i] in wanted or mentioned["handle"][i] in wanted:
            rows.add(mentioned.row(i), mentioned.pages[i], mentioned.pointers[i])
    return rows


def _name(rows: Rows, collected: Collected, asked: str | None) -> None:
    """Give every row an account_id, and leave the rows of the account that was asked for."""
    ids = {
        handle.casefold(): account_id
        for account_id, handle in zip(rows["account_id"], rows["handle"], strict=True)
        if account_id and handle
    }
    owners = _owners(collected)
    nameless = [i for i in range(len(rows)) if not rows["account_id"][i] and not rows["handle"][i]]
    for i in nameless:
        told = next((name for name in names_in(rows.pages[i].source) if name in owners), None)
        name = asked or told or (next(iter(owners)) if len(owners) == 1 else None)
        if name is None:
            detail = "the answer does not say whose account it describes; name it with --account, or call the file by its handle."
            collected.remarks.note("nameless", detail, rows.pages[i].source.file, rows.pointers[i], "error")
        else:
            rows["account_id"][i] = rows["handle"][i] = name
    for i in range(len(rows)):
        handle = rows["handle"][i]
        rows["account_id"][i] = rows["account_id"][i] or (ids.get(handle.casefold(), handle) if handle else None)
    kept = [i for i in range(len(rows)) if rows["account_id"][i] is not None]
    if asked is not None:
        called = asked.removeprefix("@").casefold()
        chosen = {rows["account_id"][i] for i in kept if called in (rows["account_id"][i].casefold(), (rows["handle"][i] or "").casefold())}
        if kept and not chosen:
            there = ", ".join(sorted({str(rows["handle"][i] or rows["account_id"][i])[:_LONGEST_NAME] for i in kept})[:8])
            collected.remarks.note("asked", f"there is no account {asked} in the answers; there are: {there}.", severity="error")
        kept = [i for i in kept if rows["account_id"][i] in chosen]
    rows.only(kept)


def _observe(rows: Rows, remarks: Remarks, observed_us: int | None) -> None:
    """Fill in when each account was looked at: as the answer says, as the user says, or as the file's time says."""
    for i in range(len(rows)):
        if rows["observed_at"][i] is None:
            source = rows.pages[i].source
            if observed_us is None:
                detail = (
                    "the answer does not say when it was given; the time at which the file was written is taken. Say it with --observed-at."
                )
                remarks.note("observed", detail, source.file, examples=1)
            rows["observed_at"][i] = int(source.modified * 1e6) if observed_us is None else observed_us


def _merged(rows: Rows) -> Accounts:
    """One row per account: the newest, completed by the older ones, whose counts become its history."""
    of: dict[str, list[int]] = {}
    for i in sorted(range(len(rows)), key=lambda i: (-rows["observed_at"][i], str(rows.row(i)))):
        of.setdefault(rows["account_id"][i], []).append(i)
    earlier = [point for numbers in of.values() for point in _points(rows, numbers)]
    for newest, *others in of.values():
        for other in others:
            for column in rows.columns.values():
                column[newest] = column[other] if column[newest] is None else column[newest]
    rows.only([numbers[0] for numbers in of.values()])
    return Accounts(rows, earlier=earlier)


def _points(rows: Rows, numbers: list[int]) -> Iterable[dict[str, Any]]:
    """An account's counts on the days on which it was looked at, if there is more than one day."""
    days: dict[int, dict[str, Any]] = {}
    for i in numbers:
        if rows["followers"][i] is not None:
            counts = {name: rows[name][i] for name in ("account_id", "followers", "following", "post_count")}
            days.setdefault(rows["observed_at"][i] // DAY_US, counts)
    return [{**counts, "date": day} for day, counts in sorted(days.items())] if len(days) > 1 else []


def _followed(accounts: Accounts, remarks: Remarks) -> None:
    """Leave out accounts whose number of followers is hidden or was not asked for: nothing can be said without it."""
    rows = accounts.rows
    kept = []
    for i in range(len(rows)):
        if rows["platform"][i] is None:
            detail = "the map names no platform and no column that tells it; the account is left out."
            remarks.note("platform", detail, rows.pages[i].source.file, rows.pointers[i], "error")
        elif rows["followers"][i] is None:
            name = (rows["handle"][i] or rows["account_id"][i])[:_LONGEST_NAME]
            detail = f"the number of followers of {name} is hidden or was not asked for; it is required, so the account is left out."
            remarks.note("followers", detail, rows.pages[i].source.file, rows.pointers[i], "error")
        else:
            kept.append(i)
    rows.only(kept)
    accounts.by_id = {account_id: i for i, account_id in enumerate(rows["account_id"])}
    accounts.by_handle = {handle.casefold(): rows["account_id"][i] for i, handle in enumerate(rows["handle"]) if handle}
