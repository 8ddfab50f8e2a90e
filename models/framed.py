"""The frame of every page that is made for people: one file without a script that loads nothing, in light and in dark."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from string import Template

from models.markup import Html


def framed(title: Html, style: Path, content: Html) -> str:
    """A whole HTML document. style: the file of ours with the page's own CSS, which comes after what all pages share."""
    return _frame().substitute(title=title, style=_style(style), content=content)


@lru_cache(maxsize=1)
def _frame() -> Template:
    return Template(Path(__file__).with_name("framed.html").read_text("utf-8"))


@lru_cache
def _style(file: Path) -> str:
    return file.read_text("utf-8")
