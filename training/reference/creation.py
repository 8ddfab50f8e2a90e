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
    owner = ordinary.owner("follower_sample")

    def learn(rows: np.ndarray) -> np.ndarray:
        share = background(born[rows], days)
        return np.append(share, scatter(born[rows], owner[rows], days, share))

    learnt = by_platform(codes, usable, FEWEST, learn).round(6)
    laws: dict[bytes, np.ndarray] = {}
    for row in learnt:
        if row.tobytes() not in laws:
            laws[row.tobytes()] = without_batches(days, row[:-1], row[-1], ordinary.rng(len(laws)))
    law = np.stack([laws[row.tobytes()] for row in learnt])
    return {
        "creation_days": days,
        "creation_share": learnt[:, :-1],
        "burst_scatter": learnt[:, -1],
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


def scatter(born: np.ndarray, owner: np.ndarray, days: np.ndarray, share: np.ndarray) -> float:
    """Relative variance of what accounts have within two months beyond what so few followers bring about: audiences are not alike.

    The median over accounts, because one batch that nobody labelled would count for hundreds.
    """
    edges, mass = days[::FILLING], np.diff(share[::FILLING])
    _, account = np.unique(owner, return_inverse=True)
    cell = np.searchsorted(edges, born, side="right") - 1
    inside = (cell >= 0) & (cell < len(mass))
    counts = np.zeros((account.max() + 1, len(mass)))
    np.add.at(counts, (account[inside], cell[inside]), 1.0)
    many = counts.sum(axis=1)
    expected = many[:, None] * mass
    enough = many >= created.LEAST
    if not enough.any():
        return 0.0
    beyond = ((counts - expected) ** 2 - expected * (1 - mass)).sum(axis=1) / (expected**2).sum(axis=1).clip(min=1e-9)
    return max(float(np.median(beyond[enough])), 0.0)


def without_batches(days: np.ndarray, share: np.ndarray, spread: float, rng: np.random.Generator) -> np.ndarray:
    """Location and scale (2, sizes) of the fullest window's score in samples from the background, each scattered around it; NaN where
    it is unknown."""
    if np.isnan(share).any():
        return np.full((2, len(SAMPLES)), np.nan)
    found = []
    for size, samples in SAMPLES.items():
        born = draw(days, share, spread, samples, size, rng)
        starts = np.arange(0, samples * size + 1, size)
        score, _ = created.fullest_window(Events(born, starts), np.zeros(samples, dtype=np.int64), days, share[None, :], np.array([spread]))
        chance = (np.arange(samples) + 0.5) / samples
        upper = (chance >= FROM) & (chance <= TO)
        scale, location = np.polyfit(-np.log(-np.log(chance[upper])), np.sort(score)[upper], 1)
        found.append((location, max(scale, LEAST_SCALE)))
    return np.array(found).T


def draw(days: np.ndarray, share: np.ndarray, spread: float, samples: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Creation dates (samples * size,) of audiences that have more or less of every two months than the background."""
    if spread == 0.0:
        return np.interp(rng.random(samples * size), share, days)
    mass = np.diff(share)
    pairs = np.repeat(np.arange(-(-len(mass) // FILLING)), FILLING)[: len(mass)]
    born = np.empty((samples, size))
    for row in born:
        own = np.append(0.0, np.cumsum(mass * rng.gamma(1.0 / spread, spread, pairs[-1] + 1)[pairs]))
        row[:] = np.interp(rng.random(size) * max(own[-1], 1e-12), own, days)
    return born.ravel()
