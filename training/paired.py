"""Whether one model is better than another on the same accounts, or only luckier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm

from training.metrics import CELLS_AT_ONCE, METRICS, Better, Metric, evaluated, resampled

# A quantile with fewer draws beyond it is a matter of luck: one of 0.1 % would take thousands of draws.
FEWEST_BEYOND = 5
# Of two models (2, k) for case weights (b, n): their values, (b, k) each.
Both = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Drawing:
    """How accounts are drawn again: how often, from which seed, for intervals of which level, and (m,) names of what is drawn as one."""

    n: int = 400
    seed: int = 0
    level: float = 0.95
    groups: Sequence[str] | np.ndarray | None = None

    def of(self, rows: np.ndarray) -> Drawing:
        """The same for some of the accounts, bool (m,)."""
        return self if self.groups is None else replace(self, groups=np.asarray(self.groups)[rows])


@dataclass(frozen=True)
class Difference:
    """A metric of model A and of model B, and B - A with its interval over resampled accounts; NaN where a class is missing."""

    metric: str
    a: float
    b: float
    value: float
    low: float
    high: float
    kind: Better

    @property
    def better(self) -> float:
        """How much better B is, in the metric's own unit; below 0 when it is worse."""
        if self.kind == "one":
            return abs(self.a - 1.0) - abs(self.b - 1.0)
        return self.value if self.kind == "higher" else -self.value

    @property
    def known(self) -> bool:
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    def beyond(self, margin: float) -> bool:
        """Whether the whole interval lies further than `margin` from no difference: more than noise, and more than matters little."""
        return bool(self.low > margin or self.high < -margin)


def differences(
    y: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    metrics: Sequence[str],
    groups: Sequence[str] | np.ndarray | None = None,
    n: int = 400,
    seed: int = 0,
    level: float = 0.95,
) -> list[Difference]:
    """B - A of each metric; y bool (m,), a and b probabilities (m,) of the same accounts. Both are resampled together (paired bootstrap).

    What the accounts have in common - hard ones are hard for both - falls out of the difference, so it is far less noisy than two
    intervals side by side (Efron & Tibshirani 1993, ch. 8). groups: names of what is resampled as one.
    """
    y = np.asarray(y, bool)
    chosen: list[Metric] = [METRICS[name] for name in metrics]

    def both(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        one, two = (evaluated(chosen, y, np.asarray(p, float), weights, None) for p in (a, b))
        return one, two

    return drawn({each.name: each.better for each in chosen}, both, y, Drawing(n, seed, level, groups))


def drawn(kinds: dict[str, Better], both: Both, y: np.ndarray, how: Drawing) -> list[Difference]:
    """B - A of whatever `both` says of the two models, one number for each of `kinds`, with intervals over resampled accounts.

    Accounts are drawn within their class y, bool (m,), unless the drawing names what is drawn as one.
    """
    one, two = (values[0] for values in both(np.ones((1, y.size))))
    parts = [values[1] - values[0] for values in map(both, _weights(y, how))]
    found = np.concatenate(parts) if parts else np.full((1, len(kinds)), np.nan)
    answer = []
    for place, (name, kind) in enumerate(kinds.items()):
        known = found[np.isfinite(found[:, place]), place]
        enough = known.size >= 0.9 * len(found) and np.isfinite(one[place] + two[place])
        low, high = _interval(float(two[place] - one[place]), known, how.level) if enough else (np.nan, np.nan)
        answer.append(Difference(name, float(one[place]), float(two[place]), float(two[place] - one[place]), float(low), float(high), kind))
    return answer


def _interval(value: float, draws: np.ndarray, level: float) -> tuple[float, float]:
    """The quantiles of the draws; where too few lie beyond them, so many standard deviations of the draws around the value."""
    if draws.size * (1 - level) / 2 >= FEWEST_BEYOND:
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)
    reach = float(norm.ppf((1 + level) / 2) * draws.std())
    return value - reach, value + reach


def _weights(y: np.ndarray, how: Drawing) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(how.seed)
    at_once = max(1, CELLS_AT_ONCE // max(y.size, 1))
    for done in range(0, how.n if y.size else 0, at_once):
        yield resampled(y, how.groups, min(at_once, how.n - done), rng)
