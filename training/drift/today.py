"""Today's accounts: from a dataset, judged here and now, or as the service has judged them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features import dataset, parts
from features.catalog import NAMES
from features.dataset import Loaded, load_part, unfit
from features.problems import DatasetError
from features.schema import EVENT_TABLES, PLATFORMS
from features.table import AccountTable
from models.bundle import Bundle
from models.calibration import restated
from models.remembered import DECISIONS, NO_DECISION, Answers, Remembered, joined, ragged
from models.tiers import Tiers
from training.drift.looking import MOST
from training.drift.refusal import DriftRefusal
from training.remember import remember

Advance = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Today:
    """Accounts to look at, where they are from in words, and what a reader must know of those that are not among them."""

    accounts: Remembered
    source: str
    since: datetime | None = None
    notes: list[str] = field(default_factory=list)


def of_dataset(bundle: Bundle, data: Path, since: datetime | None = None, seed: int = 0, advance: Advance | None = None) -> Today:
    """The accounts of a dataset that were observed at or after `since`, at most MOST of them, drawn by chance; judged by the bundle at its
    own base rates and tiers, as those that it remembers. Raises DatasetError for what is wrong with it as a whole, DriftRefusal when no
    account is left; accounts with an error of their own are left out and counted."""
    found = dataset.load(data, ("accounts",)).tables["accounts"]
    recent = found if since is None else found.filter(pc.fill_null(pc.greater_equal(found["observed_at"], pa.scalar(since)), False))
    if not recent.num_rows:
        raise DriftRefusal(_nobody(data.name, found, since))
    ids = recent["account_id"].combine_chunks()
    drawn = ids.take(pa.array(np.sort(np.random.default_rng([seed, 21]).permutation(len(ids))[:MOST])))
    plain = bundle.configured({}, Tiers())
    pieces: list[Remembered] = []
    faulty = 0
    whole = parts.split(data, ("accounts", *EVENT_TABLES))
    for done, part in enumerate(whole):
        table, bad = _sound(load_part(part), drawn)
        faulty += bad
        if table.n:
            pieces.append(remember(plain, table))
        if advance is not None:
            advance(done + 1, len(whole))
    if not pieces:
        raise DriftRefusal(f"{data.name}: every account holds an error; `authenticity validate` names each of them.")
    notes = [f"{len(drawn):,} of {len(ids):,} accounts, drawn by chance: more would make nothing clearer."] if len(drawn) < len(ids) else []
    if faulty:
        notes.append(f"{faulty:,} accounts are left out because their rows hold errors; `authenticity validate` names them.")
    return Today(joined(pieces), data.resolve().name, since, notes)


def of_judged(bundle: Bundle, judged: pa.Table, since: datetime | None = None) -> Today:
    """The accounts that the service has judged (columns of its store: pseudonym, bundle_id, platform, followers, seen, features and, of
    each head, probability, decision and reasons). Those that another bundle has judged are left out, since its numbers mean something
    else. Raises DriftRefusal when none is left."""
    mine = judged.filter(pc.fill_null(pc.equal(judged["bundle_id"], bundle.id), False))
    others = judged.num_rows - mine.num_rows
    mine = mine.filter(pc.and_(pc.is_valid(mine["features"]), pc.is_valid(mine["followers"])))
    dropped = judged.num_rows - others - mine.num_rows
    if not mine.num_rows:
        when = "" if since is None else f" since {_day(since)}"
        others_too = f" ({others:,} with other bundles)" if others else ""
        raise DriftRefusal(
            f"the service has judged no account{when} with this bundle{others_too}. Take an earlier --since, or name a dataset: "
            "`authenticity drift DATA`."
        )
    if mine.num_rows > MOST:
        rows = np.sort(np.random.default_rng(21).permutation(mine.num_rows)[:MOST])
        mine = mine.take(pa.array(rows))
    notes = [f"{others:,} accounts are left out because another bundle judged them."] if others else []
    if dropped:
        notes.append(f"{dropped:,} accounts are left out because their features or followers were not kept.")
    notes += [
        f"Decisions and reasons of {name} are not compared: the service uses a base rate of {bundle.base_rate(name):.0%}, the remembered "
        f"ones were judged at {bundle.heads[name].head.base_rate.value:.0%}."
        for name in bundle.heads
        if _other_rate(bundle, name)
    ]
    return Today(_remembered(bundle, mine), "the accounts that the service has judged", since, notes)


def _sound(loaded: Loaded, drawn: pa.Array) -> tuple[AccountTable, int]:
    """The drawn accounts of a part that hold no error, and how many hold one."""
    if unplaced := [problem for problem in loaded.errors if problem.row is None]:
        raise DatasetError(unplaced)
    accounts = loaded.tables["accounts"]
    mine, bad = pc.is_in(accounts["account_id"].combine_chunks(), value_set=drawn), unfit(loaded)
    kept = accounts.filter(pc.and_(mine, pa.array(~bad)))
    ids = kept["account_id"].combine_chunks()
    events = {
        name: table.filter(pc.is_in(table["account_id"].combine_chunks(), value_set=ids))
        for name, table in loaded.tables.items()
        if name in EVENT_TABLES
    }
    return AccountTable.from_tables({"accounts": kept, **events}), int((mine.to_numpy(zero_copy_only=False) & bad).sum())


def _nobody(name: str, accounts: pa.Table, since: datetime | None) -> str:
    if since is None or not accounts.num_rows:
        return f"{name} holds no account."
    latest = pc.max(accounts["observed_at"]).as_py()
    seen = "none says when it was observed" if latest is None else f"the latest was observed on {_day(latest)}"
    return f"{name}: none of {accounts.num_rows:,} accounts was observed since {_day(since)}; {seen}. Take an earlier --since."


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def _other_rate(bundle: Bundle, name: str) -> bool:
    return abs(bundle.base_rate(name) - bundle.heads[name].head.base_rate.value) > 1e-9


def _remembered(bundle: Bundle, judged: pa.Table) -> Remembered:
    place = {name: j for j, name in enumerate(NAMES)}
    seen = [set((said or "").split(",")) for said in judged["seen"].to_pylist()]
    heads = {}
    for name in bundle.heads:
        own, rate = bundle.heads[name].head.base_rate.value, bundle.base_rate(name)
        probability = restated(judged[f"{name}_probability"].to_numpy().astype(np.float64), rate, own)
        said, why = judged[f"{name}_decision"].to_pylist(), judged[f"{name}_reasons"].to_pylist()
        decisions = np.array([DECISIONS.index(each or "undecided") for each in said], dtype=np.int8)
        reasons = ragged([[place[reason] for reason in each or () if reason in place] for each in why])
        if _other_rate(bundle, name):
            decisions, reasons = np.full_like(decisions, NO_DECISION), ragged([[]] * len(decisions))
        heads[name] = Answers(probability.astype(np.float32), decisions, reasons)
    features = judged["features"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return Remembered(
        np.array([PLATFORMS.index(each) for each in judged["platform"].to_pylist()], dtype=np.int8),
        {"followers": judged["followers"].to_numpy().astype(np.float32)},
        np.array([[table in names for table in EVENT_TABLES] for names in seen]),
        features.astype(np.float32).reshape(judged.num_rows, len(NAMES)),
        heads,
    )
