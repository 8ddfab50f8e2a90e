"""Whether the interval of the share holds: accounts composed from real followers, on known and on foreign audiences and vendors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import permutations
from typing import Any

import numpy as np

from models.rates import Rates
from models.share import estimate
from training import rates
from training.benchmark import accounts
from training.benchmark.accounts import Composed, Floats, Side
from training.benchmark.share_measures import KINDS_MATCHED, SHIPPED_ALIKE, Row, summary
from training.benchmark.sources import Source, all_sources, grown, judged_margins, learnt, seen_by
from training.benchmark.step import Progress, Size, Step
from training.rates import Learnt, Meeting, Spread

SHARES = (0.0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.9)
SAMPLES = (50, 100, 300, 1000)
CUT = (0.4, 0.3, 0.3)
SMALLEST, LARGEST = 100, 1_000_000
NAIVE_DRAWS = 256
# Replicates of each source, one account per share and sample size in every cell.
REPLICATES, QUICK_REPLICATES = 1_000, 6


@dataclass(frozen=True)
class Cell:
    """Where the followers of composed accounts come from, and what the judging model knew: the sources `others` and `purchased`."""

    kind: str
    learnt: str
    others: str
    purchased: str

    @property
    def met(self) -> str:
        """The source that no estimate may have seen."""
        return self.purchased if self.others == self.learnt else self.others


def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
    """Coverage, width, Winkler score, one-sided failures, bias and error of the share per cell, beside Jeffreys' adjusted count (naive)."""
    sources, absent = all_sources()
    meetings = meet_all(sources, size.seed)
    spreads = {name: without(meetings, sources, name) for name in sources}
    replicates = size.of(REPLICATES, QUICK_REPLICATES)
    rows: list[Row] = []
    for i, name in enumerate(sources):
        for replicate in range(replicates):
            rng = np.random.default_rng([size.seed, 2, i, replicate])
            rows += _replicate(rng, name, sources, spreads, replicate)
            progress(i * replicates + replicate + 1, len(sources) * replicates)
    return {"replicates": replicates, "sources": list(sources), "left_out": absent} | summary(rows)


def measure_spread(size: Size, progress: Progress) -> Mapping[str, Any]:
    """The moves of both rates between sources: from SRF to the others (what ships), and over Instagram with each source held out."""
    sources, absent = all_sources()
    meetings = meet_all(sources, size.seed)
    progress(1, 1)
    if not meetings:
        return {"left_out": [*absent, "with one source there is no spread between sources"], "shipped": _spread_json(rates.SHIPPED)}
    pairs = {f"{a} -> {b}": _meeting_json(found) for (a, b), found in meetings.items()}
    held_out = {name: _spread_json(without(meetings, sources, name)) for name in sources}
    of_srf = [meeting for (learnt_on, _), meeting in meetings.items() if learnt_on == "srf"]
    taught = _spread_json(rates.spread(of_srf, len(of_srf)))
    return {"left_out": absent, "shipped": _spread_json(rates.SHIPPED), "taught by srf": taught, "held_out": held_out, "pairs": pairs}


def meet_all(sources: Mapping[str, Source], seed: int) -> dict[tuple[str, str], Meeting]:
    """A model learnt on each source meets every other: ordered pairs."""
    found = {}
    for i, (name, source) in enumerate(sources.items()):
        seen, unseen = source.parts(np.random.default_rng([seed, 1, i]), (0.6, 0.4))
        trees = grown(source, seen, seed)
        known = learnt(trees, source, unseen)
        for other, met in sources.items():
            if other != name:
                found[name, other] = rates.meet(known, trees.margins(seen_by(source, met)), met.purchased)
    return found


def without(meetings: Mapping[tuple[str, str], Meeting], sources: Mapping[str, Source], held_out: str) -> Spread:
    """The spread between Instagram's sources, as somebody knows it who never saw `held_out`; with fewer than two, what ships."""
    kept = [name for name, source in sources.items() if source.pool.platform == "instagram" and name != held_out]
    if len(kept) < 2:
        return rates.SHIPPED
    return rates.spread([meetings[pair] for pair in permutations(kept, 2)], len(kept))


def cells(name: str, sources: Mapping[str, Source]) -> Iterator[Cell]:
    """The cells of the model learnt on `name`. Humans of one platform never stand beside purchased followers of another."""
    platform = {other: source.pool.platform for other, source in sources.items()}
    for kind in KINDS_MATCHED:
        yield Cell(kind, name, name, name)
    for other in sources:
        if other == name:
            continue
        if platform[other] != platform[name]:
            yield Cell("new platform", name, other, other)
            continue
        yield Cell("new vendor", name, name, other)
        yield Cell("new audience", name, other, name)
        yield Cell("new source", name, other, other)


def _replicate(
    rng: np.random.Generator, name: str, sources: Mapping[str, Source], spreads: Mapping[str, Spread], replicate: int
) -> list[Row]:
    """One new cut, one new model, one account per cell, share and sample size. spreads: by the source that their estimates did not see."""
    source = sources[name]
    train, calibrate, test = source.parts(rng, CUT)
    trees = grown(source, train, int(rng.integers(2**31)))
    known = learnt(trees, source, calibrate)
    sides: dict[tuple[str, bool, bool], Side] = {}

    def side(other: str, purchased: bool, hidden: bool = False) -> Side:
        key = (other, purchased, hidden)
        if key not in sides:
            rows = test if other == name else sources[other].parts(rng, (0.5, 0.5))[0]
            values = seen_by(source, sources[other], hidden)
            sides[key] = Side.of(sources[other], rows, judged_margins(trees, values[rows]), purchased)
        return sides[key]

    @cache
    def judge(met: str, foreign: float) -> Rates:
        return rates.fit(known, (source.pool.platform,), spreads[met], foreign)

    share, n = (grid.ravel() for grid in np.meshgrid(SHARES, SAMPLES, indexing="ij"))
    rows = []
    for cell in cells(name, sources):
        home = cell.kind in KINDS_MATCHED and cell.kind != SHIPPED_ALIKE
        followers = np.rint(np.exp(rng.uniform(np.log(np.maximum(n, SMALLEST)), np.log(LARGEST)))).astype(np.int64)
        hidden = cell.kind.startswith("30")
        others, purchased = side(cell.others, False, hidden), side(cell.purchased, True, hidden)
        composed = _composed(rng, cell.kind, others, purchased, share, n, followers)
        if sources[cell.others].pool.platform != source.pool.platform:
            composed = replace(composed, samples=replace(composed.samples, abroad=np.ones(len(n), dtype=bool)))
        found = estimate(composed.samples, known.threshold, judge(cell.met, rates.AT_HOME if home else rates.FOREIGN))
        rows.append(Row.of(cell, replicate, share, n, followers, composed, found, _naive(rng, composed, known)))
    return rows


def _composed(rng: np.random.Generator, kind: str, others: Side, purchased: Side, share: Floats, n: Any, followers: Any) -> Composed:
    if kind == "newest":
        return accounts.newest(rng, others, purchased, share, n, followers)
    if kind == "ranked":
        return accounts.ranked(rng, others, purchased, share, n, followers)
    found = accounts.compose(rng, others, purchased, share, n, followers, differ=kind != "matched, alike")
    return accounts.without_unjudged(found)


def _naive(rng: np.random.Generator, composed: Composed, known: Learnt) -> Floats:
    """The 95 % interval (m, 2) of somebody who takes the calibration for the truth about this account: Beta on the flagged share and on
    both rates, after Jeffreys (method.md 3.4)."""
    s = composed.samples
    m = len(s.population)
    flagged = np.bincount(s.account, weights=s.margins >= known.threshold, minlength=m)
    judged = np.bincount(s.account, minlength=m)
    q = rng.beta(flagged + 0.5, judged - flagged + 0.5, (NAIVE_DRAWS, m))
    true, false = (
        rng.beta(hits.sum() + 0.5, (~hits).sum() + 0.5, (NAIVE_DRAWS, 1))
        for hits in (known.margins[known.purchased == kind] >= known.threshold for kind in (True, False))
    )
    found: Floats = np.quantile(np.clip((q - false) / np.maximum(true - false, 0.01), 0.0, 1.0), (0.025, 0.975), axis=0).T
    return found


def _meeting_json(found: Meeting) -> dict[str, float]:
    return {"purchased": found.purchased[0], "others": found.others[0], "unlike": found.unlike}


def _spread_json(found: Spread) -> dict[str, Any]:
    parts = {
        name: {"mean": part.mean, "uncertainty": part.uncertainty, "between": part.between, "sources": part.sources}
        for name, part in (("purchased", found.purchased), ("others", found.others))
    }
    return {**parts, "unlike": found.unlike}


STEPS: tuple[Step, ...] = (
    Step("follower_spread", "L1", "how far the rates of flagging move from one labelled source to the next", measure_spread),
    Step("shares", "L2", "whether the share's interval holds on accounts composed from real followers", measure),
)
