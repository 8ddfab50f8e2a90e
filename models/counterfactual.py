"""What would change the answer: the smallest plausible difference in the account that the head would decide otherwise on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from typing import Any

import numpy as np

from features.bounds import jeffreys_low
from features.catalog import BY_NAME
from features.standing import adjusted
from models.changeable import CHANGEABLE, Change
from models.circumstances import Circumstances

# Where 5 to 95 % of the peers are, an account of its platform and size could be; these levels are tried, the furthest last.
LEVELS = (0.75, 0.5, 0.25, 0.1, 0.05)
_RISING = tuple(1.0 - level for level in LEVELS)
MOST_CHANGES = 3
# Trees add up nearly enough for the sum of single effects to say which few of thousands of combinations to compute.
PROMISING, VERIFIED = 6, 24
SLACK = 0.1
# The head's decision at margins so far apart (log odds) is looked up, not searched for.
_MARGINS = np.linspace(-12.0, 12.0, 97)

NOT_PLAUSIBLE = (
    "No plausible change of up to three things would change the decision: it would take more than 5 to 95 % of such accounts show."
)
UNDECIDABLE = "What was seen of the account cannot decide the question, whatever its numbers were: more of it would have to be seen."

Margins = Callable[[np.ndarray], np.ndarray]
Decisions = Callable[[np.ndarray], Sequence[str]]


@dataclass(frozen=True)
class Asked:
    """A head's question about one account: names and values (k,) of what its trees read, and the decision that was given."""

    head: str
    names: tuple[str, ...]
    values: np.ndarray
    decision: str
    directions: Mapping[str, int]


@dataclass(frozen=True)
class _Way:
    """One thing that could be otherwise: the places of the features that move, their values at each level (levels, p), and the share of
    peers between the leading feature's value and each level, infinite where that is no move, (levels,)."""

    change: Change
    leader: int
    places: np.ndarray
    values: np.ndarray
    distance: np.ndarray

    @property
    def levels(self) -> list[int]:
        """The levels that are a move."""
        found: list[int] = np.flatnonzero(np.isfinite(self.distance)).tolist()
        return found


# Which ways, and each one's level.
_Combination = tuple[tuple[_Way, int], ...]


def counterfactual(asked: Asked, circumstances: Circumstances, margins: Margins, decisions: Decisions) -> dict[str, Any] | str:
    """The fewest changes, and among those the smallest, that make the decision another; why not, when no three plausible ones do.

    margins: values (n, k) -> margins (n,), the head's own trees; decisions: margins (n,) -> decisions, its calibration and rules. A
    yes is turned into a no and the other way round; into undecided only where that is as far as it goes. An open answer may close either
    way, and the nearer one is told. Smallest: the sum over changes of the share of peers between the two values. What is answered has
    been computed with the trees, not estimated.
    """
    at = np.array(decisions(_MARGINS))
    if (at == asked.decision).all():
        return UNDECIDABLE
    down, up = ("no", -1), ("yes", 1)
    chances = {"yes": ((down,), (("undecided", -1),)), "no": ((up,), (("undecided", 1),))}.get(asked.decision, ((down, up),))
    search = _Search(asked, circumstances, margins, decisions, sorted({way for chance in chances for _, way in chance}))
    for chance in chances:
        found = search.nearest([(target, way, _MARGINS[at == target]) for target, way in chance if (at == target).any()])
        if found is not None:
            return _told(asked, circumstances, *found)
    return NOT_PLAUSIBLE


def _distance(combination: _Combination) -> float:
    return sum(float(way.distance[level]) for way, level in combination)


class _Search:
    """What each single change does to the margin, computed once for both ways: +1 towards a yes, -1 towards a no."""

    def __init__(self, asked: Asked, circumstances: Circumstances, margins: Margins, decisions: Decisions, ways: Sequence[int]):
        self._values, self._margins, self._decisions = asked.values, margins, decisions
        self._ways = {way: _ways(asked, circumstances, way) for way in ways}
        single = [(way, w, level) for way in ways for w, one in enumerate(self._ways[way]) for level in one.levels]
        # Each with the way it goes: where trees are not monotone a change may do the opposite of what its words say, which is no advice.
        self._single: list[tuple[_Combination, int]] = [(((self._ways[way][w], level),), way) for way, w, level in single]
        found = margins(self._rows([(), *(combination for combination, _ in self._single)]))
        self._answers, self._start = decisions(found[1:]), float(found[0])
        self._gains = {way: np.full((len(self._ways[way]), len(LEVELS)), -np.inf) for way in ways}
        for (way, w, level), reached in zip(single, found[1:].tolist(), strict=True):
            self._gains[way][w, level] = way * (reached - self._start)

    def nearest(self, targets: Sequence[tuple[str, int, np.ndarray]]) -> tuple[_Combination, str] | None:
        """The smallest combination that leads to one of the decisions, and to which; (decision, way to it, the margins it lies at)."""
        wanted = {(target, way) for target, way, _ in targets}
        if found := _first(self._single, self._answers, wanted):
            return found
        tried: list[tuple[_Combination, int]] = []
        for _, way, there in targets:
            needed = max(way * (float(there[0 if way > 0 else -1]) - self._start), 0.0)
            for size in range(2, MOST_CHANGES + 1):
                tried += [(combination, way) for combination in self._promising(way, size, needed)]
        if not tried:
            return None
        return _first(tried, self._decisions(self._margins(self._rows([combination for combination, _ in tried]))), wanted)

    def _promising(self, way: int, size: int, needed: float) -> list[_Combination]:
        """The nearest combinations of so many of the strongest changes whose effects add up to what is needed; else the strongest one."""
        gains, ways = self._gains[way], self._ways[way]
        best = gains.max(axis=1, initial=-np.inf)
        order = [w for w in np.argsort(-best, kind="stable").tolist()[:PROMISING] if best[w] > 0.0]
        if len(order) < size:
            return []
        choices, levels = np.array(list(combinations(order, size))), _levels(size)
        distance = np.array([one.distance for one in ways])
        # (choices, levels, size), summed over the changes.
        together = gains[choices[:, None, :], levels[None]].sum(axis=2).ravel()
        apart = distance[choices[:, None, :], levels[None]].sum(axis=2).ravel()
        near = np.flatnonzero(together >= (1.0 - SLACK) * needed - SLACK)
        near = near[np.argsort(apart[near], kind="stable")[:VERIFIED]] if len(near) else np.array([int(np.argmax(together))])
        picked = [divmod(k, len(levels)) for k in near.tolist() if np.isfinite(apart[k])]
        return [tuple((ways[w], level) for w, level in zip(choices[c].tolist(), levels[v].tolist(), strict=True)) for c, v in picked]

    def _rows(self, combinations: Sequence[_Combination]) -> np.ndarray:
        rows = np.repeat(self._values[None, :], len(combinations), axis=0)
        for row, combination in zip(rows, combinations, strict=True):
            for way, level in combination:
                row[way.places] = way.values[level]
        return rows


def _first(
    tried: Sequence[tuple[_Combination, int]], answers: Sequence[str], wanted: set[tuple[str, int]]
) -> tuple[_Combination, str] | None:
    """The smallest of the combinations that reach a decision on their way to it."""
    hits = [(combination, answer) for (combination, way), answer in zip(tried, answers, strict=True) if (answer, way) in wanted]
    return min(hits, key=lambda hit: (len(hit[0]), _distance(hit[0])), default=None)


@lru_cache(maxsize=MOST_CHANGES)
def _levels(size: int) -> np.ndarray:
    """Every level of so many changes at once, (levels ** size, size)."""
    return np.array(list(product(range(len(LEVELS)), repeat=size)))


def _ways(asked: Asked, c: Circumstances, way: int) -> list[_Way]:
    """What of this head's changes moves the account the given way."""
    place = {name: j for j, name in enumerate(asked.names)}
    found = []
    for change in CHANGEABLE.get(asked.head, ()):
        lows = change.low_of or {}
        known = [name for name in change.features if name in place and not np.isnan(asked.values[place[name]])]
        own = [name for name in known if name not in lows]
        if not own:
            continue
        signs = {name: way * change.direction(name, asked.directions) for name in own}
        moves = {name: _moved(name, float(asked.values[place[name]]), signs[name], c) for name in own}
        _add_lows(lows, known, moves, c)
        targets = np.array(LEVELS if signs[own[0]] < 0 else _RISING)
        moved = moves[own[0]] != asked.values[place[own[0]]]
        if moved.any():
            distance = np.where(moved, np.abs(targets - c.percentile(own[0])), np.inf)
            found.append(
                _Way(change, place[own[0]], np.array([place[name] for name in moves]), np.column_stack([*moves.values()]), distance)
            )
    return found


def _moved(name: str, now: float, direction: int, c: Circumstances) -> np.ndarray:
    """The feature's value at each level, as it is where the level would move it the other way; (levels,)."""
    there = c.peers.values_at(name, c.platform, c.tier, LEVELS if direction < 0 else _RISING)
    if there is None or direction == 0:
        return np.full(len(LEVELS), now)
    return np.maximum(there, now) if direction > 0 else np.minimum(there, now)


def _add_lows(lows: Mapping[str, tuple[str, str]], known: Sequence[str], moves: dict[str, np.ndarray], c: Circumstances) -> None:
    """What a share is at least follows from the share and from how many were sampled, who stay as many."""
    for low, (share, column) in lows.items():
        if low in known and share in moves:
            many = np.full(len(LEVELS), float((~np.isnan(c.numbers(column))).sum()))
            true, false = c.reference.peer_audience.purchased_rule[1:] if low == "purchased_type_share_low" else (1.0, 0.0)
            hits = np.round((false + moves[share] * (true - false)) * many)
            moves[low] = np.minimum(adjusted(jeffreys_low(hits, many), true, false), moves[share])


def _told(asked: Asked, c: Circumstances, combination: _Combination, decision: str) -> dict[str, Any]:
    changes, parts = [], []
    for way, level in combination:
        for j, to in zip(way.places, way.values[level], strict=True):
            if float(to) != float(asked.values[j]):
                name = asked.names[j]
                changes.append({"feature": name, "from": float(asked.values[j]), "to": float(to), "unit": BY_NAME[name].unit.name})
        name, unit = asked.names[way.leader], BY_NAME[asked.names[way.leader]].unit
        to = float(way.values[level][list(way.places).index(way.leader)])
        typical = c.peers.values_at(name, c.platform, c.tier, (0.5,))
        usual = "" if typical is None else f" (a typical account of this size has {unit.write(float(typical[0]))})"
        parts.append(f"{way.change.features[name]} were {unit.write(to)} instead of {unit.write(float(asked.values[way.leader]))}{usual}")
    return {"sentence": f"The decision would be {decision} if {' and '.join(parts)}.", "decision": decision, "changes": changes}
