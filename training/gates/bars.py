"""Gates on what a probability and an interval promise: as often true as they say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from training.gate import Evidence, Gate, Number, Outcome
from training.metrics import METRICS
from training.subsets import exact_interval

# Beyond what a perfectly calibrated head shows by chance on as many accounts with the same probabilities. Test accounts have other
# vendors than those that calibrated, which perfect calibration does not know.
ECE_MORE, SLOPE_TIMES = 0.03, 1.5
DRAWS, CHANCE = 300, 0.99
FEWEST = 10
# Method, T6, of sources that are new: at least nine of ten intervals hold the truth, and say something.
COVERAGE_LEAST, WIDTH_MOST = 0.90, 0.50


def calibration(evidence: Evidence) -> Outcome:
    """ECE and calibration slope of each head against what luck alone would give."""
    numbers: list[Number] = []
    for head, rows in evidence.challenger.answers.dropna(subset="value").groupby("head", sort=False):
        y, p = rows["value"].to_numpy() == 1, rows["probability"].to_numpy(float)
        enough = min(y.sum(), (~y).sum()) >= FEWEST
        for metric, of_chance in _by_chance(rows, p).items():
            value = METRICS[metric](y, p)
            if metric == "ece":
                low, high = 0.0, float(np.quantile(of_chance, CHANCE)) + ECE_MORE
            else:
                least, most = np.quantile(of_chance, [1 - CHANCE, CHANCE])
                low, high = min(least / SLOPE_TIMES, least * SLOPE_TIMES), most * SLOPE_TIMES
            bar = f"allowed is {low:.3f} to {high:.3f} on {len(y):,} accounts, {int(y.sum()):,} of them a yes"
            passed = bool(low <= value <= high) if enough and np.isfinite(value) else None
            numbers.append(Number(f"{head}, {'ECE' if metric == 'ece' else 'slope'}", value, np.nan, np.nan, bar, passed))
    return Outcome.all_of(numbers, f"No head has {FEWEST} test accounts of either answer.")


def _by_chance(rows: pd.DataFrame, p: np.ndarray) -> dict[str, np.ndarray]:
    """ECE and slope (draws,) if the probabilities p (m,) were exactly right; copies of an account share their luck."""
    rng = np.random.default_rng(0)
    _, unit = np.unique(rows["unit"].to_numpy(str), return_inverse=True)
    luck = rng.random((DRAWS, unit.max() + 1))[:, unit]
    drawn = [answers for answers in luck < p if 0 < answers.sum() < answers.size]
    found = {metric: np.array([METRICS[metric](answers, p) for answers in drawn]) for metric in ("ece", "calibration_slope")}
    return {metric: known if (known := values[np.isfinite(values)]).size else np.array([np.nan]) for metric, values in found.items()}


def coverage(evidence: Evidence) -> Outcome:
    """How often the 95 % interval holds the true share, and how much it leaves open."""
    shares = evidence.challenger.shares.dropna(subset=["true", "low", "high"])
    lacking = f"The true share of fewer than {FEWEST} test accounts is known."
    if len(shares) < FEWEST:
        return Outcome((), True, lacking)
    hits = int(((shares["low"] <= shares["true"]) & (shares["true"] <= shares["high"])).sum())
    low, high = exact_interval(hits, len(shares))
    covered = f"refused when the whole interval lies below {COVERAGE_LEAST:g}"
    width = float((shares["high"] - shares["low"]).median())
    numbers = [
        Number(f"true shares inside, {hits:,} of {len(shares):,}", hits / len(shares), low, high, covered, high >= COVERAGE_LEAST),
        Number("median width", width, np.nan, np.nan, f"allowed is at most {WIDTH_MOST:g}", width <= WIDTH_MOST),
    ]
    return Outcome.all_of(numbers, lacking)


CALIBRATION = Gate(
    "calibration",
    f"Of each head, ECE is at most {ECE_MORE:g} above, and the slope at most a factor of {SLOPE_TIMES:g} beyond, what perfect probabilities"
    f" show by chance ({CHANCE:.0%} of {DRAWS} draws).",
    "Give the calibration side more accounts (`split`), of the vendors and platforms that are to be judged.",
    calibration,
)
COVERAGE = Gate(
    "coverage",
    f"The 95 % interval of the share of purchased-type followers holds the truth in at least {COVERAGE_LEAST:.0%} of accounts, and is"
    f" typically no wider than {WIDTH_MOST:g}.",
    "Teach the follower model with a pool that resembles these audiences (`pool`), and look where the share fails.",
    coverage,
)
