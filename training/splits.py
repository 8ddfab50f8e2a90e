"""Which accounts teach, which calibrate and which test, with nothing shared between the three."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.refusals import TrainingRefusal

SIDES = ("fit", "calibrate", "test")
EXHAUSTIVE = 8
TRIES = 200


@dataclass(frozen=True)
class Split:
    """Row numbers of the three sides, ascending; `group_kind` is what was kept together, `note` what a reader must know."""

    fit: np.ndarray
    calibrate: np.ndarray
    test: np.ndarray
    group_kind: str
    note: str

    def sides(self) -> np.ndarray:
        """int8 (n,): 0 fit, 1 calibrate, 2 test."""
        side = np.empty(self.fit.size + self.calibrate.size + self.test.size, np.int8)
        for number, rows in enumerate((self.fit, self.calibrate, self.test)):
            side[rows] = number
        return side


@dataclass(frozen=True)
class Leak:
    """Followers that were seen on more than one side: their share of all distinct followers, and up to ten of their ids."""

    share: float
    shared: int
    examples: tuple[str, ...]


def split(
    groups: Sequence[str],
    values: Mapping[str, np.ndarray],
    shares: tuple[float, float, float] = (0.5, 0.2, 0.3),
    seed: int = 0,
    *,
    account_ids: Sequence[str] | None = None,
    minimum: int = 60,
) -> Split:
    """Divide n accounts so that no group lies on two sides and every side has both classes of every head.

    groups: n names; accounts whose followers come from the same records share one. values: head -> float (n,), 1, 0 or NaN where
    the account has no label. shares: of accounts, for fit, calibrate and test. With fewer than three groups single accounts are
    dealt out by class instead, and the note says what such a result cannot show. A head whose test side lacks a class is only
    noted. Raises TrainingRefusal with every reason at once: too few accounts, duplicated ids, a head without both classes.
    Source: method.md 5.2 (records of one shard on one side; vendors nested in shards).
    """
    if len(shares) != 3 or min(shares) <= 0 or abs(sum(shares) - 1) > 1e-9:
        raise TrainingRefusal([f"shares of fit, calibrate and test are {shares}; three positive numbers that add up to 1 are needed"])
    labels = {head: np.asarray(value, float) for head, value in values.items()}
    _refuse_what_cannot_be_split(len(groups), labels, account_ids, minimum)
    names, group = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    rng = np.random.default_rng(seed)
    classes = np.column_stack([label == wanted for label in labels.values() for wanted in (0, 1)])
    if names.size >= 3:
        side = _by_group(group, names.size, classes, np.asarray(shares), rng)
        kind, note = "source", f"{names.size} sources of follower records, none on two sides"
    else:
        side = _by_account(classes, np.asarray(shares), rng)
        kind = "account"
        note = f"split by account: only {names.size} source(s) of follower records, so this shows nothing about an unseen source or vendor"
    lacking = [
        (number, f"{head}: the {SIDES[number]} side has no account with value {wanted}")
        for number in range(3)
        for head, label in labels.items()
        for wanted in (0, 1)
        if not (label[side == number] == wanted).any()
    ]
    if any(number < 2 for number, _ in lacking):
        raise TrainingRefusal([*(text for _, text in lacking), f"({note}; add accounts of that class from more sources)"])
    fit, calibrate, test = (np.flatnonzero(side == number) for number in range(3))
    return Split(fit, calibrate, test, kind, "; ".join([note, *(text for _, text in lacking)]))


def held_out(
    groups: Sequence[str], values: Mapping[str, np.ndarray], source: str, seed: int = 0, *, account_ids: Sequence[str] | None = None
) -> Split:
    """Test on one source alone ("cresci2015": its groups are "cresci2015/0" …); of every other source one group calibrates.

    What is measured is new in kind: no vendor, no audience and no crawler of the test accounts was seen. Raises TrainingRefusal.
    """
    labels = {head: np.asarray(value, float) for head, value in values.items()}
    _refuse_what_cannot_be_split(len(groups), labels, account_ids, minimum=60)
    names = np.asarray(groups, dtype=str)
    origin = np.array([name.partition("/")[0] for name in names])
    if not (origin == source).any():
        raise TrainingRefusal([f"holdout is {source!r}; the labels name the sources {', '.join(sorted(set(origin)))}"])
    side = np.where(origin == source, 2, 0).astype(np.int8)
    rng = np.random.default_rng(seed)
    for other in sorted(set(origin) - {source}):
        mine = sorted(set(names[origin == other]))
        if len(mine) > 1:
            # Never the first shard: its labelled followers teach what the accounts are compared with.
            side[names == rng.choice(mine[1:])] = 1
    fit, calibrate, test = (np.flatnonzero(side == number) for number in range(3))
    lacking = [
        f"{head}: the {name} side has no account with value {wanted}"
        for name, rows in zip(SIDES, (fit, calibrate, test), strict=True)
        for head, label in labels.items()
        for wanted in (0, 1)
        if not (label[rows] == wanted).any()
    ]
    if lacking:
        raise TrainingRefusal(lacking)
    return Split(fit, calibrate, test, "source", f"tested on {source} alone, which taught and calibrated nothing")


def leaks(split: Split, followers: pa.Table | tuple[np.ndarray, Sequence[str]], account_ids: Sequence[str] | None = None) -> Leak:
    """Followers shared between sides, which would let a model recognise people instead of patterns.

    followers: a table with account_id and follower_id, together with the n account_ids in row order; or (offsets (n + 1,), ids (m,)),
    where ids[offsets[i]:offsets[i + 1]] are those of account i. Accounts that the split does not know are left out.
    """
    if isinstance(followers, tuple):
        offsets, ids = np.asarray(followers[0]), pa.chunked_array([pa.array(followers[1], pa.large_string())])
        owner = np.repeat(np.arange(offsets.size - 1), np.diff(offsets))
    elif account_ids is None:
        raise TypeError("leaks: a follower table needs account_ids, the names of the rows of the split")
    else:
        ids = followers["follower_id"]
        known = pa.array(account_ids, type=followers.schema.field("account_id").type)
        owner = np.asarray(pc.fill_null(pc.index_in(followers["account_id"], known), -1))
    distinct = pc.drop_null(pc.unique(ids))
    code = np.asarray(pc.fill_null(pc.index_in(ids, distinct), -1))
    here = (owner >= 0) & (code >= 0)
    seen = np.zeros((3, len(distinct)), dtype=np.int8)
    seen[split.sides()[owner[here]], code[here]] = 1
    shared = np.flatnonzero(seen.sum(axis=0) > 1)
    known_ids = int(seen.any(axis=0).sum())
    examples = tuple(str(name) for name in distinct.take(shared[:10]).to_pylist())
    return Leak(shared.size / known_ids if known_ids else 0.0, int(shared.size), examples)


def _refuse_what_cannot_be_split(n: int, labels: Mapping[str, np.ndarray], ids: Sequence[str] | None, minimum: int) -> None:
    reasons = []
    if n < minimum:
        reasons.append(f"{n} accounts; at least {minimum} are needed to fit, calibrate and test on different ones")
    if ids is not None and len(set(ids)) < len(ids):
        names, counts = np.unique(np.asarray(ids, dtype=str), return_counts=True)
        twice = names[counts > 1]
        reasons.append(f"{twice.size} account ids occur more than once ({', '.join(twice[:3])} …); keep one row per account")
    if not labels:
        reasons.append("no head was given; name at least one with labels")
    for head, label in labels.items():
        if label.shape != (n,):
            reasons.append(f"{head}: {label.size} labels for {n} accounts; one per account is needed, NaN where there is none")
            continue
        if np.isnan(label).all():
            reasons.append(f"{head}: no account has a label; add some to the labels table, or leave it out of `heads` in the experiment")
            continue
        odd = label[~np.isnan(label) & (label != 0) & (label != 1)]
        if odd.size:
            reasons.append(f"{head}: {odd.size} labels are neither 0 nor 1 (the first is {odd[0]:g})")
        for wanted in (0, 1):
            count = int((label == wanted).sum())
            if count < 3:
                reasons.append(f"{head}: {count} accounts with value {wanted}; each side needs one, so at least 3")
    if reasons:
        raise TrainingRefusal(reasons)


def _by_group(group: np.ndarray, n_groups: int, classes: np.ndarray, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The assignment of whole groups with the fewest missing classes, then the sizes nearest to the shares; ties fall by seed."""
    size = np.bincount(group, minlength=n_groups) / group.size
    count = np.stack([np.bincount(group, weights=one, minlength=n_groups) for one in classes.T], axis=1)
    order = rng.permutation(n_groups)
    if n_groups <= EXHAUSTIVE:
        options = np.array(list(product(range(3), repeat=n_groups)), np.int8)[:, np.argsort(order)]
    else:
        options = np.stack([_cut(size, rng.permutation(n_groups), shares) for _ in range(TRIES)])
    member = np.stack([options == number for number in range(3)], axis=1).astype(float)
    # A class missing anywhere costs more than any misfit of sizes, and most where it is needed for learning.
    missing = ((member @ count) == 0).sum(axis=2) @ np.array([100, 100, 10])
    misfit = np.abs(member @ size - shares).sum(axis=1)
    return np.asarray(options[np.argmin(missing + np.round(misfit, 9))][group])


def _cut(size: np.ndarray, order: np.ndarray, shares: np.ndarray) -> np.ndarray:
    middle = np.cumsum(size[order]) - size[order] / 2
    side = np.empty(size.size, np.int8)
    side[order] = np.searchsorted(np.cumsum(shares)[:2], middle)
    return side


def _by_account(classes: np.ndarray, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Accounts with the same labels are dealt out together, so that every side gets its share of each kind."""
    side = np.empty(classes.shape[0], np.int8)
    _, kind = np.unique(classes, axis=0, return_inverse=True)
    for number in range(kind.max() + 1):
        rows = rng.permutation(np.flatnonzero(kind == number))
        place = (np.arange(rows.size) + 0.5) / rows.size
        side[rows] = np.searchsorted(np.cumsum(shares)[:2], place)
    return side
