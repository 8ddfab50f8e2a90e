"""The verdict on an account: what leaves the building."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from features.catalog import BY_NAME, FeatureMatrix, build, inputs_of
from features.columns import median
from features.problems import Problem
from features.snapshot import Snapshot
from features.table import AccountTable
from models.calibration import decide
from models.causes import engagement
from models.evidence import evidence
from models.reasons import reasons as reasons_of
from models.share import Share, share

if TYPE_CHECKING:
    from models.bundle import Bundle, HeadModel


def judge(bundle: Bundle, snapshots: Sequence[Snapshot], reasons: bool = True) -> list[dict[str, Any]]:
    """One verdict per snapshot, in order (contract section 3); every number is finite."""
    return judge_table(bundle, AccountTable.from_snapshots(snapshots), reasons)


def judge_table(bundle: Bundle, table: AccountTable, reasons: bool = True) -> list[dict[str, Any]]:
    """One verdict per account of the table, in order. One account and a million go through the same lines."""
    if not table.n:
        return []
    matrix = build(table, bundle.reference)
    tier_names = bundle.tiers.names(table.column("followers").values)
    shares = _shares(bundle, table)
    gaps = _gaps(bundle, table, shares)
    seen = evidence(table)
    answers = [_answers(bundle, name, table, matrix, tier_names, reasons) for name in bundle.heads]
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
                "heads": {name: answer or _undecided(bundle, name) for name, answer in heads.items()} if judged else {},
                "bought_share": None if shares[i] is None else shares[i].to_json(),  # type: ignore[union-attr]
                "engagement": gaps[i],
                "evidence": seen[i],
                "bundle": identity,
            }
        )
    return verdicts


def error_verdict(account_id: str | None, problems: Sequence[Problem]) -> dict[str, Any]:
    """The row of an account that could not be read, so that its neighbours keep theirs."""
    errors = [{"pointer": problem.pointer, "detail": str(problem) if problem.file else problem.detail} for problem in problems]
    return {"account_id": account_id, "status": "error", "heads": {}, "errors": errors}


def _answers(
    bundle: Bundle, name: str, table: AccountTable, matrix: FeatureMatrix, tiers: Sequence[str], reasons: bool
) -> list[dict[str, Any] | None]:
    """The head's answer for each account; None where nothing it needs was seen."""
    model: HeadModel = bundle.heads[name]
    able = np.zeros(table.n, dtype=bool)
    for needed in model.head.needs:
        # A row of which nothing is known, such as a follower without counts, is no evidence.
        columns = [feature for feature in model.trees.names if needed in BY_NAME[feature].tables]
        able |= (np.diff(table.starts[needed]) > 0) & ~np.isnan(matrix.only(columns)).all(axis=1)
    rows = np.flatnonzero(able)
    answers: list[dict[str, Any] | None] = [None] * table.n
    if not len(rows):
        return answers
    values = matrix.only(model.trees.names)[rows]
    base_rate = bundle.base_rate(name)
    probabilities = model.calibration.probabilities(model.trees.margins(values), base_rate)
    contributions = model.trees.contributions(values) if reasons else None
    for place, i in enumerate(rows):
        probability = float(probabilities[place])
        answers[i] = {
            "probability": probability,
            "base_rate": base_rate,
            "decision": decide(probability, model.head.costs),
            "reasons": []
            if contributions is None
            else reasons_of(
                model.trees.names,
                values[place],
                contributions[place],
                model.calibration.slope,
                probability >= base_rate,
                bundle.peers,
                table.platforms[int(i)],
                tiers[int(i)],
            ),
        }
    return answers


def _undecided(bundle: Bundle, name: str) -> dict[str, Any]:
    """A head without evidence knows the base rate and nothing else."""
    base_rate = bundle.base_rate(name)
    return {"probability": base_rate, "base_rate": base_rate, "decision": "undecided", "reasons": []}


def _shares(bundle: Bundle, table: AccountTable) -> list[Share | None]:
    judged, flagged = bundle.followers.flagged(table, bundle.reference)
    followers = table.column("followers").values
    methods = table.texts("sample_method")
    return [share(int(flagged[i]), int(judged[i]), float(followers[i]), methods[i], bundle.followers) for i in range(table.n)]


def _gaps(bundle: Bundle, table: AccountTable, shares: Sequence[Share | None]) -> list[dict[str, Any] | None]:
    """Against today's followers on both sides, of whom the share is a share; the feature looks at those of the day of each post."""
    facts = inputs_of(table, ("mature_likes", "mature_comments", "followers"))
    rates = (median(facts["mature_likes"] + facts["mature_comments"], at_least=3) / facts["followers"]).values
    expected = bundle.reference.peer_engagement.rate(table.platform_codes, facts["followers"]).values
    return [engagement(float(rates[i]), float(expected[i]), shares[i]) for i in range(table.n)]


def _moment(days: float) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(days * 86_400_000_000))
    return moment.isoformat().replace("+00:00", "Z")
