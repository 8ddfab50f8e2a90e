"""Who sells followers, likes and comments; every vendor belongs to one shard of follower records, down to its phrases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from training import draws
from training.mixtures import vendor_mixes
from training.pools import FollowerPool
from training.worlds.high_street.people import Flags, Floats, Ints
from training.worlds.phrases import package_texts

PER_SHARD = 12
BATCHES = 3


@dataclass(frozen=True)
class Vendors:
    """Vendor v belongs to shard v // PER_SHARD; `mix` holds (vendors, strata) weights for each shard.

    `batch_age_days`, `batch_width_days` (vendors, BATCHES): how long before a delivery its accounts were made, and within how many
    days. `texts[v]` is the phrase library of its comment packages.
    """

    aged: Flags
    mix: tuple[Floats, ...]
    batch_age_days: Floats
    batch_width_days: Floats
    instant_loss: Floats
    texts: tuple[pa.Array, ...]
    comment_delay_hours: Floats

    def pick(self, rng: np.random.Generator, shard: Ints, aged: Flags) -> Ints:
        """A vendor of each account's shard (n,): one that sells aged accounts where `aged`, one that does not elsewhere."""
        picked = np.zeros(len(shard), dtype=np.int64)
        for number in np.unique(shard):
            for wish in (False, True):
                mine = np.flatnonzero((shard == number) & (aged == wish))
                choice = [v for v in range(number * PER_SHARD, (number + 1) * PER_SHARD) if self.aged[v] == wish]
                picked[mine] = rng.choice(choice, len(mine))
        return picked


def draw(rng: np.random.Generator, parts: list[FollowerPool]) -> Vendors:
    n = len(parts) * PER_SHARD
    aged = np.tile(np.arange(PER_SHARD) % 3 == 0, len(parts))
    texts = rng.permutation(np.array(package_texts(), dtype=object))
    shares = np.array_split(texts, len(parts))
    return Vendors(
        aged=aged,
        mix=tuple(_mix(rng, part, aged[:PER_SHARD]) for part in parts),
        batch_age_days=rng.uniform(20, 500, (n, BATCHES)),
        batch_width_days=rng.uniform(2, 30, (n, BATCHES)),
        # 80 % of bought followers were still there after four weeks in 2019, 93 % in 2022 (NATO StratCom).
        instant_loss=rng.uniform(0.05, 0.22, n),
        texts=tuple(_library(rng, shares[v // PER_SHARD]) for v in range(n)),
        comment_delay_hours=np.exp(rng.normal(0.0, 0.8, n)),
    )


def _library(rng: np.random.Generator, texts: npt.NDArray[np.object_]) -> pa.Array:
    """100 to 500 phrases of the shard's own, the first of which the vendor uses most."""
    return pa.array(rng.choice(texts, int(rng.integers(100, 501)), replace=False).tolist(), pa.large_string())


def _mix(rng: np.random.Generator, part: FollowerPool, aged: Flags) -> Floats:
    """Vendors of aged accounts deliver those among the shard's records that carry a picture and some posts."""
    kind = draws.strata(part, True)
    posts = part.records["post_count"].fill_null(0).to_numpy()
    picture = part.records["has_picture"].fill_null(False).to_numpy(zero_copy_only=False)
    decorated = kind.mean(((posts >= 5) & picture).astype(np.float64))
    mix = vendor_mixes(rng, part, len(aged)) * np.where(aged[:, None], 0.1 + 3.0 * decorated, 1.0)
    return np.asarray(mix / mix.sum(axis=1, keepdims=True))
