"""How good the probabilities are, each number with its interval."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, logit, ndtr

Better = Literal["higher", "lower", "one"]
BINS = 15
SMALLEST_BIN = 20
CELLS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Ranked:
    """Accounts in falling order of probability. Accounts with equal probability are one tie: no threshold can part them."""

    y: np.ndarray
    p: np.ndarray
    last: np.ndarray
    order: np.ndarray

    @classmethod
    def of(cls, y: np.ndarray, p: np.ndarray) -> "Ranked":
        order = np.argsort(-p, kind="stable")
        p = p[order]
        return cls(y[order], p, np.flatnonzero(np.append(np.diff(p) != 0, True)), order)

    def caught(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Weight of positives and of negatives at or above each distinct probability: two (b, ties)."""
        return np.cumsum(weights * self.y, axis=1)[:, self.last], np.cumsum(weights * ~self.y, axis=1)[:, self.last]


Compute = Callable[[Ranked, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Metric:
    """A number about (y: bool (n,), p: float (n,)); called with them it gives a float, NaN when a class is missing."""

    name: str
    unit: str
    better: Better
    source: str
    compute: Compute
    doc: str

    def __call__(self, y: np.ndarray, p: np.ndarray, *, prevalence: float | None = None) -> float:
        y, p = _checked(y, p)
        return float(evaluated([self], y, p, np.ones((1, y.size)), prevalence)[0, 0])


@dataclass(frozen=True)
class Interval:
    """A value and its bootstrap interval; NaN where a class is missing or the interval cannot be had."""

    value: float
    low: float
    high: float


METRICS: dict[str, Metric] = {}


def metric(*, name: str, unit: str, better: Better, source: str) -> Callable[[Compute], Metric]:
    """Register a metric: a function of the ranked accounts and case weights (b, n), in ranked order, giving (b,)."""

    def register(compute: Compute) -> Metric:
        METRICS[name] = Metric(name, unit, better, source, compute, compute.__doc__ or "")
        return METRICS[name]

    return register


@metric(name="average_precision", unit="share", better="higher", source="sklearn.metrics.average_precision_score; Davis & Goadrich 2006")
def average_precision(ranked: Ranked, weights: np.ndarray) -> np.ndarray:
    """Area under precision over recall: Σ (recall_i - recall_{i-1}) · precision_i over distinct probabilities, no interpolation.

    In [0, 1]; chance gives the share of positives, so it is only comparable at one prevalence: state `prevalence` to compare.
    """
    true, false = ranked.caught(weights)
    precision = true / np.maximum(true + false, np.finfo(float).tiny)
    gained = np.diff(true, axis=1, prepend=0) / true[:, -1:]
    return np.asarray((gained * precision).sum(axis=1))


@metric(
    name="recall_at_1pct_fpr", unit="share", better="higher", source="method.md 7.3; Neyman-Pearson, at most 1 % of clean accounts flagged"
)
def recall_at_1pct_fpr(ranked: Ranked, weights: np.ndarray) -> np.ndarray:
    """Largest share of positives above a threshold that at most 1 % of negatives reach; 0 if no threshold does.

    In [0, 1]. Ties stay together and nothing is interpolated, so below 100 negatives not one of them may be above the threshold.
    """
    true, false = ranked.caught(weights)
    # Reweighted classes add up in floating point: 10 of 1,000 must stay 1 %.
    allowed = false <= 0.01 * false[:, -1:] * (1 + 1e-9)
    return np.asarray(np.where(allowed, true, 0).max(axis=1) / true[:, -1])


@metric(name="brier", unit="squared probability", better="lower", source="Brier 1950; sklearn.metrics.brier_score_loss")
def brier(ranked: Ranked, weights: np.ndarray) -> np.ndarray:
    """Mean of (p - y)², in [0, 1]; always answering the base rate π gives π (1 - π)."""
    return np.asarray((weights @ (ranked.p - ranked.y) ** 2) / weights.sum(axis=1))


@metric(name="brier_skill", unit="share", better="higher", source="Murphy 1973; 1 minus Brier over that of the base rate")
def brier_skill(ranked: Ranked, weights: np.ndarray) -> np.ndarray:
    """1 - Brier / (π (1 - π)) with π the share of positives measured here: 0 is the base rate's own skill, 1 is perfect, below 0 worse."""
    rate = (weights @ ranked.y) / weights.sum(axis=1)
    return np.asarray(1 - brier.compute(ranked, weights) / (rate * (1 - rate)))


@metric(name="ece", unit="probability", better="lower", source="Kumar, Liang & Ma 2019 (arXiv 1909.10155), debiased, bins of equal mass")
def ece(ranked: Ranked, weights: np.ndarray) -> np.ndarray:
    """Expected calibration error: Σ_b mass_b · |mean p - mean y| over at most 15 bins of equal mass, less its sampling noise.

    In [0, 1]. A bin's |d| is replaced by 2|d| - E|N(d, s)| with s² = ȳ(1 - ȳ)/n: even a perfect model has |d| > 0 by chance.
    n is Kish's effective number (Σw)²/Σw², so the noise that a bootstrap adds is corrected too. A sum below 0 is given as 0.
    This takes off about 40 % of the error that a perfect model shows by chance; some .025 remain on 600 accounts, .01 on 5,000.
    """
    b = weights.shape[0]
    bins = max(1, min(BINS, ranked.y.size // SMALLEST_BIN))
    start = np.append(0, ranked.last[:-1] + 1)
    mass, squares = (np.add.reduceat(each, start, axis=1) for each in (weights, weights**2))
    share = (np.cumsum(mass, axis=1) - mass / 2) / mass.sum(axis=1, keepdims=True)
    place = (np.minimum((share * bins).astype(int), bins - 1) + np.arange(b)[:, None] * bins).ravel()

    def binned(each: np.ndarray) -> np.ndarray:
        return np.bincount(place, weights=each.ravel(), minlength=b * bins).reshape(b, bins)

    positive = np.add.reduceat(weights * ranked.y, start, axis=1)
    total, square, p_sum, y_sum = binned(mass), binned(squares), binned(mass * ranked.p[ranked.last]), binned(positive)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap, rate, effective = np.abs(p_sum - y_sum) / total, y_sum / total, total**2 / square
        noise = np.sqrt(rate * (1 - rate) / effective)
        folded = np.where(
            noise > 0, noise * np.sqrt(2 / np.pi) * np.exp(-((gap / noise) ** 2) / 2) + gap * (1 - 2 * ndtr(-gap / noise)), gap
        )
    return np.asarray(np.maximum(np.nansum(np.where(total > 0, total * (2 * gap - folded), 0), axis=1) / total.sum(axis=1), 0))


@metric(name="calibration_slope", unit="logit per logit", better="one", source="Cox 1958; Van Calster et al. 2019")
def calibration_slope(ranked: Ranked, weights: np.ndarray) -> np.ndarray:
    """Slope of a logistic regression of y on logit p: 1 is right, below 1 the probabilities are too extreme, above 1 too timid.

    NaN when there is no finite slope (all p equal, or the classes perfectly apart). p is kept within 1e-6 of 0 and 1.
    """
    x = logit(np.clip(ranked.p, 1e-6, 1 - 1e-6))
    with np.errstate(all="ignore"):
        start = np.array([[0.0], [logit(ranked.y.mean())]])
        start, _ = _newton(x, ranked.y, np.ones((1, x.size)), start)
        (slope, _), settled = _newton(x, ranked.y, weights, np.repeat(start, weights.shape[0], axis=1))
    return np.where(settled, slope, np.nan)


def _newton(x: np.ndarray, y: np.ndarray, weights: np.ndarray, line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes and intercepts (2, b) of logistic regressions of y on x, and which of them settled (b,)."""
    settled = np.zeros(weights.shape[0], bool)
    for _ in range(25):
        fitted = expit(line[:1].T * x + line[1:].T)
        error, curve = weights * (y - fitted), weights * fitted * (1 - fitted)
        g0, g1 = error.sum(axis=1), error @ x
        h0, h1, h2 = curve.sum(axis=1), curve @ x, curve @ x**2
        step = np.stack([h0 * g1 - h1 * g0, h2 * g0 - h1 * g1]) / (h0 * h2 - h1**2)
        line = line + step
        settled = np.abs(step).max(axis=0) < 1e-5
        if settled.all():
            break
    return line, settled


def interval(
    metric: str | Metric,
    y: np.ndarray,
    p: np.ndarray,
    groups: Sequence[str] | np.ndarray | None = None,
    n: int = 200,
    seed: int = 0,
    level: float = 0.95,
    *,
    prevalence: float | None = None,
) -> Interval:
    """A metric with its percentile bootstrap interval; see `intervals`."""
    chosen = METRICS[metric] if isinstance(metric, str) else metric
    return intervals(y, p, [chosen], groups, n, seed, level, prevalence=prevalence)[chosen.name]


def intervals(
    y: np.ndarray,
    p: np.ndarray,
    metrics: Iterable[Metric] | None = None,
    groups: Sequence[str] | np.ndarray | None = None,
    n: int = 200,
    seed: int = 0,
    level: float = 0.95,
    *,
    prevalence: float | None = None,
) -> dict[str, Interval]:
    """Every metric with its interval from the same `n` resamples (models measured on the same y and seed are thereby paired).

    Accounts are drawn within their class: how many of each class a test set holds was decided by whoever composed it, and a
    resample without a rare class has no value. With `groups`, whole groups are drawn and classes vary with them; resamples without
    both classes are left out, and the bounds are NaN with fewer than five groups or when a tenth of the resamples has no value.
    prevalence: restate to this share of positives by weighting the classes, as when accounts in the wild are rarer than in the test.
    """
    y, p = _checked(y, p)
    chosen = list(METRICS.values() if metrics is None else metrics)
    value = evaluated(chosen, y, p, np.ones((1, y.size)), prevalence)[0]
    rng = np.random.default_rng(seed)
    at_once = max(1, CELLS_AT_ONCE // max(y.size, 1))
    parts = [
        evaluated(chosen, y, p, resampled(y, groups, min(at_once, n - done), rng), prevalence)
        for done in range(0, n if y.size else 0, at_once)
    ]
    drawn = np.concatenate(parts) if parts else np.full((1, len(chosen)), np.nan)
    few = groups is not None and np.unique(np.asarray(groups)).size < 5
    answer = {}
    for number, each in enumerate(chosen):
        known = drawn[np.isfinite(drawn[:, number]), number]
        if few or np.isnan(value[number]) or known.size < 0.9 * drawn.shape[0]:
            low = high = np.nan
        else:
            low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
        answer[each.name] = Interval(float(value[number]), float(low), float(high))
    return answer


def _checked(y: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y, p = np.asarray(y, bool), np.asarray(p, float)
    if y.shape != p.shape or y.ndim != 1:
        raise ValueError(f"metrics: y has shape {y.shape} and p {p.shape}; both must be (n,)")
    if not ((p >= 0) & (p <= 1)).all():
        bad = p[~((p >= 0) & (p <= 1))]
        raise ValueError(f"metrics: {bad.size} probabilities lie outside [0, 1] (the first is {bad[0]}); calibrate the scores first")
    return y, p


def evaluated(metrics: Sequence[Metric], y: np.ndarray, p: np.ndarray, weights: np.ndarray, prevalence: float | None) -> np.ndarray:
    """(b, metrics) for case weights (b, n); NaN where a row of weights leaves a class without accounts."""
    ranked = Ranked.of(y, p)
    weights = weights[:, ranked.order]
    positives, negatives = weights @ ranked.y, weights @ ~ranked.y
    usable = (positives > 0) & (negatives > 0)
    values = np.full((weights.shape[0], len(metrics)), np.nan)
    if usable.any():
        weights = weights[usable]
        if prevalence is not None:
            ratio = prevalence / (1 - prevalence) * (negatives / np.maximum(positives, 1e-300))[usable]
            weights = np.where(ranked.y, weights * ratio[:, None], weights)
        values[usable] = np.stack([each.compute(ranked, weights) for each in metrics], axis=1)
    return values


def resampled(y: np.ndarray, groups: Sequence[str] | np.ndarray | None, b: int, rng: np.random.Generator) -> np.ndarray:
    """How often each account was drawn, (b, n)."""
    if groups is not None:
        names, group = np.unique(np.asarray(groups), return_inverse=True)
        return _draws(names.size, b, rng)[:, group]
    counts = np.zeros((b, y.size))
    for wanted in (False, True):
        rows = np.flatnonzero(y == wanted)
        if rows.size:
            counts[:, rows] = _draws(rows.size, b, rng)
    return counts


def _draws(size: int, b: int, rng: np.random.Generator) -> np.ndarray:
    picked = rng.integers(size, size=(b, size)) + np.arange(b)[:, None] * size
    return np.bincount(picked.ravel(), minlength=b * size).reshape(b, size).astype(float)
