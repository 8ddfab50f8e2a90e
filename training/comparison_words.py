"""A comparison in words, the finding first: a sentence that a reviewer can act on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from training.compared import FEWEST_COMMON, MATTERS, Compared, Comparison, Flip
from training.headline import BOUGHT
from training.paired import Difference
from training.paired_headline import TITLES

TRUTH = {1.0: "yes", 0.0: "no"}
# Spoken of in points; a Brier score is no share.
SQUARED = "brier"


def title(metric: str) -> str:
    return TITLES.get(metric, metric.replace("_", " "))


def about(each: Compared) -> str:
    """ "average precision of bought followers"; what concerns the share and the vendors can only be of bought followers."""
    return f"{title(each.difference.metric)} ({head(each.head)})"


def head(name: str) -> str:
    return name.replace("_", " ")


def value(number: float) -> str:
    return f"{number:.3f}" if math.isfinite(number) else "–"


def signed(number: float) -> str:
    return f"{number:+.3f}".replace("-", "−") if math.isfinite(number) else "–"


def interval(difference: Difference) -> str:
    """−0.052 [−0.082 to −0.021], B less A; a dash where it cannot be told."""
    if not math.isfinite(difference.value):
        return "–"
    return signed(difference.value) + (f" [{signed(difference.low)} to {signed(difference.high)}]" if difference.known else "")


def points(difference: Difference) -> str:
    """5.2 points (2.1 to 8.2), without a sign: which of the two is better is said beside it."""
    ends = sorted(abs(end) for end in (difference.low, difference.high))
    if difference.metric == SQUARED:
        return f"{abs(difference.value):.3f} ({ends[0]:.3f} to {ends[1]:.3f})"
    return f"{100 * abs(difference.value):.1f} points ({100 * ends[0]:.1f} to {100 * ends[1]:.1f})"


def finding(found: Comparison) -> str:
    """What came out and what to do, in a sentence or two."""
    better, worse = ([each for each in found.real if each.verdict == f"{side} is better"] for side in "BA")
    if found.few:
        only = f"only {found.accounts:,} test accounts are common to both, and {FEWEST_COMMON} are the least"
        return f"Little can be told: {only}. Train both on the same data with the same split_seed, and compare again."
    gains, losses, rest = _listed(better), _listed(worse), "nothing else in the headline differs by more than noise"
    if better and worse:
        return f"B is better at {gains}, but worse at {losses}. Decide which matters: `promote` refuses a loss beyond noise."
    if better:
        return f"B is better: {gains}; {rest}. Ask the gates: `authenticity promote`."
    if worse:
        return f"A is better: {losses}; {rest}. Keep A."
    return f"No difference beyond noise in {len(found.headline)} headline numbers{_blind(found)}. Keep A, or test both on more accounts."


def _listed(some: Sequence[Compared], most: int = 3) -> str:
    said = [f"{about(each)} by {points(each.difference)}" for each in some[:most]]
    return ", ".join(said) + (f" and {len(some) - most} more" if len(some) > most else "")


def _blind(found: Comparison) -> str:
    """How large a difference would have to be to be seen on these accounts: half the interval beyond what counts as none."""
    wanted = {"average_precision": "average precision", "recall_at_1pct_fpr": "recall"}
    reach = {
        each.difference.metric: (each.difference.high - each.difference.low) / 2 + MATTERS
        for each in found.headline
        if each.head == BOUGHT and each.difference.known
    }
    said = [f"{100 * reach[name]:.0f} points of {words}" for name, words in wanted.items() if name in reach]
    return f"; with {found.accounts:,} accounts less than about {' or '.join(said)} would not be seen" if said else ""


def slice_finding(found: Comparison) -> str:
    """How many slices were looked at and how many differ: with many looks, luck alone finds some."""
    looked, luck = len(found.slices), len(found.slices) * (1 - found.level)
    return f"{len(found.real_slices):,} of {looked:,} differences in slices are beyond noise; luck alone would show about {luck:.1g}."


def flip_finding(flips: Sequence[Flip]) -> str:
    """How many answers changed, and which of the two was right where the truth is known."""
    right = Counter(each.right for each in flips)
    if not flips:
        return "No account is answered differently."
    return (
        f"{len(flips):,} answers on {len({each.account_id for each in flips}):,} accounts differ: B alone is right {right['B']:,} times, "
        f"A alone {right['A']:,} times, neither {right['neither']:,}, the truth is unknown {right['unknown']:,} times."
    )


def changed(flip: Flip) -> str:
    """Reasons that only one of the two gives."""
    said = [f"{sign}{name.replace('_', ' ')}" for sign, names in (("− ", flip.only_a), ("+ ", flip.only_b)) for name in names]
    return ", ".join(said) or "the same reasons"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %" if math.isfinite(share) else "–"
