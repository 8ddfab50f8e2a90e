"""Judged accounts made of random numbers, for tests of what compares them."""

import numpy as np

from features.catalog import NAMES
from features.schema import EVENT_TABLES, PLATFORMS
from models.remembered import Answers, Remembered
from training.drift.asked import BY_TABLES

HEADS = ("bought_followers", "diluted_audience")


def remembered(rng: np.random.Generator, n: int, platforms: tuple[float, ...] = (0.5, 0.1, 0.1, 0.1, 0.2)) -> Remembered:
    """Features as they are: bound to each other and to the platform, some skewed, some whole numbers, some often unknown; tables that
    were not seen leave what needs them unknown; answers and reasons that follow from the features."""
    codes = rng.choice(len(PLATFORMS), n, p=platforms).astype(np.int8)
    values = rng.normal(size=(n, len(NAMES)))
    values[:, 1:40] += values[:, :1] + 0.8 * codes[:, None]
    values[:, 40:60] = np.exp(values[:, 40:60])
    values[:, 60:70] = np.rint(values[:, 60:70])
    answers = {}
    for place, head in enumerate(HEADS):
        margin = values[:, place : place + 3].sum(axis=1)
        decisions = np.where(margin > 2, 0, np.where(margin < -2, 1, 2)).astype(np.int8)
        reasons = np.argsort(-np.abs(values[:, :12]), axis=1, kind="stable")[:, :5].astype(np.int16)
        answers[head] = Answers((1 / (1 + np.exp(-margin))).astype(np.float32), decisions, reasons)
    values[:, 70:80][rng.random((n, 10)) < 0.4] = np.nan
    seen = rng.random((n, len(EVENT_TABLES))) < 0.95
    for tables, places in BY_TABLES.items():
        values[np.ix_(~seen[:, list(tables)].all(axis=1), places)] = np.nan
    followers = np.exp(rng.normal(8.0, 1.5, n)).astype(np.float32)
    return Remembered(
        codes, {"followers": np.rint(followers), "following": np.rint(followers**0.5)}, seen, values.astype(np.float32), answers
    )
