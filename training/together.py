"""A dataset as a training reads it: people's labels laid over its own, and a simulated world beside it where the experiment wants one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features import dataset, parts
from features.dataset import Tables
from features.values import shown
from models.heads import HEADS
from training import splits
from training.own_labels import SYNTHETIC
from training.refusals import TrainingRefusal
from training.settling import KEY, SETTLED, settle

EXAMPLES = 3
# Reviewers named on a card.
NAMED = 6


@dataclass(frozen=True)
class Laid:
    """The tables with people's labels over the dataset's own, and what a person should know of it, one sentence a line."""

    tables: Tables
    told: list[str]


def laid_once(folder: Path, data: Path, own: pa.Table, heads: Sequence[str]) -> tuple[Path, list[str]]:
    """A dataset of its own in `folder`: the files of `data` and labels.parquet with people's labels over those of `data`; its path, and
    what `laid` tells. The same labels over the same data give the same bytes, so a gate can read again what a training read."""
    before = dataset.read(data, ("accounts", "labels"))
    over = laid(before, own, data.name, heads)
    rows = over.tables["labels"].sort_by([(name, "ascending") for name in KEY])
    whole = parts.split(data)
    mark = hashlib.sha256(f"{data.resolve()} {[part.marks() for part in whole]} {digest(rows)}".encode()).hexdigest()[:12]
    path = folder / f"{data.name}-{mark}"
    if path.is_dir():
        return path, over.told
    with dataset.writing(path) as draft:
        for file in sorted(each for each in data.rglob("*") if each.is_file()):
            place = file.relative_to(data)
            if place.parts[0].partition(".")[0] != "labels" and not place.name.startswith("."):
                _linked(file, draft / place)
        for part in whole:
            ids = dataset.load(data, ("accounts",), part.number).tables["accounts"]["account_id"].combine_chunks()
            here = rows if part.number is None else rows.filter(pc.is_in(rows["account_id"], value_set=ids))
            dataset.write(draft, {"labels": here}, part.number)
    return path, over.told


def _linked(file: Path, place: Path) -> None:
    """The same file once more, without its bytes a second time."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, place)
    except OSError:
        place.symlink_to(file.resolve())


def digest(labels: pa.Table) -> str:
    """SHA-256 over what labels say, in whatever order and from whatever file they came."""
    rows = labels.select(SETTLED.names).to_pandas().astype(str).sort_values(SETTLED.names)
    return "sha256:" + hashlib.sha256(rows.to_csv(index=False).encode()).hexdigest()


def laid(tables: Tables, own: pa.Table, place: str, heads: Sequence[str] = tuple(HEADS)) -> Laid:
    """People's labels (own_labels.SCHEMA) over those of the dataset, which is called `place`.

    What people say replaces what the dataset says of that account and head, simulated truth too; where they contradict each other, neither
    counts. Labels of accounts that the dataset does not have are left out and told, since a list of labels often knows more accounts than
    one crawl; raises TrainingRefusal when it has none of them.
    """
    ids = tables["accounts"]["account_id"].combine_chunks()
    known = pc.is_in(own["account_id"], value_set=ids)
    stray = own.filter(pc.invert(known))
    told = [_strays(stray, place)] if stray.num_rows else []
    if stray.num_rows == own.num_rows:
        raise TrainingRefusal([*told, "so there is nothing to learn from these labels"])
    settled = settle(own.filter(known))
    told += settled.lines()
    other = settled.labels.filter(pc.invert(pc.is_in(settled.labels["head"], value_set=pa.array(heads, pa.large_string()))))
    told += [f"{other.num_rows:,} labels are of heads that this experiment does not learn"] if other.num_rows else []
    labels, changed = _over(tables.get("labels"), settled.labels, settled.open[KEY])
    return Laid({**tables, "labels": labels}, [*changed, *told])


def _strays(stray: pa.Table, place: str) -> str:
    names = pc.unique(stray["account_id"]).to_pylist()
    return (
        f"{stray.num_rows:,} labels are of {len(names):,} accounts that {place} does not have, such as "
        f"{', '.join(map(shown, names[:EXAMPLES]))}; they are left out. Add the accounts, or write their ids as the accounts table does"
    )


def _over(labels: pa.Table | None, settled: pa.Table, unknown: pd.DataFrame) -> tuple[pa.Table, list[str]]:
    """Labels with the settled ones in place, those of which nobody knows taken out, and what that changed."""
    base = (labels if labels is not None else SETTLED.empty_table()).to_pandas().reindex(columns=SETTLED.names)
    mine = settled.to_pandas()
    both = base.merge(mine, on=KEY, suffixes=("", "_now"))
    simulated = both["by"].fillna("").str.startswith(SYNTHETIC)
    other = both["value"] != both["value_now"]
    told = [f"{len(mine):,} labels that people gave are laid over the dataset's {len(base):,}"]
    if simulated.any():
        told += [f"{int(simulated.sum()):,} of them replace simulated truth, and {int((simulated & other).sum()):,} change it"]
    if stood := int((~simulated).sum()):
        told += [f"{stood:,} of them replace labels that stood in the dataset, and {int((~simulated & other).sum()):,} change them"]
    # Who sold the followers, or where the records are from, is known of an account whoever labels it, and must stay on one side.
    origin = base.dropna(subset=["source"]).drop_duplicates("account_id").set_index("account_id")["source"]
    known = mine["account_id"].map(origin.astype(object)).astype(object)
    mine["source"] = known.where(known.notna(), mine["source"])
    gone = pd.concat([mine[KEY], unknown])
    rest = base.merge(gone.drop_duplicates(), on=KEY, how="left", indicator=True)
    rest = rest[rest["_merge"] == "left_only"].drop(columns="_merge")
    whole = pd.concat([frame for frame in (rest, mine) if len(frame)] or [rest], ignore_index=True)
    return pa.Table.from_pandas(whole[SETTLED.names], SETTLED, preserve_index=False), told


def beside(tables: Tables, world: Tables) -> Tables:
    """The tables of a dataset and those of a simulated world below them. Raises TrainingRefusal when an account is in both."""
    ours, theirs = (each["accounts"]["account_id"].combine_chunks() for each in (tables, world))
    twice = ours.filter(pc.is_in(ours, value_set=theirs))
    if len(twice):
        names = ", ".join(twice.to_pylist()[:EXAMPLES])
        raise TrainingRefusal([f"{len(twice):,} accounts are in the dataset and in the simulated world beside it, such as {names}"])
    shared = dict.fromkeys((*tables, *world))
    return {name: pa.concat_tables([t[name] for t in (tables, world) if name in t], promote_options="default") for name in shared}


def split_each(
    groups: Sequence[str],
    values: Mapping[str, np.ndarray],
    second: np.ndarray,
    shares: tuple[float, float, float],
    seed: int,
    account_ids: Sequence[str],
) -> splits.Split:
    """The dataset and the world beside it (`second`, bool (n,)) divided each for itself, so that both teach, calibrate and test, and each
    has both classes of what it has labels for: one's people with the other's purchased type would only teach which is which.

    Raises TrainingRefusal as `splits.split` does, naming the part.
    """
    parts, faults = [], list[str]()
    for name, chosen in (("the dataset", ~second), ("the simulated world beside it", second)):
        rows = np.flatnonzero(chosen)
        mine = {head: y[rows] for head, y in values.items() if not np.isnan(y[rows]).all()}
        try:
            named = [account_ids[i] for i in rows.tolist()]
            found = splits.split([groups[i] for i in rows.tolist()], mine, shares, seed, account_ids=named)
            parts.append((name, rows, found))
        except TrainingRefusal as refusal:
            faults += [f"{name}: {reason}" for reason in refusal.reasons]
    if faults:
        raise TrainingRefusal(faults)
    fit, calibrate, test = (np.sort(np.concatenate([rows[getattr(found, side)] for _, rows, found in parts])) for side in splits.SIDES)
    kind = "source" if any(found.group_kind == "source" for *_, found in parts) else "account"
    return splits.Split(fit, calibrate, test, kind, "; ".join(f"{name}: {found.note}" for name, _, found in parts))


def who(labels: pa.Table, heads: Sequence[str]) -> list[str]:
    """For a card: how many labels are real, by whom, and how many say yes."""
    table = labels.to_pandas().reindex(columns=SETTLED.names)
    table["real"] = ~table["by"].fillna("").str.startswith(SYNTHETIC)
    told = []
    for head in heads:
        mine = table[table["head"] == head]
        kinds = [("real", mine[mine["real"]]), ("simulated", mine[~mine["real"]])]
        counted = [f"{len(some):,} {kind} labels, {some['value'].mean():.0%} of them yes" for kind, some in kinds if len(some)]
        told += [f"`{head}`: {'; '.join(counted)}"] if counted else []
    reviewers = table.loc[table["real"] & table["head"].isin(heads), "by"].fillna("nobody named").value_counts()
    if len(reviewers) and not table["real"].all():
        named = ", ".join(f"{shown(str(name))} {many:,}" for name, many in reviewers.head(NAMED).items())
        told.append(f"Real labels are by {named}" + (f" and {len(reviewers) - NAMED:,} others" if len(reviewers) > NAMED else ""))
    return told
