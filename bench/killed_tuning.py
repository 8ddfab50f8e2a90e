"""A search that is killed -9 at random moments and called again: what it loses, and whether anything is left that looks alive."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from optuna.trial import TrialState  # noqa: E402
from results import machine  # noqa: E402

from training import studies, tracking  # noqa: E402

EXPERIMENT = """
name = "killed"
heads = ["bought_followers", "diluted_audience"]
[world]
accounts = {accounts}
seed = 5
[trees]
rounds = 60
"""


def call(home: Path, file: Path, trials: int, jobs: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(ROOT / "authenticity.py"), "tune", str(file), "--trials", str(trials), "--jobs", str(jobs), "--quiet"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "AUTHENTICITY_HOME": str(home)}, **quiet)


def state(home: Path) -> tuple[list[tuple[object, ...]], dict[str, int]]:
    """What has finished, by place; and how many trials and runs are in which state."""
    (database,) = (home / "studies").glob("*.db")
    counts: dict[str, int] = {}
    with studies.opened(home, database.stem) as (study, lost):
        done = [(trial.user_attrs[studies.PLACE], trial.state.name, trial.params, trial.value) for trial in studies.finished(study)]
        for trial in study.get_trials(deepcopy=False):
            counts[f"trial {trial.state.name}"] = counts.get(f"trial {trial.state.name}", 0) + 1
        counts["trial RUNNING"] = counts.get("trial RUNNING", 0) + len(lost)
    client = tracking.store(home).client
    for run in client.search_runs([each.experiment_id for each in client.search_experiments()], max_results=5_000):
        key = f"run {run.data.tags['kind']} {run.info.status}"
        counts[key] = counts.get(key, 0) + 1
    return done, counts


def main() -> int:
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--accounts", type=int, default=300)
    wish.add_argument("--trials", type=int, default=30)
    wish.add_argument("--kills", type=int, default=10)
    wish.add_argument("--jobs", type=int, default=1)
    wish.add_argument("--seed", type=int, default=0)
    asked = wish.parse_args()
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="authenticity-") as folder:
        file, undisturbed, killed = (Path(folder) / name for name in ("killed.toml", "undisturbed", "killed"))
        file.write_text(EXPERIMENT.format(accounts=asked.accounts), "utf-8")
        began = time.monotonic()
        if call(undisturbed, file, asked.trials, asked.jobs).wait() != 0:
            raise SystemExit("the undisturbed search failed")
        whole = time.monotonic() - began
        shutil.copytree(undisturbed / "worlds", killed / "worlds")
        hit = 0
        while hit < asked.kills:
            running = call(killed, file, asked.trials, asked.jobs)
            time.sleep(chance.uniform(0.1, 0.6) * whole)
            if running.poll() is None:
                running.send_signal(signal.SIGKILL)
                hit += 1
            running.wait()
        if call(killed, file, asked.trials, asked.jobs).wait() != 0:
            raise SystemExit("the killed search could not be continued")
        want, _ = state(undisturbed)
        have, counts = state(killed)
    best = [max(value for _, name, _, value in found if name == TrialState.COMPLETE.name) for found in (want, have)]
    print(f"undisturbed: {whole:.0f} s; killed -9 {hit} times; best {best[0]:.5f} undisturbed, {best[1]:.5f} killed")
    print(f"finished trials: {len(have)} of {asked.trials}; the same trial by trial: {want == have}")
    print("\n".join(f"{name}: {count}" for name, count in sorted(counts.items())))
    print(f"Measured on {machine()}.")
    alive = sum(count for name, count in counts.items() if name.endswith("RUNNING"))
    return int(alive > 0 or len(have) != asked.trials or best[1] < best[0] - 0.01)


if __name__ == "__main__":
    raise SystemExit(main())
