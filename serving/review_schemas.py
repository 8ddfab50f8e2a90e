"""What reviewers send and get, as JSON Schema: labels, and what to label next."""

from __future__ import annotations

from typing import Any

from models.wording import HEADS, PLATFORMS

Schema = dict[str, Any]

_NO_NUL = r"^[^\u0000]*$"
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_HEAD = {"enum": list(HEADS)}
_MOMENT = {"type": "string", "format": "date-time"}

LABEL_EXAMPLE = {
    "account_id": "17841400000000001",
    "head": "bought_followers",
    "value": 1,
    "share": 0.4,
    "source": "order list 2026",
    "by": "reviewer 7",
    "at": "2026-11-20T09:30:00Z",
    "note": "41 % of the sample has neither picture nor post",
}
KEPT_EXAMPLE = {
    "id": "17",
    "pseudonym": "5debef7b637a07d0a3c1f2e49b8d6c70",
    "head": "bought_followers",
    "value": 1,
    "received_at": "2026-11-20T09:30:12.482913Z",
}
WAITING_EXAMPLE = {
    "account_id": "17841400000000001",
    "pseudonym": "5debef7b637a07d0a3c1f2e49b8d6c70",
    "platform": "instagram",
    "tier": "mid",
    "followers": 48210,
    "bundle_id": "sha256:…",
    "judged_at": "2026-11-20T09:12:00Z",
    "head": "bought_followers",
    "probability": 0.43,
    "probability_low": 0.21,
    "probability_high": 0.66,
    "decision": "undecided",
    "why": "undecided at 43% (21% to 66%); 48,210 followers; 12% alike to the nearest account that is labelled or stands above",
    "uncertainty": 0.71,
    "influence": 0.59,
    "diversity": 0.88,
    "worth": 0.37,
}


def _object(properties: Schema, *required: str, **more: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required or properties), **more}


def _text(most: int, least: int = 0) -> Schema:
    return {"type": "string", "minLength": least, "maxLength": most, "pattern": _NO_NUL}


def _or_null(schema: Schema, told: str) -> Schema:
    return {"anyOf": [schema, {"type": "null"}], "description": told}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _one_or_many(name: str, many: str, example: Any, **more: Any) -> Schema:
    listed = _object({many: {"type": "array", "items": _ref(name), "minItems": 1, "maxItems": 1000}}, **more)
    return {"anyOf": [_ref(name), listed], "example": example}


LABEL = _object(
    {
        "account_id": _text(256, 1) | {"description": "As it was judged; kept only as a pseudonym once REMEMBER_DAYS have passed."},
        "head": _HEAD,
        "value": {"type": "integer", "enum": [0, 1]},
        "share": _or_null(_SHARE, "Of purchased-type followers, where it is known."),
        "source": _or_null(_text(200), "Where the label comes from; labels of one source never stand on both sides of a split."),
        "by": _or_null(_text(200), "Who says so. Kept as given: use a number if names are not to be kept."),
        "at": _or_null(_MOMENT, "When it was decided; without it when it arrived. Not in the future."),
        "note": _or_null(_text(2_000), "A remark for other reviewers. Kept as given."),
    },
    "account_id",
    "head",
    "value",
    additionalProperties=False,
    example=LABEL_EXAMPLE,
)

KEPT_LABEL = _object(
    {"id": {"type": "string"}, "pseudonym": {"type": "string"}, "head": _HEAD, "value": {"enum": [0, 1]}, "received_at": _MOMENT},
    example=KEPT_EXAMPLE,
)

WAITING = _object(
    {
        "account_id": {"type": "string"},
        "pseudonym": {"type": "string"},
        "platform": {"enum": list(PLATFORMS)},
        "tier": {"type": "string"},
        "followers": {"type": ["integer", "null"]},
        "bundle_id": {"type": "string"},
        "judged_at": _MOMENT,
        "head": _HEAD,
        "probability": _SHARE,
        "probability_low": _SHARE,
        "probability_high": _SHARE,
        "decision": {"enum": ["yes", "no", "undecided"]},
        "why": {"type": "string"},
        "uncertainty": _SHARE | {"description": "How open the answer is: entropy of the probability and width of its interval."},
        "influence": _SHARE | {"description": "How far a mistake reaches: the logarithm of the followers."},
        "diversity": _SHARE | {"description": "How unlike the nearest account that has a label or stands above in this list."},
        "worth": _SHARE | {"description": "The product of the three."},
    },
    example=WAITING_EXAMPLE,
)


def components() -> Schema:
    """The named schemas of labels and the queue."""
    waiting = {"type": "array", "items": _ref("Waiting"), "description": "The most worthwhile first."}
    looked_at = {"type": "integer", "description": "Among how many judged accounts these were chosen: the latest ones, at most 20,000."}
    return {
        "Label": LABEL,
        "Labels": _one_or_many("Label", "labels", LABEL_EXAMPLE, additionalProperties=False),
        "KeptLabel": KEPT_LABEL,
        "Kept": _one_or_many("KeptLabel", "labels", KEPT_EXAMPLE),
        "Waiting": WAITING,
        "Queue": _object({"queue": waiting, "judged": looked_at}, example={"queue": [WAITING_EXAMPLE], "judged": 1}),
    }
