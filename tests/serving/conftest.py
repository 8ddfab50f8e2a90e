"""A real BentoML process on a free port, and an account to ask it about."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from serving.settings import Settings
from tests.serving.asking import Service, make_account, serving

# Small, so that the tests of the limits send little.
BODY_LIMIT = 256 * 1024
BATCH_BODY_LIMIT = 2 * 1024 * 1024


@pytest.fixture(scope="session")
def service(champion_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    limits = Settings(home=champion_home, body_limit=BODY_LIMIT, batch_body_limit=BATCH_BODY_LIMIT, body_seconds=2.0)
    with serving(limits, tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="session")
def client(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, timeout=30.0) as http:
        yield http


@pytest.fixture
def alive(client: httpx.Client, account: dict[str, Any]) -> Iterator[Callable[[], None]]:
    """Call it after something hostile: the service must answer at once and still judge. It is also called at the end."""

    def check() -> None:
        started = time.monotonic()
        assert client.get("/livez").status_code == 200
        assert time.monotonic() - started < 1.0
        assert client.post("/v1/judge", json=account).status_code == 200

    yield check
    check()


@pytest.fixture
def account() -> dict[str, Any]:
    return make_account("17841400000000001")
