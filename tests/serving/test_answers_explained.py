"""What a running service says of its reasons is what its OpenAPI document promises."""

from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import pytest

from serving.examples import VERDICT_EXAMPLE
from serving.schemas import components
from tests.models.accounts import BURST_DAY, account, comments, followers, history, posts

JUDGE = "/v1/judge"
WHY = ("reasons", "innocent_explanations", "counterfactual", "no_counterfactual_because")


def odd_account() -> dict[str, Any]:
    """One that has something to explain: a burst on a viral post, and followers without posts or pictures."""
    odd = followers(200, has_picture=False, post_count=0, following=6000)
    same = comments(["great picture keep it up"] * 40)
    return account(posts=posts({BURST_DAY: 900}), history=history({BURST_DAY: 900}), follower_sample=odd, comments=same, following=300)


@pytest.fixture(scope="module")
def verdict(client: httpx.Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.post(JUDGE, json=odd_account()).json()
    return answer


def undocumented(value: Any, schema: Any, schemas: Any, place: str = "") -> Iterator[str]:
    """Every field of the value that its schema does not name."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[-1]]
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null" and value is not None:
            yield from undocumented(value, choice, schemas, place)
    if isinstance(value, dict) and "properties" in schema:
        for name, inner in value.items():
            if name in schema["properties"]:
                yield from undocumented(inner, schema["properties"][name], schemas, f"{place}/{name}")
            else:
                yield f"{place}/{name}"
    elif isinstance(value, dict) and "additionalProperties" in schema:
        for name, inner in value.items():
            yield from undocumented(inner, schema["additionalProperties"], schemas, f"{place}/{name}")
    elif isinstance(value, list) and "items" in schema:
        for i, inner in enumerate(value):
            yield from undocumented(inner, schema["items"], schemas, f"{place}/{i}")


def fits(value: Any, document: Any) -> None:
    schema = {"$ref": "#/components/schemas/Verdict", "components": document["components"]}
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(value)


def test_the_documented_example_fits_its_own_schema_and_shows_every_field() -> None:
    document = {"components": {"schemas": components()}}
    fits(VERDICT_EXAMPLE, document)
    assert list(undocumented(VERDICT_EXAMPLE, {"$ref": "Verdict"}, components())) == []
    (head,) = VERDICT_EXAMPLE["heads"].values()
    assert set(head) == set(components()["Head"]["properties"])
    assert set(VERDICT_EXAMPLE["bought_share"]) == set(components()["BoughtShare"]["properties"])


def test_every_field_of_a_real_verdict_is_documented(client: httpx.Client, verdict: dict[str, Any]) -> None:
    document = client.get("/openapi.json").json()
    fits(verdict, document)
    assert list(undocumented(verdict, {"$ref": "Verdict"}, document["components"]["schemas"])) == []


def test_a_wrong_record_or_explanation_does_not_fit(client: httpx.Client, verdict: dict[str, Any]) -> None:
    document = client.get("/openapi.json").json()
    head = verdict["heads"]["bought_followers"]
    for name, wrong in (("reasons", [{"feature": "x"}]), ("innocent_explanations", [{"name": "x"}]), ("counterfactual", {"changes": []})):
        with pytest.raises(jsonschema.ValidationError):
            fits({**verdict, "heads": {"bought_followers": {**head, name: wrong}}}, document)


def test_a_real_verdict_says_why_what_else_and_what_would_change_it(verdict: dict[str, Any]) -> None:
    head = verdict["heads"]["bought_followers"]
    assert any(reason["evidence"] for reason in head["reasons"])
    assert head["innocent_explanations"]
    assert (head["counterfactual"] is None) != (head["no_counterfactual_because"] is None)


def test_without_reasons_nothing_of_it_is_said(client: httpx.Client) -> None:
    short = client.post(JUDGE, params={"reasons": "false"}, json=odd_account()).json()
    for head in short["heads"].values():
        assert [head[name] for name in WHY] == [[], [], None, None]
