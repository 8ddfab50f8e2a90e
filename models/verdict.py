"""The verdict on an account: what leaves the building."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from features.catalog import FeatureMatrix, build
from features.problems import Problem
from features.snapshot import Snapshot
from features.table import AccountTable
from models.causes import engagement, rates_of
from models.decision import Because, Seen, decide
from models.evidence import Missing, evidence, told
from models.share import Share, shares
from models.spoken import said, spoken
from models.why import NOTHING_SEEN, Why, unexplained

if TYPE_CHECKING:
    from models.bundle import Bundle, HeadModel


def judge(bundle: Bundle, snapshots: Sequence[Snapshot], reasons: bool = True) -> list[dict[str, Any]]:
    """One verdict per snapshot, in order (contract section 3); every number is finite."""
    return judge_table(bundle, AccountTable.from_snapshots(snapshots), reasons)


def judge_table(bundle: Bundle, table: AccountTable, reasons: bool = True) -> list[dict[str, Any]]:
    """One verdict per account of the table, in order. One account and a million go through the same lines."""
    return judge_with_features(bundle, table, reasons)[0]


def judge_with_features(bundle: Bundle, table: AccountTable, reasons: bool = True) -> tuple[list[dict[str, Any]], FeatureMatrix]:
    """The same verdicts, and the features (n, all of the catalogue) that they were told from."""
    matrix = build(table, bundle.reference)
    return _verdicts(bundle, table, matrix, reasons) if table.n else [], matrix


def _verdicts(bundle: Bundle, table: AccountTable, matrix: FeatureMatrix, reasons: bool) -> list[dict[str, Any]]:
    tier_names = bundle.tiers.names(table.column("followers").values)
    found = shares(table, bundle.followers, bundle.reference)
    looked = evidence(table, found, bundle.followers)
    missing = [entry["missing"] for entry in looked]
    why = Why(bundle, table, matrix, tier_names) if reasons else None
    answers = [_answers(bundle, name, table, matrix, tier_names, found, missing, why) for name in bundle.heads]
    gaps = _gaps(bundle, table, found, answers)
    observed = table.column("observed_at").values
    identity = {"id": bundle.id, "version": bundle.version, "run_id": bundle.run_id}
    verdicts = []
    for i in range(table.n):
        heads = {name: answer[i] for name, answer in zip(bundle.heads, answers, strict=True)}
        judged = any(answer is not None for answer in heads.values())
        verdicts.append(
            {
                "account_id": table.account_ids[i],
                "platform": table.platforms[i],
                "observed_at": _moment(observed[i]),
                "status": "ok" if judged else "insufficient_data",
                "tier": tier_names[i],
                "heads": {name: answer or _undecided(bundle, name, missing[i], reasons) for name, answer in heads.items()}
                if judged
                else {},
                "bought_share": None if found[i] is None else found[i].to_json(),  # type: ignore[union-attr]
                "engagement": gaps[i],
                "evidence": looked[i],
                "bundle": identity,
            }
        )
    return verdicts


def error_verdict(account_id: str | None, problems: Sequence[Problem]) -> dict[str, Any]:
    """The row of an account that could not be read, so that its neighbours keep theirs."""
    errors = [{"pointer": problem.pointer, "detail": str(problem) if problem.file else problem.detail} for problem in problems]
    return {"account_id": account_id, "status": "error", "heads": {}, "errors": errors}


def _answers(
    bundle: Bundle,
    name: str,
    table: AccountTable,
    matrix: FeatureMatrix,
    tiers: Sequence[str],
    shares: Sequence[Share | None],
    missing: Sequence[Missing],
    why: Why | None,
) -> list[dict[str, Any] | None]:
    """The head's answer for each account; None where nothing it needs was seen."""
    model: HeadModel = bundle.heads[name]
    answers: list[dict[str, Any] | None] = [None] * table.n
    spoke = spoken(bundle, name, table, matrix, tiers, shares)
    base_rate = bundle.base_rate(name)
    contributions = None if why is None or not len(spoke.rows) else model.trees.contributions(spoke.values)
    for place, (i, answer) in enumerate(zip(spoke.rows.tolist(), spoke.answers, strict=True)):
        decision, because = spoke.decisions[place]
        stated = {
            "probability": answer.probability,
            "probability_low": answer.low,
            "probability_high": answer.high,
            "base_rate": base_rate,
            "decision": decision,
            "undecided_because": None if because is None else told(because, model.head, missing[i]),
        }
        decisions = partial(_decisions, model, base_rate, spoke.seen[place])
        answers[i] = stated | (
            unexplained() if why is None or contributions is None else why(name, i, contributions[place], stated, decisions)
        )
    return answers


def _decisions(model: HeadModel, base_rate: float, seen: Seen, margins: np.ndarray) -> list[str]:
    """What the head would decide at each margin (n,), all else of the account as it is."""
    return [decide(answer, seen, model.head.costs, model.limits)[0] for answer in said(model, base_rate, margins)]


def _undecided(bundle: Bundle, name: str, missing: Missing, reasons: bool) -> dict[str, Any]:
    """A head without evidence knows the base rate and nothing else."""
    base_rate, head = bundle.base_rate(name), bundle.heads[name].head
    because = Because("no_evidence", "Nothing was seen of what could answer it.")
    return {
        "probability": base_rate,
        "probability_low": 0.0,
        "probability_high": 1.0,
        "base_rate": base_rate,
        "decision": "undecided",
        "undecided_because": told(because, head, missing),
        **unexplained(NOTHING_SEEN if reasons else None),
    }


def _gaps(
    bundle: Bundle, table: AccountTable, shares: Sequence[Share | None], answers: Sequence[Sequence[Mapping[str, Any] | None]]
) -> list[dict[str, Any] | None]:
    """The engagement of each account, its gap and the parts of it."""
    rates, expected = rates_of(table, bundle.reference)
    found = []
    for i in range(table.n):
        known = {name: answer[i] for name, answer in zip(bundle.heads, answers, strict=True)}
        probabilities = {name: answer["probability"] for name, answer in known.items() if answer is not None}
        found.append(engagement(float(rates[i]), float(expected[i]), shares[i], probabilities, bundle.causes))
    return found


def _moment(days: float) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(days * 86_400_000_000))
    return moment.isoformat().replace("+00:00", "Z")
