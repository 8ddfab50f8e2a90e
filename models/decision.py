"""When a head says yes, when no, and why it says neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from models.head import Costs

Decision = Literal["yes", "no", "undecided"]

# Where accounts with the same margin leave more open than this, nobody has seen enough like them (method.md 4).
WIDEST = 0.2
# At most one honest account in a hundred may be told yes.
FALSE_YES = 0.01


class Because(NamedTuple):
    """Why a head is undecided: a code for programs, a sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Limits:
    """How far accounts of the other kind reach, by group: the evidence that was there ("follower_sample+history") or the tier.

    yes[group]: a margin above it had at most FALSE_YES of the group's honest accounts; no[group]: a margin below it had at most
    `false_no` of the accounts that the head should have found, the least conspicuous ones. A group with too few accounts is absent.
    decided[evidence]: share of the calibration accounts with that evidence that got a yes or a no. detectable: the smallest visible share
    of the poorest follower sample that counts. What is promised holds for a new account of the reference mix, not for every kind of
    account (method.md 4, Neyman-Pearson).
    """

    yes: Mapping[str, float] = field(default_factory=dict)
    no: Mapping[str, float] = field(default_factory=dict)
    decided: Mapping[str, float] = field(default_factory=dict)
    detectable: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return {"yes": dict(self.yes), "no": dict(self.no), "decided": dict(self.decided), "detectable": self.detectable}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Limits:
        """Raises KeyError, TypeError, AttributeError or ValueError for what is none."""
        yes, no, decided = ({str(group): float(value) for group, value in document[name].items()} for name in ("yes", "no", "decided"))
        detectable = float(document["detectable"])
        if not np.isfinite([*yes.values(), *no.values(), *decided.values(), detectable]).all():
            raise ValueError("a limit of a head is no finite number")
        return cls(yes, no, decided, detectable)


def false_no(costs: Costs) -> float:
    """The share of overlooked accounts that costs as much as FALSE_YES of the honest ones told yes."""
    return FALSE_YES * costs.wrong_yes / costs.wrong_no


class Seen(NamedTuple):
    """What speaks of one account: its channels of evidence, why it cannot be told no (or, without a channel, anything), its tier."""

    channels: tuple[str, ...]
    blind: Because | None
    tier: str

    @property
    def group(self) -> str:
        return "+".join(self.channels)


class Answer(NamedTuple):
    """What a head says of one account: its margin, and at the base rate its probability with the interval."""

    margin: float
    probability: float
    low: float
    high: float


def decide(answer: Answer, seen: Seen, costs: Costs, limits: Limits) -> tuple[Decision, Because | None]:
    """Yes or no where being wrong costs less than having a person look (Chow 1970), where accounts like this one leave little open, and
    where hardly any account of the other kind came out as far with the same evidence; undecided, and why, anywhere else.

    A no needs the whole interval below its threshold and evidence that could have seen what it denies, so that knowing nothing, which
    is the base rate with a wide interval, is never a no.
    """
    obstacle = _obstacle(answer, seen, limits)
    if obstacle is not None:
        return "undecided", obstacle
    if answer.probability >= costs.yes:
        limit = limits.yes[seen.group]
        if answer.margin > max(limit, limits.yes.get(seen.tier, limit)):
            return "yes", None
        return "undecided", Because(
            "honest_accounts_reach_as_high",
            f"Of honest accounts with the same evidence or of the same size more than {FALSE_YES:.0%} come out as high.",
        )
    if answer.high > costs.no:
        return "undecided", Because(
            "between",
            f"{answer.probability:.0%} (up to {answer.high:.0%}) is more than the {costs.no:.0%} of a no and less than the {costs.yes:.0%} "
            "of a yes: a look by a person costs less than being wrong.",
        )
    if seen.blind is not None:
        return "undecided", seen.blind
    if answer.margin < limits.no.get(seen.group, -np.inf):
        return "no", None
    return "undecided", Because(
        "would_overlook",
        f"With such evidence more than {false_no(costs):.0%} of the least conspicuous accounts that are a yes come out as low.",
    )


def _obstacle(answer: Answer, seen: Seen, limits: Limits) -> Because | None:
    """What forbids a yes and a no alike."""
    if not seen.channels:
        return seen.blind or Because("no_strong_evidence", "What was seen is of no kind that could show it.")
    if answer.high - answer.low > WIDEST:
        return Because(
            "interval_too_wide", f"Of accounts that look like it {answer.low:.0%} to {answer.high:.0%} are a yes; too few are known."
        )
    if seen.group not in limits.yes:
        return Because("too_few_alike", "Too few honest accounts with just this evidence were there to learn from.")
    return None
