"""Gates that need no labels: what any sound bundle says of accounts whose answer is beyond doubt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.gate import Evidence, Gate, Number, Outcome
from training.subsets import exact_interval

HIGHER = 0.95
SHOWN = 3


def golden(evidence: Evidence) -> Outcome:
    """The golden accounts come out as when the bundle was made, and none is a yes where the champion says no, or the reverse."""
    changed = _counted("golden answers that changed", evidence.golden)
    against = _counted("golden decisions that contradict the champion", evidence.contradictions)
    return Outcome.all_of([changed, against], "")


def _counted(about: str, found: Sequence[str]) -> Number:
    examples = f", such as {'; '.join(found[:SHOWN])}" if found else ""
    return Number(f"{about}{examples}", float(len(found)), np.nan, np.nan, "none may", not found)


def sanity(evidence: Evidence) -> Outcome:
    """Whoever buys scores higher than before, and no feature moves a head against its direction."""
    numbers = []
    for pair in evidence.pairs:
        low, high = exact_interval(pair.higher, pair.asked)
        about = f"{pair.head}, {pair.purchase}, {pair.higher:,} of {pair.asked:,} score higher"
        bar = f"refused when the whole interval lies below {HIGHER:g}"
        numbers.append(Number(about, pair.higher / pair.asked, low, high, bar, bool(high >= HIGHER)))
    for head in dict.fromkeys(each.head for each in evidence.directions):
        mine = [each for each in evidence.directions if each.head == head]
        wrong = [each for each in mine if each.against]
        numbers += [
            Number(
                f"{head}, {each.feature}, share of {each.asked:,} accounts moved against its direction",
                each.against / each.asked,
                np.nan,
                np.nan,
                "none may",
                False,
            )
            for each in wrong
        ]
        if not wrong:
            numbers.append(Number(f"{head}, directions broken of {len(mine)}", 0.0, np.nan, np.nan, "none may", True))
    return Outcome.all_of(numbers, "No head of this bundle has a purchase to plant or a direction to keep.")


GOLDEN = Gate(
    "golden",
    "The bundle judges its golden accounts as it did when it was made, and says neither yes where the champion says no nor the reverse.",
    "If its own judgement changed, train it again with this version; if it contradicts the champion, look at those accounts in both runs.",
    golden,
)
SANITY = Gate(
    "sanity",
    f"A planted buyer scores above its clean twin in at least {HIGHER:.0%} of pairs, and no feature moves a head against its direction.",
    "Do not serve it: it learnt something backwards, or from too few accounts. Train on more, and look at the labels (`authenticity audit`).",
    sanity,
)
