"""The page about the features is the catalogue's own."""

from pathlib import Path

from features.beyond import BEYOND
from features.catalog import NAMES
from features.described import markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "features.md"


def test_the_page_is_what_the_catalogue_says() -> None:
    assert PAGE.read_text("utf-8") == markdown(), "run `authenticity catalog --markdown > docs/features.md`"


def test_every_feature_stands_on_it_once() -> None:
    text = markdown()
    assert [text.count(f"### `{name}`\n") for name in NAMES] == [1] * len(NAMES)


def test_what_cannot_be_held_says_what_it_would_need() -> None:
    assert len({entry.name for entry in BEYOND}) == len(BEYOND) >= 6
    for entry in BEYOND:
        assert all(part.strip() and not part.endswith(".") for part in (entry.shows, entry.needs, entry.source))
