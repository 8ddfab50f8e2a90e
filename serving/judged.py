"""What may be kept of an account that was judged: numbers, decisions and the names of reasons, never a text that anybody wrote."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

    from features.catalog import FeatureMatrix

# What is told of each head, in this order, in a row and as columns `<head>_<name>`.
OF_HEAD = ("probability", "low", "high", "decision", "reasons")


class Judged(NamedTuple):
    """One judgement. features: float32 bytes in the catalogue's order, NaN = unknown; heads: by name the five things of OF_HEAD.

    A head that nothing was seen of is left out, because its probability is only the base rate; reasons are the names of features, None
    where nobody asked for them. account_id: plain here, a pseudonym once it is kept.
    """

    account_id: str
    judged_at: datetime
    bundle_id: str
    platform: str
    tier: str
    followers: int | None
    seen: str
    catalogue: str
    features: bytes
    heads: Mapping[str, Sequence[Any]]


def judged(verdicts: Sequence[Mapping[str, Any]], matrix: FeatureMatrix, followers: np.ndarray, at: datetime | None = None) -> list[Judged]:
    """What is kept of these verdicts; matrix (n, all features) and followers (n,) are of the same accounts in the same order."""
    moment, name = at or datetime.now(UTC), catalogue(matrix.names)
    with np.errstate(over="ignore"):
        values = matrix.values.astype(np.float32)
    return [
        Judged(
            verdict["account_id"],
            moment,
            verdict["bundle"]["id"],
            verdict["platform"],
            verdict["tier"],
            None if np.isnan(known) else int(known),
            ",".join(verdict["evidence"]["seen"]),
            name,
            row.tobytes(),
            {head: _told(answer) for head, answer in verdict["heads"].items() if not _blind(answer)},
        )
        for verdict, row, known in zip(verdicts, values, followers, strict=True)
    ]


def _told(answer: Mapping[str, Any]) -> list[Any]:
    reasons = [reason["feature"] for reason in answer["reasons"]] or None
    return [answer["probability"], answer["probability_low"], answer["probability_high"], answer["decision"], reasons]


def _blind(answer: Mapping[str, Any]) -> bool:
    because = answer["undecided_because"]
    return because is not None and because["code"] == "no_evidence"


def catalogue(names: Sequence[str]) -> str:
    """What tells features of one version from those of another: 16 hexadecimal digits of SHA-256 over their names in order."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def schema() -> pa.Schema:
    """The columns of a table of judged accounts; `features` is null where another version computed them."""
    import pyarrow as pa

    from features.catalog import NAMES
    from models.heads import HEADS

    text, number = pa.large_string(), pa.float64()
    kinds = {"probability": number, "low": number, "high": number, "decision": text, "reasons": pa.list_(pa.string())}
    return pa.schema(
        [("pseudonym", text), ("account_id", text), ("judged_at", pa.timestamp("us", "UTC")), ("bundle_id", text), ("platform", text)]
        + [("tier", text), ("followers", pa.int64()), ("seen", text), ("catalogue", text)]
        + [("features", pa.list_(pa.float32(), len(NAMES)))]
        + [(f"{head}_{name}", kinds[name]) for head in HEADS for name in OF_HEAD]
    )


def table(rows: Sequence[tuple[str, str | None, Judged]]) -> pa.Table:
    """Rows of (pseudonym, plain id if it is known, judgement) as a table of `schema`."""
    import pyarrow as pa

    from features.catalog import NAMES
    from models.heads import HEADS

    columns, own, width = schema(), catalogue(NAMES), len(NAMES)
    known = [row.catalogue == own and len(row.features) == 4 * width for _, _, row in rows]
    absent = bytes(4 * width)
    values = np.frombuffer(b"".join(row.features if here else absent for here, (_, _, row) in zip(known, rows, strict=True)), np.float32)
    found: dict[str, Any] = {
        "pseudonym": [pseudonym for pseudonym, _, _ in rows],
        "account_id": [account_id for _, account_id, _ in rows],
        "features": pa.FixedSizeListArray.from_arrays(pa.array(values), width, mask=pa.array([not here for here in known], pa.bool_())),
    }
    for name in ("judged_at", "bundle_id", "platform", "tier", "followers", "seen", "catalogue"):
        found[name] = [getattr(row, name) for _, _, row in rows]
    for head in HEADS:
        told = [row.heads.get(head) for _, _, row in rows]
        for place, name in enumerate(OF_HEAD):
            found[f"{head}_{name}"] = [None if answer is None else answer[place] for answer in told]
    return pa.table({field.name: pa.array(found[field.name], field.type) for field in columns}, schema=columns)
