"""Accounts with labels: where they come from, what their labels say, and what a card tells of them."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features import dataset
from features.catalog import NAMES
from features.table import AccountTable
from models.heads import HEADS
from models.heads.bought_followers import SMALLEST_SHARE
from models.tiers import TIERS
from training import duplicates, report, splits, together
from training.experiment import Experiment, Labels
from training.learning import Learnt
from training.own_labels import SYNTHETIC
from training.refusals import TrainingRefusal
from training.sources import Source as Source
from training.sources import described as described
from training.sources import source_of as source_of
from training.weighing import Weighed, weighed
from training.worlds import WORLDS, read_truth

# Shares of purchased-type followers that are told apart in the results.
BANDS = ((0.0, SMALLEST_SHARE, "share < 10 %"), (SMALLEST_SHARE, 0.20, "share 10-20 %"), (0.20, 1.01, "share ≥ 20 %"))
OLD_RECORDS = "Follower records are of 2017 and of one country (SRF Data); how followers are bought has changed since."
COPY = re.compile(r"\.s[0-9.]+$")


@dataclass(frozen=True)
class Learning:
    """The accounts to learn from. groups: (n,) names of what must stay on one side; vendors: (n,) who sold the followers, the account
    itself where nobody did; scenarios: (n,) what a simulator made of the account, "" where nobody simulated it; values, shares: head ->
    (n,), NaN = unknown. purchased: (n,) the share of purchased-type followers, whoever sent them; a label counts only those ordered.
    real: head -> bool (n,), whether a person gave the label; beside: bool (n,), the accounts of a simulated world beside the dataset;
    told: what a person should know of the labels, a sentence each; weights: how much each kind of label counts."""

    table: AccountTable
    groups: list[str]
    vendors: np.ndarray
    composed: bool
    values: Mapping[str, np.ndarray]
    shares: Mapping[str, np.ndarray]
    samples: pa.Table | None
    synthetic: bool
    scenarios: np.ndarray
    purchased: np.ndarray
    real: Mapping[str, np.ndarray] = field(default_factory=dict)
    beside: np.ndarray | None = None
    told: Sequence[str] = ()
    weights: Labels = field(default_factory=Labels)

    @property
    def mixed(self) -> bool:
        """Whether people labelled some of these accounts and a world labelled others."""
        given = [self.real[name][~np.isnan(y)] for name, y in self.values.items() if name in self.real]
        return any(each.any() for each in given) and not all(each.all() for each in given)

    def weighed(self, name: str, split: splits.Split) -> Weighed:
        """How much each label of a head counts."""
        both = {True: self.weights.real, False: self.weights.simulated}
        return weighed(self.values[name], self.real.get(name), both, split, self.beside)


def read(source: Source, heads: Sequence[str]) -> Learning:
    """The dataset with its labels. Raises DatasetError or, when it has no labels for a head, TrainingRefusal."""
    tables = dataset.read(source.path)
    first = tables["accounts"].num_rows
    if source.beside is not None:
        tables = together.beside(tables, dataset.read(source.beside.path))
    if "labels" not in tables:
        raise TrainingRefusal([f"{source.path} has no labels table; a training needs labels.csv with account_id, head and value"])
    ids, labels = tables["accounts"]["account_id"].combine_chunks(), tables["labels"]
    values: dict[str, np.ndarray] = {}
    shares: dict[str, np.ndarray] = {}
    groups = np.array(ids.to_pylist(), dtype=object)
    vendors = np.array([COPY.sub("", name) for name in ids.to_pylist()], dtype=object)
    named, real = np.zeros(len(ids), dtype=bool), dict[str, np.ndarray]()
    for name in heads:
        mine = labels.filter(pc.equal(labels["head"], name))
        place = pc.index_in(mine["account_id"], value_set=ids).to_numpy(zero_copy_only=False).astype(np.int64)
        share = np.full(len(ids), np.nan)
        value = np.full(len(ids), np.nan)
        value[place] = mine["value"].cast(pa.float64()).to_numpy()
        if "share" in mine.column_names:
            share[place] = mine["share"].to_numpy()
        real[name] = _given(mine, place, len(ids))
        uncounted = [kind for kind, weight in ((True, source.labels.real), (False, source.labels.simulated)) if weight == 0]
        share[np.isin(real[name], uncounted)] = value[np.isin(real[name], uncounted)] = np.nan
        shares[name], values[name] = share, HEADS[name].label(value, share)
        if "source" in mine.column_names:
            for i, origin in zip(place, mine["source"].to_pylist(), strict=True):
                if origin:
                    groups[i], named[i] = _records(origin), True
                    # Whoever bought nothing shares no vendor with the others.
                    vendors[i] = vendors[i] if origin.endswith("/none") else origin
    table = AccountTable.from_tables(tables)
    samples = tables["follower_sample"].select(["account_id", "follower_id"]) if "follower_sample" in tables else None
    composed = bool(named.any() and any("/" in group for group in groups[named]))
    # Accounts without a source stand for themselves when others name one, else nothing is known to keep together.
    kept = [str(g) for g in groups] if named.any() else [""] * len(ids)
    second = np.arange(len(ids)) >= first if source.beside is not None else None
    scenarios, purchased = _truth(source, table.account_ids, shares.get("bought_followers"))
    facts = (composed, values, shares, samples, source.synthetic, scenarios, purchased)
    told = [*source.told, *together.who(labels, heads)]
    return Learning(table, kept, vendors, *facts, real, second, told, source.labels)


def _given(mine: pa.Table, place: np.ndarray, n: int) -> np.ndarray:
    """bool (n,): whether a person gave the account its label of this head; a world signs what it knows."""
    real = np.ones(n, dtype=bool)
    if "by" in mine.column_names:
        real[place] = pc.invert(pc.starts_with(mine["by"], SYNTHETIC)).fill_null(True).to_numpy(zero_copy_only=False)
    return real


def _truth(source: Source, account_ids: Sequence[str], labelled: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Scenarios and purchased-type shares (n,): what a simulator knows, else nothing and what the labels say."""
    scenarios = np.full(len(account_ids), "", dtype=object)
    purchased = np.full(len(account_ids), np.nan) if labelled is None else labelled.copy()
    # What lies beside other people's data under the same name is theirs. A world of an earlier version has no truth.
    for world in (each for each in (source, source.beside) if each is not None and each.synthetic):
        with suppress(FileNotFoundError):
            truth = read_truth(world.path).to_pydict()
            place = {name: row for row, name in enumerate(truth["account_id"])}
            for i, name in enumerate(account_ids):
                if (row := place.get(name)) is not None:
                    scenarios[i] = truth["scenario"][row] or ""
                    purchased[i] = truth["bought_share"][row] + truth["unsolicited_share"][row]
    return scenarios, purchased


def _records(origin: str) -> str:
    """ "high_street-srf/0/vendor-3" -> "srf/0": what must stay on one side are the records, whichever world drew on them."""
    group = origin.rpartition("/")[0] or origin
    world = next((name for name in WORLDS if group.startswith(f"{name}-")), "")
    return group.removeprefix(f"{world}-") if world else group


def split(experiment: Experiment, learning: Learning) -> splits.Split:
    """Which accounts fit, calibrate and test, as the experiment wants it."""
    ids = learning.table.account_ids
    if learning.beside is not None:
        return together.split_each(learning.groups, learning.values, learning.beside, experiment.split, experiment.split_seed, ids)
    if experiment.holdout:
        return splits.held_out(learning.groups, learning.values, experiment.holdout, experiment.split_seed, account_ids=ids)
    return splits.split(learning.groups, learning.values, experiment.split, experiment.split_seed, account_ids=ids)


def learners(learning: Learning, split: splits.Split) -> Learning:
    """The accounts that fit and calibrate, alone: whoever is given these cannot look at the test side, by no mistake of its own."""
    rows = np.sort(np.concatenate([split.fit, split.calibrate]))
    table, samples = learning.table.only(rows), learning.samples
    if samples is not None:
        samples = samples.filter(pc.is_in(samples["account_id"], value_set=pa.array(table.account_ids, samples["account_id"].type)))
    # By what they are, not by name: a field that is added to Learning is cut as well.
    others = (each.name for each in fields(learning) if each.name not in ("table", "samples"))
    return replace(
        learning, table=table, samples=samples, **{name: _of(getattr(learning, name), rows, learning.table.n) for name in others}
    )


def _of(facts: Any, rows: np.ndarray, n: int) -> Any:
    """The same facts for some of n accounts; what is not one fact per account stays as it is."""
    if isinstance(facts, Mapping):
        return {name: _of(each, rows, n) for name, each in facts.items()}
    if isinstance(facts, np.ndarray) and len(facts) == n:
        return facts[rows]
    return [facts[row] for row in rows] if isinstance(facts, list) and len(facts) == n else facts


def refuse_leaks(split: splits.Split, learning: Learning) -> None:
    """No account may stand on two sides, under whatever id, and composed accounts may share no follower record across sides; in the wild
    two accounts may well have a follower in common. Raises TrainingRefusal."""
    twins = duplicates.across(split, learning.table)
    if twins:
        named = "; ".join(map(str, twins[:3]))
        reason = f"{len(twins):,} accounts stand on two sides of the split under two ids, such as {named}; keep one of each"
        raise TrainingRefusal([reason])
    if learning.samples is None or not learning.composed:
        return
    leak = splits.leaks(split, learning.samples, learning.table.account_ids)
    if leak.shared:
        raise TrainingRefusal([f"{leak.shared:,} follower records stand on two sides of the split, such as {', '.join(leak.examples[:3])}"])


def seen(split: splits.Split, learning: Learning) -> list[str]:
    """The groups of follower records that taught or calibrated, so that a later evaluation can leave them out."""
    if split.group_kind != "source":
        return []
    return sorted({learning.groups[i] for rows in (split.fit, split.calibrate) for i in rows})


def taught(learning: Learning, rows: np.ndarray) -> list[str]:
    """What the accounts that taught or calibrated are known again by, whatever ids they carry next time."""
    found = duplicates.marks(learning.table)
    return sorted({mark for row in rows for mark in found[row]})


def measure(name: str, learnt: Learnt, learning: Learning, tiers: np.ndarray) -> list[report.Measurement]:
    """Metrics on the test accounts: all, by tier, and by share; accounts with a share too small to be labelled only in their band."""
    y, share = learning.values[name][learnt.rows], learning.shares[name][learnt.rows]
    known = ~np.isnan(y)
    slices = report.slices_by([TIERS[place] for place in tiers[learnt.rows][known]])
    real = learning.real[name][learnt.rows][known] if name in learning.real else np.ones(int(known.sum()), dtype=bool)
    if real.any() and not real.all():
        slices = {report.REAL: real, report.SIMULATED: ~real, **slices}
    predictions = {model: p[known] for model, p in learnt.predictions.items()}
    units = _units(learning, learnt.rows)
    rows = report.measure(y[known] == 1, predictions, slices, name, units=None if units is None else units[known])
    if name != "bought_followers" or np.isnan(share).all():
        return rows
    for low, high, band in BANDS:
        positive = (share > low if low == 0 else share >= low) & (share < high)
        mask = positive | (share == 0)
        if positive.any() and (share == 0).any():
            chosen = {model: p[mask] for model, p in learnt.predictions.items()}
            everybody = np.ones(int(mask.sum()), dtype=bool)
            found = report.measure(positive[mask], chosen, {band: everybody}, name, units=None if units is None else units[mask])
            rows += [row for row in found if row.slice == band]
    return rows


def base_of(account_id: str) -> str:
    """The account that one composed at several shares is a copy of ("ig-0001.s20" is of "ig-0001"); any other is its own."""
    return COPY.sub("", account_id)


def _units(learning: Learning, rows: np.ndarray) -> np.ndarray | None:
    """The account that each row is a copy of, when accounts were composed at several shares."""
    ids = [learning.table.account_ids[row] for row in rows]
    bases = [base_of(name) for name in ids]
    return np.array(bases) if learning.composed and bases != ids else None


def facts(experiment: Experiment, source: Source, learning: Learning, split: splits.Split, heads: Mapping[str, Learnt]) -> report.Facts:
    """What the card says besides numbers."""
    return {
        "title": f"Authenticity, experiment {experiment.name}",
        "questions": {name: HEADS[name].question for name in heads},
        "data": f"{source.described} ({learning.table.n:,} accounts)",
        "digest": source.digest,
        "synthetic": source.synthetic,
        "split": f"{split.note} (fit {len(split.fit):,}, calibrate {len(split.calibrate):,}, test {len(split.test):,} accounts)",
        "base_rates": {name: HEADS[name].base_rate.value for name in heads},
        "features": len(NAMES),
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in ("xgboost", "scikit-learn", "mlflow")}},
        "limits": [OLD_RECORDS] if any(group.startswith("srf/") for group in learning.groups) else [],
        "both_kinds": learning.mixed,
        "labels": [*learning.told, *_weighing(learning, split, heads)],
    }


def _weighing(learning: Learning, split: splits.Split, heads: Mapping[str, Learnt]) -> list[str]:
    """How real and simulated labels were weighed, and on which the probabilities rest; nothing where there is but one kind."""
    if not learning.mixed:
        return []
    told = [f"a real label counts {learning.weights.real:g}, a simulated one {learning.weights.simulated:g}"]
    for name in heads:
        rows = split.calibrate[~np.isnan(learning.values[name][split.calibrate])]
        told.append(f"`{name}`: {learning.weighed(name, split).settled_on(rows, learning.values[name])}")
    return told


def _version(name: str) -> str:
    for candidate in (name, f"{name}-cpu"):
        try:
            return version(candidate)
        except PackageNotFoundError:
            continue
    return "unknown"
