"""What the service answers when all is well, over real HTTP."""

import json
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from features.snapshot import parse
from models.bundle import load_champion
from models.verdict import judge
from tests.serving.asking import make_account

JUDGE, BATCH = "/v1/judge", "/v1/judge/batch"


def test_a_verdict_over_http_is_the_models_own(client: httpx.Client, champion_home: Any, account: dict[str, Any]) -> None:
    bundle = load_champion(champion_home)
    for reasons in (True, False):
        (expected,) = judge(bundle, [parse(json.dumps(account).encode())], reasons=reasons)
        assert client.post(JUDGE, params={"reasons": str(reasons).lower()}, json=account).json() == expected


def test_reasons_are_given_unless_they_are_not_wanted(client: httpx.Client, account: dict[str, Any]) -> None:
    assert client.post(JUDGE, json=account).json() == client.post(JUDGE, params={"reasons": "true"}, json=account).json()


@pytest.mark.parametrize("n", [1, 33, 1000])
def test_a_batch_gives_each_account_what_it_gets_alone_in_order(client: httpx.Client, n: int) -> None:
    small = {"posts": [], "comments": [], "follower_sample": [], "history": []}
    accounts = [make_account(f"a{i}", 900 + 41 * i) | (small if n > 33 else {}) for i in range(n)]
    verdicts = client.post(BATCH, json={"accounts": accounts}).json()["verdicts"]
    assert [verdict["account_id"] for verdict in verdicts] == [f"a{i}" for i in range(n)]
    for i in {0, n // 2, n - 1}:
        assert verdicts[i] == client.post(JUDGE, json=accounts[i]).json()


def test_a_bad_account_in_a_batch_gets_its_places_and_the_others_their_verdicts(client: httpx.Client) -> None:
    accounts: list[Any] = [make_account(f"a{i}") for i in range(5)]
    accounts[1]["posts"][3]["likes"] = -4
    accounts[2] = 7
    answer = client.post(BATCH, json={"accounts": accounts})
    # What Python's own writer makes of a missing number.
    broken = answer.request.content.replace(b'"followers":48210', b'"followers":NaN', 1)
    verdicts = client.post(BATCH, content=broken, headers={"content-type": "application/json"}).json()["verdicts"]
    assert [verdict["status"] for verdict in verdicts] == ["error", "error", "error", "ok", "ok"]
    assert [verdict["account_id"] for verdict in verdicts] == ["a0", "a1", None, "a3", "a4"]
    assert [error["pointer"] for error in verdicts[1]["errors"]] == ["/posts/3/likes"]
    assert verdicts[3:] == [client.post(JUDGE, json=account).json() for account in accounts[3:]]


def test_the_card_names_the_bundle_that_judges(client: httpx.Client, champion_home: Any, account: dict[str, Any]) -> None:
    card = client.get("/v1/model").json()
    assert card == load_champion(champion_home).card()
    assert client.post(JUDGE, json=account).json()["bundle"]["id"] == load_champion(champion_home).id


def test_the_service_is_alive_and_ready(client: httpx.Client) -> None:
    assert client.get("/livez").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_the_openapi_document_is_valid_and_complete(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")
    people = {"/livez", "/readyz", "/metrics", "/openapi.json", "/docs"}
    assert set(document["paths"]) == {JUDGE, BATCH, "/v1/model", "/v1/labels", "/v1/queue"} | people
    for path, done in ((JUDGE, "200"), (BATCH, "200"), ("/v1/labels", "201")):
        operation = document["paths"][path]["post"]
        assert operation["requestBody"]["required"] is True
        assert set(operation["responses"]) == {done, "400", "408", "413", "415", "422", "500", "503"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_the_documented_example_is_judged(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    example = document["components"]["schemas"]["Account"]["example"]
    assert client.post(JUDGE, json=example).status_code == 200
    assert client.post(BATCH, json={"accounts": [example]}).json()["verdicts"][0]["status"] in ("ok", "insufficient_data")


def test_real_answers_fit_the_documented_schemas(client: httpx.Client, account: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = client.get("/openapi.json").json()

    def fits(value: Any, name: str) -> None:
        jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]}).validate(value)

    fits(account, "Account")
    fits(client.post(JUDGE, json=account).json(), "Verdict")
    fits(client.post(BATCH, json={"accounts": [account, 7]}).json(), "Verdicts")
    fits(client.post(JUDGE, json={}).json(), "Problem")
    with pytest.raises(jsonschema.ValidationError):
        fits({"status": "splendid"}, "Verdict")


def test_the_page_for_people_needs_no_other_host(client: httpx.Client) -> None:
    answer = client.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "://" not in answer.text
    assert "<script" not in answer.text
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in answer.text
    for address in (client.get("/nope").json()["type"], client.post(JUDGE, json={}).json()["type"]):
        assert f"id={address.removeprefix('/docs#')}>" in answer.text


def test_the_metrics_count_by_route(client: httpx.Client, account: dict[str, Any]) -> None:
    def count(line: str) -> float:
        found = [float(row.split(" ")[1]) for row in client.get("/metrics").text.splitlines() if row.startswith(line)]
        return sum(found)

    judged = 'authenticity_requests_total{method="POST",route="/v1/judge",status="200"}'
    before, verdicts = count(judged), count("authenticity_verdicts_total")
    client.post(JUDGE, json=account)
    client.post(BATCH, json={"accounts": [account, 7]})
    assert count(judged) == before + 1
    assert count("authenticity_verdicts_total") == verdicts + 3
    assert client.get("/metrics").headers["content-type"].startswith("text/plain")
