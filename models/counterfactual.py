"""What would change the answer: the smallest plausible difference in the account that the head would decide otherwise on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

from features.bounds import jeffreys_low
from features.catalog import BY_NAME
from features.standing import adjusted
from models.changeable import CHANGEABLE, Change
from models.circumstances import Circumstances

# Where 5 to 95 % of the peers are, an account of its platform and size could be; the grid is what is tried between.
LEVELS = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
MOST_CHANGES = 3
# Trees add up nearly enough for the sum of single effects to say which few of thousands of combinations to compute.
PROMISING, VERIFIED = 6, 48
# The head's decision at margins so far apart (log odds) is looked up, not searched for.
_MARGINS = np.linspace(-12.0, 12.0, 481)

Margins = Callable[[np.ndarray], np.ndarray]
Decisions = Callable[[np.ndarray], Sequence[str]]


@dataclass(frozen=True)
class Step:
    """One change to one level: the places of the features that move, their new values, and how many peers (0-1) lie between."""

    change: int
    leader: str
    places: np.ndarray
    values: np.ndarray
    distance: float


@dataclass(frozen=True)
class Asked:
    """A head's question about one account: names and values (k,) of what its trees read, and the decision that was given."""

    head: str
    names: tuple[str, ...]
    values: np.ndarray
    decision: str
    directions: Mapping[str, int]


def counterfactual(asked: Asked, circumstances: Circumstances, margins: Margins, decisions: Decisions) -> dict[str, Any] | None:
    """The fewest changes, and among those the smallest, that make the decision another; None when no three plausible ones do.

    margins: values (n, k) -> margins (n,), the head's own trees; decisions: margins (n,) -> decisions, its calibration and rules. A
    yes is turned into a no and the other way round; into undecided only where that is as far as it goes. Smallest: the sum over changes
    of the share of peers between the two values. What is answered has been computed with the trees, not estimated.
    """
    # An open answer may close either way, and the nearer one is told.
    chances = {"yes": (("no",), ("undecided",)), "no": (("yes",), ("undecided",))}.get(asked.decision, (("no", "yes"),))
    for targets in chances:
        found = [(steps, target) for target in targets if (steps := _search(asked, circumstances, margins, decisions, target))]
        if found:
            return _told(asked, circumstances, *min(found, key=lambda way: (len(way[0]), sum(step.distance for step in way[0]))))
    return None


def _search(asked: Asked, c: Circumstances, margins: Margins, decisions: Decisions, target: str) -> tuple[Step, ...] | None:
    upwards = target == "yes" or (target == "undecided" and asked.decision == "no")
    reached = [decision == target for decision in decisions(_MARGINS)]
    steps = _steps(asked, c, +1 if upwards else -1)
    if not any(reached) or not steps:
        return None
    effects = margins(_rows(asked.values, [(), *((step,) for step in steps)]))
    start, effects = float(effects[0]), effects[1:] - effects[0]
    # The target begins here on the way from where the account is.
    line = float(_MARGINS[reached][0] if upwards else _MARGINS[reached][-1])
    for size in range(1, MOST_CHANGES + 1):
        tried = _promising(steps, effects, size, line - start)
        if not tried:
            continue
        answers = decisions(margins(_rows(asked.values, tried)))
        for combination, decision in zip(tried, answers, strict=True):
            if decision == target:
                return combination
    return None


def _promising(steps: Sequence[Step], effects: np.ndarray, size: int, needed: float) -> list[tuple[Step, ...]]:
    """The combinations of so many changes most likely to reach the line, nearest first; if none seems to, the strongest."""
    up = 1.0 if needed > 0 else -1.0
    gains = up * effects
    strongest: dict[int, float] = {}
    for step, gain in zip(steps, gains, strict=True):
        strongest[step.change] = max(strongest.get(step.change, -np.inf), float(gain))
    chosen = sorted((change for change, gain in strongest.items() if gain > 0), key=lambda change: -strongest[change])
    by_change = {
        change: [(step, float(gain)) for step, gain in zip(steps, gains, strict=True) if step.change == change and gain > 0]
        for change in chosen[: PROMISING if size > 1 else None]
    }
    ways = []
    for changes in combinations(by_change, size):
        for way in product(*(by_change[change] for change in changes)):
            ways.append((sum(gain for _, gain in way), sum(step.distance for step, _ in way), tuple(step for step, _ in way)))
    # A tenth short or beyond is within what the sum of effects can tell.
    near = sorted((way for way in ways if way[0] >= 0.9 * abs(needed)), key=lambda way: way[1])[:VERIFIED]
    if not near:
        near = sorted(ways, key=lambda way: -way[0])[:1]
    return [way for _, _, way in sorted(near, key=lambda way: way[1])]


def _rows(values: np.ndarray, ways: Sequence[Sequence[Step]]) -> np.ndarray:
    rows = np.repeat(values[None, :], len(ways), axis=0)
    for row, steps in zip(rows, ways, strict=True):
        for step in steps:
            row[step.places] = step.values
    return rows


def _steps(asked: Asked, c: Circumstances, way: int) -> list[Step]:
    """Every change of this head to every level that moves the account the given way (+1: towards a yes)."""
    place = {name: j for j, name in enumerate(asked.names)}
    found = []
    for number, change in enumerate(CHANGEABLE.get(asked.head, ())):
        known = [name for name in change.features if name in place and not np.isnan(asked.values[place[name]])]
        leader = next((name for name in known if name not in (change.low_of or {})), None)
        if leader is None:
            continue
        moves = {name: _moved(change, name, asked, c, way) for name in known if name not in (change.low_of or {})}
        _add_lows(change, known, moves, c)
        rank = c.percentile(leader)
        rising = way * change.direction(leader, asked.directions) > 0
        for level, share in enumerate(LEVELS if rising else 1.0 - LEVELS):
            to = float(moves[leader][level])
            if to != float(asked.values[place[leader]]):
                places = np.array([place[name] for name in moves])
                values = np.array([moves[name][level] for name in moves])
                found.append(Step(number, leader, places, values, abs(float(share) - rank)))
    return found


def _moved(change: Change, name: str, asked: Asked, c: Circumstances, way: int) -> np.ndarray:
    """The feature's value at each level, as it is where the level would move it the other way; (levels,), furthest last."""
    now, direction = float(asked.values[asked.names.index(name)]), way * change.direction(name, asked.directions)
    there = c.peers.values_at(name, c.platform, c.tier, LEVELS if direction > 0 else 1.0 - LEVELS)
    if there is None or direction == 0:
        return np.full(len(LEVELS), now)
    return np.maximum(there, now) if direction > 0 else np.minimum(there, now)


def _add_lows(change: Change, known: Sequence[str], moves: dict[str, np.ndarray], c: Circumstances) -> None:
    """What a share is at least follows from the share and from how many were sampled, who stay as many."""
    for low, (share, column) in (change.low_of or {}).items():
        if low in known and share in moves:
            many = np.full(len(LEVELS), float((~np.isnan(c.numbers(column))).sum()))
            true, false = c.reference.peer_audience.purchased_rule[1:] if low == "purchased_type_share_low" else (1.0, 0.0)
            hits = np.round((false + moves[share] * (true - false)) * many)
            moves[low] = np.minimum(adjusted(jeffreys_low(hits, many), true, false), moves[share])


def _told(asked: Asked, c: Circumstances, steps: Sequence[Step], decision: str) -> dict[str, Any]:
    changes, parts = [], []
    for step in steps:
        change = CHANGEABLE[asked.head][step.change]
        for j, to in zip(step.places, step.values, strict=True):
            name, now = asked.names[j], float(asked.values[j])
            if float(to) != now:
                changes.append({"feature": name, "from": now, "to": float(to), "unit": BY_NAME[name].unit.name})
        unit = BY_NAME[step.leader].unit
        now, to = (
            float(asked.values[asked.names.index(step.leader)]),
            float(step.values[list(step.places).index(asked.names.index(step.leader))]),
        )
        typical = c.peers.values_at(step.leader, c.platform, c.tier, np.array([0.5]))
        usual = "" if typical is None else f" (a typical account of this size has {unit.write(float(typical[0]))})"
        parts.append(f"{change.features[step.leader]} were {unit.write(to)} instead of {unit.write(now)}{usual}")
    return {"sentence": f"The decision would be {decision} if {' and '.join(parts)}.", "decision": decision, "changes": changes}
