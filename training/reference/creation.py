"""The background of creation dates of followers, and how full its fullest window is without any batch."""

import numpy as np

from features import created
from features.columns import Events
from training.reference.ordinary import Ordinary, by_platform

GRID_DAYS = 30.0
FEWEST = 1_000
# Accounts made in the last two months are still being met: of so young ones at least as many as in a usual month of the last year.
FILLING, YEAR = 2, 12

SAMPLES = {30: 4_000, 100: 4_000, 300: 2_000, 1_000: 1_000, 3_000: 500}
# Gumbel's law is laid through the upper half of the simulated maxima; the very largest are left out, as they are few.
FROM, TO = 0.5, 0.998
LEAST_SCALE = 0.05


def fit(ordinary: Ordinary, codes: np.ndarray, clean: np.ndarray) -> dict[str, np.ndarray]:
    """Parts of PeerAudience by name, none where too few dates are known."""
    born = ordinary.inputs("follower_created_at")["follower_created_at"].values
    usable = clean & ~np.isnan(born)
    if usable.sum() < FEWEST:
        return {}
    newest = np.ceil(born[usable].max() + 1.0)
    cells = max(int(np.ceil((newest - born[usable].min()) / GRID_DAYS)), YEAR) + 1
    days = newest - GRID_DAYS * np.arange(cells, -1, -1.0)
    shares = by_platform(codes, usable, FEWEST, lambda rows: background(born[rows], days)).round(6)
    laws: dict[bytes, np.ndarray] = {}
    for share in shares:
        if share.tobytes() not in laws:
            laws[share.tobytes()] = without_batches(days, share, ordinary.rng(len(laws)))
    law = np.stack([laws[share.tobytes()] for share in shares])
    return {
        "creation_days": days,
        "creation_share": shares,
        "burst_sizes": np.array([*SAMPLES], dtype=np.float64),
        "burst_location": law[:, 0].round(4),
        "burst_scale": law[:, 1].round(4),
    }


def background(born: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Share created before each day, from 0 to 1."""
    mass, _ = np.histogram(born, days)
    mass = mass.astype(np.float64)
    mass[-FILLING:] = np.maximum(mass[-FILLING:], mass[-YEAR:].mean())
    return np.asarray(np.concatenate([[0.0], np.cumsum(mass)]) / mass.sum())


def without_batches(days: np.ndarray, share: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Location and scale (2, sizes) of the fullest window's score in samples from the background; NaN where it is unknown."""
    if np.isnan(share).any():
        return np.full((2, len(SAMPLES)), np.nan)
    found = []
    for size, samples in SAMPLES.items():
        born = np.interp(rng.random(samples * size), share, days)
        starts = np.arange(0, samples * size + 1, size)
        score, _ = created.fullest_window(Events(born, starts), np.zeros(samples, dtype=np.int64), days, share[None, :])
        chance = (np.arange(samples) + 0.5) / samples
        upper = (chance >= FROM) & (chance <= TO)
        scale, location = np.polyfit(-np.log(-np.log(chance[upper])), np.sort(score)[upper], 1)
        found.append((location, max(scale, LEAST_SCALE)))
    return np.array(found).T
