"""What the pictures of a training show, in the form in which they are drawn as files and as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from training.told import Told


def words(name: str) -> str:
    return name.replace("_", " ")


@dataclass(frozen=True)
class Curve:
    """Precision over recall of one model, falling probability; both (k,)."""

    model: str
    recall: np.ndarray
    precision: np.ndarray
    area: float


@dataclass(frozen=True)
class PrecisionRecall:
    """Curves of every head, our model first, and the share of positives."""

    name: ClassVar[str] = "precision_recall"
    title: ClassVar[str] = "How many are found, and how many of the flagged are right"
    key: ClassVar[str] = "Thick: the model; dashed and dotted: baselines on the same accounts; thin: chance."
    sentence: str
    curves: Mapping[str, Sequence[Curve]]
    rates: Mapping[str, float]


@dataclass(frozen=True)
class Bins:
    """Accounts in bins of equal mass by stated probability: means, observed shares with 95 % intervals, sizes, all (b,); and the ECE."""

    stated: np.ndarray
    observed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    accounts: np.ndarray
    error: float


@dataclass(frozen=True)
class Reliability:
    name: ClassVar[str] = "calibration"
    title: ClassVar[str] = "Whether a stated probability is what happens"
    key: ClassVar[str] = "A dot is a tenth of the accounts; bars: 95 % intervals; dashed: exact."
    sentence: str
    bins: Mapping[str, Bins]


@dataclass(frozen=True)
class Recalls:
    """Recall at 1 % FPR of groups of positive accounts, head by head."""

    key: ClassVar[str] = "Bars: 95 % intervals. The false alarms are those of all clean accounts."
    name: str
    title: str
    sentence: str
    groups: Mapping[str, Sequence[Told]]


@dataclass(frozen=True)
class Group:
    """Probabilities of accounts of one kind: how many they are, which share is a yes, and the QUANTILES of their probability."""

    name: str
    accounts: int
    positive: float
    quantiles: tuple[float, ...]


@dataclass(frozen=True)
class Scores:
    name: ClassVar[str] = "scores"
    title: ClassVar[str] = "What each kind of account gets"
    key: ClassVar[str] = (
        "Orange: kinds that are mostly a yes; blue: kinds without one; grey: some are. Median, half and 9 in 10 of the accounts."
    )
    sentence: str
    groups: Mapping[str, Sequence[Group]]


@dataclass(frozen=True)
class Causes:
    """Of accounts with each true cause (rows) the share that each head (columns) calls a yes, and that it leaves undecided."""

    name: ClassVar[str] = "causes"
    title: ClassVar[str] = "Which question answers yes to which cause"
    key: ClassVar[str] = "Rows: what is true; columns: what is asked. What is neither yes nor undecided is a no."
    sentence: str
    rows: Sequence[tuple[str, int]]
    heads: Sequence[str]
    yes: np.ndarray
    undecided: np.ndarray


@dataclass(frozen=True)
class Importance:
    name: ClassVar[str] = "importance"
    title: ClassVar[str] = "What weighs in the answers"
    key: ClassVar[str] = "Mean size of a feature's contribution to the log odds."
    sentence: str
    weights: Mapping[str, Sequence[tuple[str, float]]]


@dataclass(frozen=True)
class Shares:
    """True and estimated shares with their 95 % intervals, (m,) each; who: the account's tier and what it is."""

    name: ClassVar[str] = "shares"
    title: ClassVar[str] = "The estimated share against the true one"
    key: ClassVar[str] = (
        "Purchased-type followers, whoever sent them. Blue: the 95 % interval holds the true share; orange: it misses; dashed: exact."
    )
    sentence: str
    true: np.ndarray
    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    who: Sequence[str]

    @property
    def inside(self) -> np.ndarray:
        return np.asarray((self.low <= self.true) & (self.true <= self.high))


Finding = PrecisionRecall | Reliability | Recalls | Scores | Causes | Importance | Shares
