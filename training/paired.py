"""Whether one model is better than another on the same accounts, or only luckier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.metrics import CELLS_AT_ONCE, METRICS, Metric, evaluated, resampled


@dataclass(frozen=True)
class Difference:
    """A metric of model A and of model B, and B - A with its interval over resampled accounts; NaN where a class is missing."""

    metric: str
    a: float
    b: float
    value: float
    low: float
    high: float

    @property
    def better(self) -> float:
        """How much better B is, in the metric's own unit; below 0 when it is worse."""
        kind = METRICS[self.metric].better
        if kind == "one":
            return abs(self.a - 1.0) - abs(self.b - 1.0)
        return self.value if kind == "higher" else -self.value

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
    rng = np.random.default_rng(seed)
    at_once = max(1, CELLS_AT_ONCE // max(y.size, 1))
    everybody = np.ones((1, y.size))
    one, two = (evaluated(chosen, y, np.asarray(p, float), everybody, None)[0] for p in (a, b))
    parts = []
    for done in range(0, n if y.size else 0, at_once):
        weights = resampled(y, groups, min(at_once, n - done), rng)
        parts.append(evaluated(chosen, y, b, weights, None) - evaluated(chosen, y, a, weights, None))
    drawn = np.concatenate(parts) if parts else np.full((1, len(chosen)), np.nan)
    found = []
    for place, name in enumerate(metrics):
        known = drawn[np.isfinite(drawn[:, place]), place]
        enough = known.size >= 0.9 * len(drawn) and np.isfinite(one[place] + two[place])
        low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2]) if enough else (np.nan, np.nan)
        found.append(Difference(name, float(one[place]), float(two[place]), float(two[place] - one[place]), float(low), float(high)))
    return found
