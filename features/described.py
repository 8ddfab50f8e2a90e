"""The catalogue for people: as lines, and as the page docs/features.md."""

from collections.abc import Iterator

from features.beyond import BEYOND
from features.catalog import CATALOG, FAMILIES
from features.feature import Feature

SIGNS = {1: "a high value is suspicious", -1: "a low value is suspicious", 0: "no sign of its own"}


def listing() -> str:
    """All features as plain lines."""
    entries = (
        f"{f.name} · {f.family} · {f.unit.name} · {SIGNS[f.raises_suspicion]}\n  formula: {f.meaning}\n  inputs: {', '.join(f.inputs)}\n"
        f"  source: {f.source}\n  unknown: {f.unknown}\n"
        for f in CATALOG
    )
    return "\n".join(entries) + f"\n{len(CATALOG)} features\n"


def markdown() -> str:
    """All features, family by family, and what the tables cannot hold."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# What can be known about an account"
    yield ""
    yield f"{len(CATALOG)} features in {len(FAMILIES)} families, as `authenticity catalog --markdown` writes them; a test compares the two."
    yield ""
    yield "Every value is unknown, never zero, where the evidence is missing. Inputs are columns of the tables (`post_likes` is `likes` of"
    yield "`posts`), or what was learnt in training and lies in the bundle (`peer_…`, `topic_vocabulary`)."
    for family in FAMILIES:
        yield ""
        yield f"## {family.name.capitalize()}: {family.question[0].lower()}{family.question[1:]}"
        for feature in family.features:
            yield ""
            yield from _feature(feature)
    yield ""
    yield "## What the tables cannot hold"
    yield ""
    yield "| evidence | would show | needs | source |"
    yield "|---|---|---|---|"
    for entry in BEYOND:
        yield f"| {entry.name} | {entry.shows} | {entry.needs} | {entry.source} |"


def _feature(feature: Feature) -> Iterator[str]:
    yield f"### `{feature.name}`"
    yield ""
    yield " ".join(feature.meaning.split())
    yield ""
    yield f"- Unit: {feature.unit.name}; {SIGNS[feature.raises_suspicion]}."
    yield f"- Inputs: {', '.join(f'`{name}`' for name in sorted(feature.origins))}."
    yield f"- Source: {feature.source}."
    yield f"- Unknown: {feature.unknown}."
    yield f"- High: “{feature.high}”"
    yield f"- Low: “{feature.low}”"
