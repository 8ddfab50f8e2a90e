"""Where in the order of following the sampled followers stand: layers of equal width, from the first to follow to the newest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOST = 5
# With fewer judged followers a layer says less than it costs; the layers then get wider.
FEWEST_IN_LAYER = 20


@dataclass(frozen=True)
class Layers:
    """Per follower (k,) its layer. Per account (m,): how many layers, the ranks they span (`first` up to, without, `last`), and whether
    only its newest followers were sampled."""

    of: np.ndarray
    number: np.ndarray
    first: np.ndarray
    last: np.ndarray
    newest: np.ndarray


def layers(account: np.ndarray, rank: np.ndarray, followers: np.ndarray, sampled: np.ndarray, newest: np.ndarray) -> Layers:
    """account, rank (k,): of each judged follower, grouped by account, NaN = unknown; followers, sampled, newest (m,): of the account.

    Newest is what was said to be newest and is not everybody; and twenty followers or more who all stand in the newer half, whatever was
    said: a random sample does that once in a million times. Layers need the rank of every judged follower.
    """
    m = len(followers)
    judged = np.bincount(account, minlength=m)
    ranked = np.bincount(account, weights=~np.isnan(rank), minlength=m)
    lowest, highest = np.full(m, np.inf), np.full(m, -1.0)
    np.fmin.at(lowest, account, rank)
    np.fmax.at(highest, account, rank)
    all_ranked = (ranked == judged) & (judged > 0)
    newer_half = all_ranked & (judged >= FEWEST_IN_LAYER) & (lowest >= followers / 2.0)
    newest = (newest & (sampled < followers)) | newer_half
    # Without ranks, those who were sampled are all that the newest are known to be.
    first = np.where(newest, np.where(all_ranked, np.minimum(lowest, followers - sampled), followers - sampled), 0.0)
    first = np.maximum(first, 0.0)
    last = np.maximum(followers, highest + 1.0)
    number = np.ones(m, dtype=np.int64)
    of = np.zeros(len(account), dtype=np.int64)
    place = (np.where(np.isnan(rank), 0.0, rank) - first[account]) / np.maximum(last - first, 1.0)[account]
    for parts in range(2, MOST + 1):
        layer = np.clip((place * parts).astype(np.int64), 0, parts - 1)
        filled = np.bincount(account * parts + layer, minlength=m * parts).reshape(m, parts).min(axis=1) >= FEWEST_IN_LAYER
        finer = filled & all_ranked
        number[finer] = parts
        of = np.where(finer[account], layer, of)
    return Layers(of, number, first, last, newest)
