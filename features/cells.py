"""Texts in a CSV file that a spreadsheet opens: none is run as a formula, and each can be read back as it was."""

from __future__ import annotations

from typing import Any

_BEFORE = " '\"\n\v\f"
_RUNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe(value: Any) -> Any:
    """A text that could begin a formula, even after blanks or quotes, gets a `'` in front; anything else stays."""
    return f"'{value}" if isinstance(value, str) and _could_run(value) else value


def plain(text: str) -> str:
    """The text that `safe` was given."""
    return text[1:] if text.startswith("'") and _could_run(text) else text


def _could_run(text: str) -> bool:
    return text.lstrip(_BEFORE)[:1] in _RUNS
