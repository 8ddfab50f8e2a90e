"""Pictures of a training: right numbers in each, drawn whatever was measured, and a page that needs nothing and runs nothing of others."""

import io
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from training import figures, interactive, tracking
from training.findings import findings
from training.interactive.page import harmless
from training.shown import Causes, Finding, Importance, PrecisionRecall, Recalls, Reliability, Scores, Shares

HOSTILE = '</script><img src=x onerror="document.title=\'taken\'"><a href="javascript:1">%{y}'
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def tables(trained: Any, champion_home: Path) -> tuple[pd.DataFrame, ...]:
    store = tracking.store(champion_home)
    return tuple(tracking.read_table(store, trained.run_id, name) for name in ("evaluation", "shares", "importance"))


@pytest.fixture(scope="module")
def found(tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]) -> dict[str, Finding]:
    return {each.name: each for each in findings(*tables)}


def one(found: dict[str, Finding], name: str, kind: type) -> Any:
    assert isinstance(found[name], kind)
    return found[name]


def test_every_table_is_shown_and_every_picture_says_what_was_found(found: dict[str, Finding]) -> None:
    kinds = (PrecisionRecall, Reliability, Recalls, Recalls, Scores, Causes, Importance, Shares)
    assert tuple(map(type, found.values())) == kinds
    assert all(re.search(r"\d", each.sentence) and each.sentence.endswith(".") and each.key for each in found.values())


def test_curves_have_the_areas_that_were_measured(found: dict[str, Finding], trained: Any) -> None:
    areas = {
        (each.head, each.model): each.value for each in trained.measurements if (each.metric, each.slice) == ("average_precision", "all")
    }
    for head, curves in one(found, "precision_recall", PrecisionRecall).curves.items():
        assert [curve.model for curve in curves] == ["xgboost", "logistic", "depth-2 tree"]
        assert curves[0].area == pytest.approx(areas[head, "xgboost"], abs=1e-6)
        assert curves[2].area == pytest.approx(areas[head, "depth2_tree"], abs=1e-6)
        assert (np.diff(curves[0].recall) >= 0).all() and curves[0].recall[-1] == 1


def test_bins_hold_every_account_once_and_their_intervals_hold_what_was_observed(
    found: dict[str, Finding], tables: tuple[pd.DataFrame, ...]
) -> None:
    for head, bins in one(found, "calibration", Reliability).bins.items():
        mine = tables[0][(tables[0]["head"] == head) & tables[0]["value"].notna()]
        assert bins.accounts.sum() == len(mine)
        assert (bins.observed * bins.accounts).sum() == pytest.approx(mine["value"].sum())
        assert ((bins.low <= bins.observed) & (bins.observed <= bins.high)).all()


def test_recall_is_counted_by_share_and_by_size(found: dict[str, Finding], tables: tuple[pd.DataFrame, ...]) -> None:
    mine = tables[0][tables[0]["head"] == "bought_followers"]
    clean = np.sort(mine.loc[mine["value"] == 0, "probability"])[::-1]
    alarm = mine["probability"] > clean[int(0.01 * len(clean))]
    (groups,) = one(found, "recall_by_share", Recalls).groups.values()
    large = next(each for each in groups if each.whose == "30 % to 50 %")
    inside = (mine["share"] >= 0.3) & (mine["share"] < 0.5)
    assert (large.accounts, large.value) == (inside.sum(), pytest.approx(alarm[inside].mean()))
    sizes = one(found, "recall_by_size", Recalls).groups["bought_followers"]
    micro = next(each for each in sizes if each.whose == "micro")
    inside = (mine["tier"] == "micro") & (mine["value"] == 1)
    assert (micro.accounts, micro.value) == (inside.sum(), pytest.approx(alarm[inside].mean()))


def test_each_cause_is_crossed_with_each_answer() -> None:
    rows = [("none", (0, 0), ("no", "undecided")), ("one", (1, 0), ("yes", "no")), ("both", (1, 1), ("yes", "yes"))]
    table = pd.DataFrame(
        [
            {"account_id": f"{name}{i}", "head": head, "value": value, "probability": 0.5, "decision": said, "share": np.nan}
            for name, values, decisions in rows
            for i in range(4)
            for head, value, said in zip(("bought_followers", "diluted_audience"), values, decisions, strict=True)
        ]
    ).assign(scenario="", tier="nano", platform="x", vendor="")
    none = pd.DataFrame({name: [] for name in ("true", "low", "high", "estimate", "tier", "scenario")})
    weights = pd.DataFrame({"head": ["bought_followers"], "feature": ["a"], "contribution": [0.0]})
    causes = {each.name: each for each in findings(table, none, weights)}["causes"]
    assert isinstance(causes, Causes)
    assert causes.rows == [("none of them", 4), ("bought followers only", 4), ("several", 4)]
    assert causes.yes.tolist() == [[0, 0], [1, 0], [1, 1]] and causes.undecided.tolist() == [[0, 1], [0, 0], [0, 0]]
    assert "at most 0.0 % get a yes" in causes.sentence and "yes to 100 to 100 %" in causes.sentence


def test_a_true_share_outside_its_interval_is_drawn_as_a_miss(tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]) -> None:
    evaluation, shares, importance = tables
    moved = shares.assign(true=np.where(shares.index < 10, 1.0, shares["true"]), high=np.minimum(shares["high"], 0.99))
    drawn = {each.name: each for each in findings(evaluation, moved, importance)}["shares"]
    assert isinstance(drawn, Shares) and (~drawn.inside).sum() >= 10


@pytest.mark.parametrize("kind", ["few", "all equal, no scenario", "one head", "one class, no shares"])
def test_figures_and_the_page_can_be_drawn_of_whatever_was_measured(
    kind: str, tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    evaluation, shares, importance = tables
    changed = {
        "few": evaluation.groupby(["head", "value"]).head(3),
        "all equal, no scenario": evaluation.assign(probability=0.3, scenario=""),
        "one head": evaluation[evaluation["head"] == "bought_followers"],
        "one class, no shares": evaluation.assign(value=evaluation["value"].where(evaluation["value"] == 0)),
    }[kind]
    found = findings(changed, shares.head(0) if kind.endswith("no shares") else shares.head(9), importance.head(9))
    assert len(found) >= (2 if kind.startswith("one class") else 7)
    for name, figure in figures.drawn(found, "synthetic accounts").items():
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=20)
        assert picture.getvalue().startswith(b"\x89PNG"), name
    assert interactive.page(found, kind, "synthetic accounts").count("<section") == len(found)


class Elements(HTMLParser):
    """Which elements a page has, and which addresses they name."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action")]


@pytest.fixture(scope="module")
def hostile(tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]) -> str:
    """The page of a run whose data were named by an enemy."""
    evaluation, shares, importance = tables
    enemy = evaluation.assign(tier=evaluation["tier"].where(evaluation["tier"] != "micro", HOSTILE), vendor=HOSTILE)
    weights = importance.assign(feature=importance["feature"].where(importance.index % 2 == 0, HOSTILE))
    return interactive.page(findings(enemy, shares.assign(scenario=HOSTILE), weights), HOSTILE, HOSTILE)


def test_the_page_is_whole_in_itself_small_and_the_same_every_time(hostile: str, found: dict[str, Finding]) -> None:
    elements = Elements()
    elements.feed(hostile)
    assert set(elements.names) == {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "p",
        "nav",
        "a",
        "section",
        "div",
        "script",
    }
    assert all(address.startswith("#") for address in elements.addresses) and len(elements.addresses) == hostile.count("<section")
    assert len(hostile) < 2_500_000
    assert interactive.page(list(found.values()), "x", "accounts") == interactive.page(list(found.values()), "x", "accounts")


def test_no_text_ends_the_element_that_holds_the_numbers() -> None:
    told = json.dumps({"name": HOSTILE})
    assert "<" not in harmless(told) and json.loads(harmless(told)) == json.loads(told)


def test_the_page_draws_in_a_frame_that_may_only_run_scripts_and_asks_nobody(hostile: str) -> None:
    """MLflow shows a page in a frame with sandbox="allow-scripts" and a blob as its address."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.set_content("<title>mine</title><iframe sandbox='allow-scripts' width=1000 height=800></iframe>")
        page.evaluate("text => document.querySelector('iframe').src = URL.createObjectURL(new Blob([text], {type: 'text/html'}))", hostile)
        frame = page.frame_locator("iframe")
        frame.locator("#state", has_text=re.compile("^$")).wait_for(state="attached", timeout=60_000)
        drawn = frame.locator(".js-plotly-plot").count(), frame.locator(".scatterlayer .trace").count()
        taken = frame.locator("img, a[href^=javascript]").count()
        titles = [page.title(), frame.locator("title").first.text_content()]
        browser.close()
    assert drawn[0] == hostile.count("<section") and drawn[1] > 20 and taken == 0 and titles == ["mine", HOSTILE] and faults == []
    assert [url for url in asked if not url.startswith(("blob:", "data:", "about:"))] == []
