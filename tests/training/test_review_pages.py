"""What a reviewer sees behind the link of `authenticity ui`, in a real browser on MLflow's real pages."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from training import board, pages, tracking

PATIENCE = 60
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
HEADLINE = ("recall_worst_vendor", "ap_bought", "ece_bought", "coverage", "decided_bought")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the view of an experiment with two trainings, one of them with a fold."""
    store = tracking.store(tmp_path_factory.mktemp("shown"))
    for change in ("four heads", "trees of depth 6"):
        with tracking.run(store, "audience", change) as run:
            run.log_metrics(dict.fromkeys(HEADLINE, 0.75))
            with tracking.run(store, "audience", f"a fold of {change}", parent=run.id, kind="fold"):
                pass
    with tracking.run(store, "audience", "a search among the trainings", kind="tuning") as search:
        search.log_metrics({"best": 0.5})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command, environment = pages.ui_command(store, port)
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except OSError:
                assert time.monotonic() < until
                assert server.poll() is None
                time.sleep(0.2)
        yield board.review_page(port, run.experiment_id)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs a Chromium on the path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A browser that has never been here: what it remembers of MLflow is nothing."""
    context = browser.new_context(viewport={"width": 1500, "height": 950})
    opened = context.new_page()
    opened.set_default_timeout(1_000 * PATIENCE)
    yield opened
    context.close()


def test_the_link_opens_on_the_numbers_that_decide(page: Any, shown: str) -> None:
    page.goto(shown, wait_until="domcontentloaded")
    page.get_by_text("trees of depth 6", exact=True).first.wait_for()
    page.get_by_text(HEADLINE[-1]).first.wait_for()
    # The grid moves columns on the page, not in the document.
    places = {cell.inner_text().strip(): cell.bounding_box()["x"] for cell in page.locator("[role=columnheader]").all()}
    heads = sorted(places, key=lambda name: places[name])
    assert tuple(name for name in heads if name in HEADLINE) == HEADLINE
    assert page.get_by_text("a fold of", exact=False).count() == 0, "folds stand among the runs"
    assert page.get_by_text("MLflow Assistant").count() == 0
    page.goto(f"{shown}&compareRunsMode=CHART", wait_until="domcontentloaded")
    page.get_by_text(board.HEADLINE).first.wait_for()
    page.get_by_text("what differs").first.wait_for(state="attached")
    drawn = [title.text_content() for title in page.locator("h4").all()]
    assert [name for name in drawn if name in (*HEADLINE, "what differs")] == [*HEADLINE, "what differs"]


def test_the_assistant_covers_the_page_under_its_number(page: Any, shown: str) -> None:
    """Or the name that the link uses would be there for nothing."""
    page.goto(shown.replace(board.HOST, "127.0.0.1"), wait_until="domcontentloaded")
    page.get_by_text("MLflow Assistant").first.wait_for()


def test_another_host_name_is_turned_away(shown: str) -> None:
    """A page elsewhere that points its own name at this machine must not read the runs."""
    port = shown.split(":")[2].split("/")[0]
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/2.0/mlflow/experiments/search?max_results=1", headers={"Host": "evil.example"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=5)
    assert refused.value.code == 403
