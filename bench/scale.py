"""What features and scores cost as accounts grow in number: time, CPU, memory of all processes together, and the exponent of growth.

Run: python bench/scale.py --workdir FOLDER [--accounts 10000 100000 1000000] [--bundle B]. Prints a Markdown table, and what it is at
on standard error. Needs about 4 GB of disk for each million accounts and another 4 GB for their verdicts. What has been measured is
kept in FOLDER/measured.json, so that a run that broke off goes on; --afresh measures again. Data is deleted at the end, unless --keep.
"""

import argparse
import math
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import orjson
import pyarrow.parquet as pq

# A file beside this one is called like the package it measures, so this folder must not be looked in first.
ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from bench import crowds  # noqa: E402
from bench.results import machine  # noqa: E402
from features.machine import usable_cores  # noqa: E402

MOST_GIB, MOST_EXPONENT = 4.0, 1.05
EVERY_S = 0.2


@dataclass(frozen=True)
class Cost:
    """What one command took; peak_gib adds up the largest memory of every process that lived at the same time."""

    seconds: float
    cpu_seconds: float
    peak_gib: float


def measure(arguments: list[str], environment: dict[str, str]) -> Cost:
    """Run the command line in a process of its own; raises CalledProcessError when it fails."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = subprocess.Popen([sys.executable, "-m", "authenticity", *arguments, "--quiet"], cwd=ROOT, env=environment, stdout=sys.stderr)
    peaks = Peaks(command.pid)
    status = command.wait()
    seconds = time.monotonic() - began
    if status:
        raise subprocess.CalledProcessError(status, arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # ru_maxrss is the largest single process so far, so a machine without /proc gets a bound from below.
    return Cost(seconds, cpu, (peaks.end() or after.ru_maxrss / 2**20))


class Peaks(threading.Thread):
    """Watches a process and those it starts, by the system's own note of the most memory that each has held (VmHWM)."""

    def __init__(self, root: int):
        super().__init__(daemon=True)
        self.root, self.most, self.ended = root, 0.0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self.ended.wait(EVERY_S):
            self.most = max(self.most, sum(_peak_gib(pid) for pid in _family(self.root)))

    def end(self) -> float:
        self.ended.set()
        self.join()
        return self.most


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from _family(child)


def _peak_gib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 2**20


def commands(data: Path, out: Path, bundle: list[str]) -> dict[str, tuple[list[str], Path]]:
    """The command lines to measure and the file that each writes."""
    return {
        name: ([command, str(data), "-o", str(out / file), *bundle], out / file)
        for name, command, file in (("features", "features", "features.parquet"), ("score, with reasons", "score", "verdicts.parquet"))
    }


def measured(options: argparse.Namespace) -> dict[str, dict[int, Cost]]:
    """The cost of each command by number of accounts."""
    notes = options.workdir / "measured.json"
    known = orjson.loads(notes.read_bytes()) if notes.exists() and not options.afresh else {}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    bundle = ["--bundle", str(options.bundle.resolve())] if options.bundle else []
    for accounts in options.accounts:
        data = options.workdir / f"crowd-{accounts}"
        waiting = {f"{name}|{accounts}": run for name, run in commands(data, options.workdir, bundle).items()}
        waiting = {key: run for key, run in waiting.items() if key not in known}
        if not waiting:
            continue
        began = time.monotonic()
        crowds.write(data, accounts)
        told(f"{accounts:,} accounts are there after {time.monotonic() - began:.0f} s, {_gib(data):.2f} GiB")
        for key, (arguments, output) in waiting.items():
            known[key] = asdict(measure(arguments, environment))
            assert pq.read_metadata(output).num_rows == accounts
            notes.write_bytes(orjson.dumps(known))
            told(f"{key}: {known[key]}{foreseen(known[key], accounts, max(options.accounts))}")
            output.unlink()
        if not options.keep:
            shutil.rmtree(data)
    names = list(dict.fromkeys(key.partition("|")[0] for key in known))
    return {name: {n: Cost(**known[f"{name}|{n}"]) for n in options.accounts} for name in names}


def foreseen(cost: dict[str, float], accounts: int, most: int) -> str:
    """How long the largest run will take, if cost grows with the accounts."""
    return f"; {most:,} should take about {cost['seconds'] * most / accounts / 60:.0f} min" if accounts < most else ""


def told(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def _gib(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**30


def exponent(costs: dict[int, Cost], few: int, many: int) -> float:
    """By how much cost grows with accounts: 1 is in proportion, less where the start is part of it. CPU, as others share the machine."""
    return math.log(costs[many].cpu_seconds / costs[few].cpu_seconds) / math.log(many / few) if few < many else math.nan


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workdir", type=Path, required=True)
    parser.add_argument("--accounts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--bundle", type=Path, help="without it the champion under HOME")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--afresh", action="store_true")
    options = parser.parse_args()
    options.workdir.mkdir(parents=True, exist_ok=True)
    found = measured(options)
    print("Accounts of 100 comments, 12 posts, 20 followers and 30 days each, in parts of 2,500. Synthetic.")
    print(f"{machine()}, {usable_cores()} of them usable.\n")
    print("| command | accounts | seconds | CPU seconds | accounts per second | peak GiB, all processes |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, costs in found.items():
        for n, cost in sorted(costs.items()):
            print(f"| {name} | {n:,} | {cost.seconds:,.0f} | {cost.cpu_seconds:,.0f} | {n / cost.seconds:,.0f} | {cost.peak_gib:.2f} |")
    for name, costs in found.items():
        steps = ", ".join(f"{few:,} to {many:,}: {exponent(costs, few, many):.2f}" for few, many in pairwise(sorted(costs)))
        print(f"\n{name}, exponent of the CPU seconds: {steps}; from first to last {exponent(costs, min(costs), max(costs)):.2f}.")
    peak = max(cost.peak_gib for costs in found.values() for cost in costs.values())
    steepest = max((exponent(costs, *pair) for costs in found.values() for pair in pairwise(sorted(costs))), default=math.nan)
    kept = peak <= MOST_GIB and not steepest > MOST_EXPONENT
    print(f"\nTargets: at most {MOST_GIB:g} GiB, exponent at most {MOST_EXPONENT:g}: {'kept' if kept else 'missed'}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
