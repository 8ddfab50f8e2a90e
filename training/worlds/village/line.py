"""The line of followers of each account in the order in which they came: who stands at which place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.worlds.village.clock import BINS, last_not_above
from training.worlds.village.crowds import CAUSES, FIRST_LOT, Crowds
from training.worlds.village.orders import Orders
from training.worlds.village.residents import Ints

# A prime above any number of followers: stepping by it visits every place of a bin once, in an order that looks like none.
STEP = 2_147_483_647


@dataclass(frozen=True)
class Line:
    """`before` (n, BINS) followers who came before each bin; `stay` (n, BINS, CAUSES) who came in it, the lots that came at once last;
    `at_once` (n, BINS) how many of them came in one block, which begins at `place` (n, BINS) within the bin."""

    before: Ints
    stay: Ints
    earlier: Ints
    at_once: Ints
    place: Ints
    block: np.ndarray

    def look(self, row: Ints, rank: Ints) -> tuple[Ints, Ints, Ints]:
        """(bin, cause, turn) of the follower at each rank of an account; turn counts within the cause, the first to come is 0."""
        bin = last_not_above(self.before.astype(np.float64), row, rank.astype(np.float64)).clip(0, BINS - 1)
        inside = rank - self.before[row, bin]
        stay, blocks = self.stay[row, bin], self.block[row]
        single, start = self.at_once[row, bin], self.place[row, bin]
        in_block = (inside >= start) & (inside < start + single)
        # Outside the block everybody comes mixed; inside, lot after lot.
        loose = stay.sum(axis=1) - single
        outside = np.where(inside < start, inside, inside - single)
        shuffled = (outside * STEP + row) % np.maximum(loose, 1)
        place = np.where(in_block, inside - start, shuffled)
        counts = np.where(blocks == in_block[:, None], stay, 0)
        upto = np.cumsum(counts, axis=1)
        cause = (upto <= place[:, None]).sum(axis=1).clip(max=len(CAUSES) - 1)
        each = np.arange(len(row))
        turn = place - (upto[each, cause] - counts[each, cause]) + self.earlier[row, bin, cause]
        return bin, cause, turn

    def upto(self, row: Ints, bin: Ints) -> Ints:
        """How many of today's followers had come by the end of a bin."""
        return np.asarray(self.before[row, bin] + self.stay[row, bin].sum(axis=1))


def of(rng: np.random.Generator, crowds: Crowds, orders: Orders) -> Line:
    n = len(crowds.stay)
    stay = crowds.stay.transpose(0, 2, 1)
    block = np.zeros((n, len(CAUSES)), dtype=bool)
    block[:, FIRST_LOT:] = orders.days <= 1
    total = stay.sum(axis=2)
    at_once = (stay * block[:, None, :]).sum(axis=2)
    place = np.floor((total - at_once + 1) * rng.random((n, BINS))).astype(np.int64)
    cumulated = np.cumsum(stay, axis=1)
    return Line(np.cumsum(total, axis=1) - total, stay, cumulated - stay, at_once, place, block)


def sample(rng: np.random.Generator, followers: Ints, method: np.ndarray, size: Ints) -> tuple[Ints, Ints]:
    """(account, rank) of the sampled followers, oldest first: all of them, the newest, one of each stratum of ranks, or any."""
    many = np.minimum(size, followers)
    row = np.repeat(np.arange(len(followers)), many)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many)
    spare = (followers - many)[row]
    newest = spare + turn
    low, high = turn * followers[row] // many[row], (turn + 1) * followers[row] // many[row]
    stratified = low + np.floor(rng.random(len(row)) * (high - low)).astype(np.int64)
    # Sorted uniform numbers, as sums of exponential ones over their total; adding the turn keeps them apart.
    step = rng.standard_exponential(len(row))
    summed = np.cumsum(step)
    first = np.cumsum(many) - many
    base = np.where(first > 0, np.concatenate([[0.0], summed])[first], 0.0)
    total = np.concatenate([[0.0], summed])[first + many] - base + rng.standard_exponential(len(many))
    anywhere = np.floor((summed - base[row]) / total[row] * (spare + 1)).astype(np.int64) + turn
    choice = method[row]
    return row, np.select([choice == "newest", choice == "stratified"], [newest, stratified], np.where(spare == 0, turn, anywhere))
