"""HTML that cannot be broken by what it shows: every text is escaped unless it was made here."""

from __future__ import annotations

import html
import unicodedata

_EMPTY = frozenset(("meta", "rect", "line", "circle", "path"))


class Html(str):
    """A piece of finished HTML."""

    __slots__ = ()


def text(value: object) -> Html:
    """Any value as text: escaped, without control characters."""
    kept = "".join(sign for sign in str(value) if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs", "Cn"))
    return Html(html.escape(kept, quote=True))


def tag(name: str, *inside: object, **attributes: object) -> Html:
    """An element. `class_` is class, an underscore elsewhere a hyphen; attributes of None are left out."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items() if value is not None)
    if name in _EMPTY:
        return Html(f"<{name}{written}/>")
    return Html(f"<{name}{written}>{together(*inside)}</{name}>")


def together(*pieces: object) -> Html:
    """Pieces one after another; what is not Html is escaped, None is left out."""
    return Html("".join(piece if isinstance(piece, Html) else text(piece) for piece in pieces if piece is not None))


def foreign(value: object) -> Html:
    """A text of somebody else's, whose direction of writing stays its own."""
    return tag("bdi", value)
