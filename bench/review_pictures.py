"""The pictures of docs/review.md: three small trainings and what follows from them, on MLflow's real pages in a real Chromium.

python bench/review_pictures.py FOLDER    keeps its trainings in FOLDER, so that a second call only draws them again
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from training import board, pages, tracking  # noqa: E402

PICTURES = ROOT / "docs" / "figures"
WIDTH, HEIGHT = 1500, 950
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# MLflow's pages go on asking for news, so there is no moment of rest to wait for.
SETTLED_MS = 9_000
# What each run changes, and the setting that does it. The second is worse on purpose.
CHANGES = {"four heads as they ship": "", "ten rounds instead of 300": "rounds = 10", "trees of depth 6 instead of 4": "max_depth = 6"}
EXPERIMENT = """\
name = "audience"
change = "{change}"
[world]
accounts = 4000
seed = 11
[trees]
rounds = 300
{setting}
"""


def main() -> int:
    home = Path(sys.argv[1]).resolve()
    if not (home / "mlflow.db").exists():
        _trainings(home)
    store = tracking.store(home)
    runs = {change: tracking.find(store, change) for change in CHANGES}
    first = next(iter(runs.values()))
    ids, experiment = [run.id for run in runs.values()], first.experiment_id
    fragments = {
        "review-experiments": "experiments?workflowType=machine_learning",
        "review-runs": board.review_page(0, experiment).partition("#/")[2],
        "review-charts": board.review_page(0, experiment, charts=True).partition("#/")[2],
        "review-compare": f"compare-runs?runs={json.dumps(ids)}&experiments={json.dumps([experiment])}&workflowType=machine_learning",
        "review-run": f"experiments/{experiment}/runs/{first.id}?workflowType=machine_learning",
        "review-figures": f"experiments/{experiment}/runs/{first.id}/artifacts/figures.html?workflowType=machine_learning",
        "review-model": "models/authenticity?workflowType=machine_learning",
    }
    comparisons = pages.experiments(store).get("comparisons")
    if comparisons:
        (compared, *_) = store.client.search_runs([comparisons])
        fragments["review-comparison"] = (
            f"experiments/{comparisons}/runs/{compared.info.run_id}/artifacts/comparison.html?workflowType=machine_learning"
        )
    _draw(store, fragments)
    return 0


def _trainings(home: Path) -> None:
    """Three trainings, a comparison of the worse with the first, and an attempt to promote each later one."""
    home.mkdir(parents=True, exist_ok=True)
    for number, (change, setting) in enumerate(CHANGES.items()):
        file = home / f"{number}.toml"
        lines = EXPERIMENT.format(change=change, setting=setting)
        file.write_text(lines.replace("rounds = 300\n", "") if "rounds" in setting else lines, "utf-8")
        _authenticity(home, "train", str(file), "--quiet")
    first, *others = CHANGES
    for change in others:
        _authenticity(home, "compare", first, change)
        _authenticity(home, "promote", change)


def _authenticity(home: Path, *arguments: str) -> None:
    environment = {**os.environ, "AUTHENTICITY_HOME": str(home), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, "-m", "authenticity", *arguments], env=environment, cwd=ROOT, check=False)
    print(f"authenticity {' '.join(arguments)}: status {ended.returncode}")


def _draw(store: tracking.TrackingStore, fragments: dict[str, str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command, environment = pages.ui_command(store, port)
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait(f"http://127.0.0.1:{port}/health", server)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
            for name, fragment in fragments.items():
                _picture(browser, f"http://{board.HOST}:{port}/#/{fragment}", PICTURES / f"{name}.png")
            browser.close()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while server.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.3)
    raise SystemExit("MLflow's pages did not come up")


def _picture(browser: Browser, address: str, file: Path) -> None:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    page = context.new_page()
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_timeout(SETTLED_MS)
    # Where somebody's folders lie is nobody else's business.
    page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => e.innerText?.startsWith('Path: ')).forEach(e => e.style.visibility = 'hidden')"
    )
    page.screenshot(path=str(file))
    context.close()
    print(file.name)


if __name__ == "__main__":
    raise SystemExit(main())
