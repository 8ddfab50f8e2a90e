"""What enters and leaves, as JSON Schema, for the OpenAPI document."""

from typing import Any

from serving import review_schemas
from serving.examples import ACCOUNT_EXAMPLE, VERDICT_EXAMPLE

Schema = dict[str, Any]


def _object(properties: Schema, *required: str, **more: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required or properties), **more}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(name: str) -> Schema:
    return {"anyOf": [_ref(name), {"type": "null"}]}


TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
OR_NULL: Schema = {"type": "null"}

ERROR = _object({"pointer": TEXT | {"description": "JSON pointer (RFC 6901) into the account; empty for the whole."}, "detail": TEXT})

PROBLEM = _object(
    dict.fromkeys(("type", "title", "detail", "instance", "request_id"), TEXT) | {"status": {"type": "integer"}, "errors": _list(ERROR)},
    description="RFC 9457. `errors` names every place to mend.",
)

RECORD = _object(
    {
        "table": {"enum": ["posts", "comments", "follower_sample", "history"]},
        "record": TEXT
        | {
            "description": "A day's date, else a pseudonym: 16 hexadecimal digits of SHA-256 over account_id, a zero byte and the row's id."
        },
        "sentence": TEXT,
    },
    description="A row that speaks for a reason. Counts of strangers are rounded, and what one person wrote is never repeated.",
)

REASON = _object(
    {
        "feature": TEXT,
        "sentence": TEXT,
        "weight": NUMBER
        | {"description": "Contribution to the log-odds, of all features that say the same; positive speaks for yes, negative for no."},
        "value": {"type": ["number", "null"]},
        "unit": TEXT,
        "peer_percentile": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "evidence": _list(_ref("Record"), maxItems=3, description="The records behind it, the telling ones first."),
    },
    "feature",
    "sentence",
    "weight",
)

EXPLANATION = _object(
    {
        "name": TEXT,
        "sentence": TEXT,
        "supported": {"type": "boolean", "description": "The evidence for it is there. The probability stays as it is."},
        "looked_at": {"type": "boolean", "description": "False where nobody could see whether it is so; it stays possible."},
    },
    "name",
    "sentence",
    "supported",
)

COUNTERFACTUAL = _object(
    {
        "sentence": TEXT,
        "decision": {"enum": ["yes", "no", "undecided"]},
        "changes": _list(_object({"feature": TEXT, "from": NUMBER, "to": NUMBER, "unit": TEXT}), minItems=1),
    },
    description="The smallest plausible difference that would have led to another decision, computed with the head's own trees.",
)

BECAUSE = _object({"code": TEXT, "sentence": TEXT}, description="Why a head is undecided.")

HEAD = _object(
    {
        "probability": SHARE,
        "probability_low": SHARE | {"description": "The lower end of the interval at the base rate."},
        "probability_high": SHARE,
        "base_rate": SHARE,
        "decision": {"enum": ["yes", "no", "undecided"]},
        "undecided_because": _or_null("Because"),
        "reasons": _list(_ref("Reason"), maxItems=5, description="Of an open answer both sides; the sign of the weight tells which."),
        "innocent_explanations": _list(_ref("Explanation"), maxItems=5, description="What else it could be, supported ones first."),
        "counterfactual": _or_null("Counterfactual"),
        "no_counterfactual_because": {"type": ["string", "null"], "description": "Why no plausible change would change the decision."},
    },
    "decision",
)

STRATUM = _object({"from_rank": {"type": "integer"}, "to_rank": {"type": "integer"}, "estimate": SHARE, "low": SHARE, "high": SHARE})

BOUGHT_SHARE = _object(
    {
        "estimate": SHARE,
        "low": SHARE,
        "high": SHARE,
        "level": SHARE,
        "likely_low": SHARE | {"description": "Half of the chance lies between this and likely_high."},
        "likely_high": SHARE,
        "probability_above": {"type": "object", "additionalProperties": SHARE, "description": "The chance of a share above each bound."},
        "n": {"type": "integer"},
        "detectable": SHARE | {"description": "The smallest share that such a sample shows."},
        "scope": TEXT,
        "second_opinion": {"anyOf": [_object({"method": TEXT, "estimate": SHARE, "agrees": {"type": "boolean"}}), OR_NULL]},
        "in_reference": {"type": "boolean", "description": "Whether the followers are like any that the bundle has learnt from."},
        "strata": {"anyOf": [_list(_ref("Stratum")), OR_NULL], "description": "The share among followers by when they followed."},
    },
    "estimate",
    "low",
    "high",
    description="Share of purchased-type followers. It says what they are, not who sent them.",
)

PART = _object(
    {"cause": TEXT, "dex": NUMBER, "low": NUMBER, "high": NUMBER},
    "cause",
    "dex",
    description="log10 of the factor by which a cause changes the engagement; the last one is what no cause explains.",
)

ENGAGEMENT = _object(
    {"rate": NUMBER, "expected": NUMBER, "gap_dex": NUMBER, "parts": _list(_ref("Part")), "note": {"type": ["string", "null"]}},
    description="Likes and comments of the typical post for each follower beside what peers have, and the causes of the gap.",
)

EVIDENCE = _object(
    {"seen": _list(TEXT), "missing": _list(_object({"field": TEXT, "would_help": TEXT}))},
    description="What was seen, and what was missing with what it would have told.",
)

VERDICT = _object(
    {
        "account_id": {"type": ["string", "null"]},
        "platform": TEXT,
        "observed_at": {"type": "string", "format": "date-time"},
        "status": {"enum": ["ok", "insufficient_data", "error"], "description": "`error` only occurs in a batch."},
        "tier": {"enum": ["nano", "micro", "mid", "macro", "mega", None]},
        "heads": {"type": "object", "additionalProperties": _ref("Head"), "description": "By head; empty when none can be judged."},
        "bought_share": {"anyOf": [_ref("BoughtShare"), OR_NULL], "description": "Null without a follower sample."},
        "engagement": _or_null("Engagement"),
        "evidence": _ref("Evidence"),
        "errors": _list(ERROR, description="With status `error`: every place to mend."),
        "bundle": {"type": "object", "description": "Which trained bundle judged."},
    },
    "account_id",
    "status",
    example=VERDICT_EXAMPLE,
)


def components() -> Schema:
    """Every named schema; the account's comes from the declaration that also reads it."""
    from features.snapshot import json_schema

    account = dict(json_schema())
    account.pop("$schema", None)
    account.pop("$id", None)
    inner = account.pop("$defs", {})
    batch = _object({"accounts": _list(_ref("Account"), minItems=1, maxItems=1000)}, additionalProperties=False)
    verdicts = _object({"verdicts": _list(_ref("Verdict"), description="One for each account, in order.")})
    named = {"Account": account | {"example": ACCOUNT_EXAMPLE}, **inner, "Batch": batch, "Verdicts": verdicts, "Verdict": VERDICT}
    named |= {"Head": HEAD, "Because": BECAUSE, "Reason": REASON, "Record": RECORD, "Explanation": EXPLANATION}
    named |= {"Counterfactual": COUNTERFACTUAL, "BoughtShare": BOUGHT_SHARE, "Stratum": STRATUM, "Engagement": ENGAGEMENT, "Part": PART}
    named |= {"Evidence": EVIDENCE, "Problem": PROBLEM, **review_schemas.components()}
    return {name: _moved(schema) for name, schema in named.items()}


def _moved(schema: Any) -> Any:
    """The schema with its inner references pointing to where OpenAPI keeps them."""
    if isinstance(schema, dict):
        return {
            name: value.replace("#/$defs/", "#/components/schemas/") if name == "$ref" and isinstance(value, str) else _moved(value)
            for name, value in schema.items()
        }
    return [_moved(item) for item in schema] if isinstance(schema, list) else schema
