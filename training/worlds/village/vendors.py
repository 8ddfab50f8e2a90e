"""Who sells followers, likes and comments: stock made in batches, kept well or badly, with a library of praise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from training.worlds.phrases import package_texts

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# A vendor belongs to one shard, and so do all of its customers: what is learnt from one shard meets unseen vendors in another.
SHARDS, PER_SHARD, BATCHES = 4, 9, 4
# Every third vendor keeps accounts for years before it sells them.
AGED_EVERY = 3
TRAITS = ("followers", "following", "posts", "picture", "bio", "digits", "private")


@dataclass(frozen=True)
class Vendors:
    """Columns of length SHARDS * PER_SHARD; vendor v belongs to shard v // PER_SHARD.

    taste (vendors, TRAITS): how its accounts differ from the class they belong to, in the class's own units (logs and logits).
    batch_age, batch_width (vendors, BATCHES): days between the making of a batch and its delivery, and how long the making took.
    lost: share of a lot that is gone after four weeks. refills: whether it makes up for what the platform clears.
    """

    aged: npt.NDArray[np.bool_]
    taste: Floats
    batch_age: Floats
    batch_width: Floats
    lost: Floats
    refills: npt.NDArray[np.bool_]
    hours: Floats
    texts: pa.Array
    first_text: Ints
    library: Ints

    def pick(self, rng: np.random.Generator, shard: Ints, aged: npt.NDArray[np.bool_]) -> Ints:
        """For each account a vendor of its shard: one that keeps aged accounts where `aged`, another elsewhere."""
        old = np.flatnonzero(self.aged[:PER_SHARD])
        fresh = np.flatnonzero(~self.aged[:PER_SHARD])
        chance = rng.random(len(shard))
        place = np.where(aged, old[(chance * len(old)).astype(np.int64)], fresh[(chance * len(fresh)).astype(np.int64)])
        return np.asarray(shard * PER_SHARD + place)


def draw(rng: np.random.Generator) -> Vendors:
    n = SHARDS * PER_SHARD
    aged = np.tile(np.arange(PER_SHARD) % AGED_EVERY == 0, SHARDS)
    texts = rng.permutation(np.array(package_texts(), dtype=object))
    # Libraries of 100 to 500 phrases (method.md 5.3), no phrase in two shards.
    each = len(texts) // SHARDS
    library = rng.integers(100, min(500, each) + 1, n)
    start = np.arange(n) // PER_SHARD * each + (rng.random(n) * (each - library + 1)).astype(np.int64)
    return Vendors(
        aged=aged,
        taste=rng.normal(0.0, 0.45, (n, len(TRAITS))),
        batch_age=np.where(aged[:, None], rng.uniform(350, 1800, (n, BATCHES)), rng.uniform(8, 260, (n, BATCHES))),
        batch_width=np.where(aged[:, None], rng.uniform(60, 500, (n, BATCHES)), rng.uniform(1, 25, (n, BATCHES))),
        # 80 % were still there after four weeks in 2019, 93 % in 2022 (NATO StratCom).
        lost=rng.uniform(0.05, 0.21, n),
        refills=rng.random(n) < 0.5,
        hours=np.exp(rng.normal(0.3, 0.9, n)),
        texts=pa.array(texts.tolist(), pa.large_string()),
        first_text=start,
        library=library,
    )
