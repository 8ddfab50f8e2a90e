"""Odd requests by the hundred, within and beyond what the OpenAPI document allows: each is answered as the document says."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.serving.asking import Service

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.parametrize(("path", "method"), [("/v1/labels", "POST"), ("/v1/queue", "GET")])
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
def test_an_odd_request_is_answered_as_the_document_says(
    service: Service, path: str, method: str, mode: schemathesis.GenerationMode
) -> None:
    operation = schemathesis.openapi.from_url(service.url + "/openapi.json")[path][method]

    @settings(max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def answered(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    answered()
