"""What enters and leaves, as JSON Schema with examples, for the OpenAPI document."""

from typing import Any

Schema = dict[str, Any]

ACCOUNT_EXAMPLE: Schema = {
    "account_id": "17841400000000001",
    "platform": "instagram",
    "observed_at": "2026-11-01T00:00:00Z",
    "followers": 48210,
    "following": 312,
    "post_count": 2,
    "posts": [
        {"post_id": "1", "posted_at": "2026-10-20T17:30:00Z", "likes": 512, "comments": 2, "caption": "Abendrunde am Säntis #alps"},
        {"post_id": "2", "posted_at": "2026-10-27T18:05:00Z", "likes": 498, "comments": 0, "kind": "video"},
    ],
    "comments": [{"post_id": "1", "author_id": "9", "commented_at": "2026-10-20T18:00:00Z", "text": "Wo genau ist das? 😍"}],
    "follower_sample": [{"follower_id": "9", "followers": 210, "following": 388, "post_count": 41, "has_picture": True}],
    "sample_method": "random",
}


def _object(properties: Schema, *required: str, **more: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required or properties), **more}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
OR_NULL: Schema = {"type": "null"}

ERROR = _object({"pointer": TEXT | {"description": "JSON pointer (RFC 6901) into the account; empty for the whole."}, "detail": TEXT})

PROBLEM = _object(
    dict.fromkeys(("type", "title", "detail", "instance", "request_id"), TEXT) | {"status": {"type": "integer"}, "errors": _list(ERROR)},
    description="RFC 9457. `errors` names every place to mend.",
)

REASON = _object(
    {
        "feature": TEXT,
        "sentence": TEXT,
        "weight": NUMBER | {"description": "Contribution to the log-odds; positive speaks for yes."},
        "value": {"type": ["number", "null"]},
        "unit": TEXT,
        "peer_percentile": {"type": ["number", "null"]},
    },
    "feature",
    "sentence",
    "weight",
)

HEAD = _object(
    {"probability": SHARE, "base_rate": SHARE, "decision": {"enum": ["yes", "no", "undecided"]}, "reasons": _list(_ref("Reason"))},
    "decision",
)

BOUGHT_SHARE = _object(
    {"estimate": SHARE, "low": SHARE, "high": SHARE, "level": SHARE, "n": {"type": "integer"}, "detectable": SHARE, "scope": TEXT},
    "estimate",
    "low",
    "high",
    description="Share of purchased-type followers. It says what they are, not who sent them.",
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
        "engagement": {"type": ["object", "null"], "description": "Engagement beside what peers have, and the causes of the gap."},
        "evidence": {"type": "object", "description": "What was seen, and what was missing with what it would have told."},
        "errors": _list(ERROR, description="With status `error`: every place to mend."),
        "bundle": {"type": "object", "description": "Which trained bundle judged."},
    },
    "account_id",
    "status",
    example={
        "account_id": "17841400000000001",
        "platform": "instagram",
        "observed_at": "2026-11-01T00:00:00Z",
        "status": "ok",
        "tier": "mid",
        "heads": {"bought_followers": {"probability": 0.93, "base_rate": 0.2, "decision": "yes", "reasons": []}},
        "bought_share": {"estimate": 0.31, "low": 0.24, "high": 0.39, "level": 0.95, "n": 300, "detectable": 0.07, "scope": "account"},
        "evidence": {"seen": ["profile", "posts", "comments", "follower_sample"], "missing": []},
        "bundle": {"id": "sha256:…", "version": "3", "run_id": "…"},
    },
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
    named |= {"Head": HEAD, "Reason": REASON, "BoughtShare": BOUGHT_SHARE, "Problem": PROBLEM}
    return {name: _moved(schema) for name, schema in named.items()}


def _moved(schema: Any) -> Any:
    """The schema with its inner references pointing to where OpenAPI keeps them."""
    if isinstance(schema, dict):
        return {
            name: value.replace("#/$defs/", "#/components/schemas/") if name == "$ref" and isinstance(value, str) else _moved(value)
            for name, value in schema.items()
        }
    return [_moved(item) for item in schema] if isinstance(schema, list) else schema
