"""What will be measured, how much, and against which bars: written down and hashed before anything is trained."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from features.locks import held
from features.whole import whole_file
from training import public
from training.benchmark.step import Size, Step
from training.benchmark.table import TARGETS

# A quick run looks at other accounts than a full one, so nothing that is chosen with its help has seen what is scored.
QUICK_SEED, FULL_SEED = 20_261_101, 20_261_124
# The same accounts scored again and again are accounts one has learnt from (method.md 5.6.7).
MOST_SCORED = 3
CODE = ("features", "models", "training")
ROOT = Path(__file__).resolve().parents[2]
RULES = {
    "threshold": "the ceil((n + 1) · 0.99)-th smallest score of the n clean accounts that calibrate; what lies above is flagged",
    "oracle": "the largest recall at which at most 1 % of the clean accounts of the test side are flagged; always beside the first",
    "headline": "the worst vendor, family or direction, never the mean alone",
    "held out": "records, vendors and sources of the test side taught and calibrated nothing",
    "intervals": "95 %: Clopper-Pearson for counts, percentile bootstrap within classes for the rest",
}


class BenchmarkRefusal(Exception):
    """The benchmark may not or cannot go on; the message says what to do."""


@dataclass(frozen=True)
class Protocol:
    """Every choice of a benchmark. `code` and `data` are what it is measured with: another one is another protocol."""

    quick: bool
    seed: int
    steps: Mapping[str, Mapping[str, str]]
    targets: Mapping[str, Any]
    rules: Mapping[str, str]
    choices: Mapping[str, Any]
    data: str | None
    code: str

    @property
    def size(self) -> Size:
        return Size(self.quick, self.seed)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @property
    def test(self) -> str:
        """Hash of what is scored: the same accounts, whatever code is asked about them."""
        return hashlib.sha256(json.dumps([self.quick, self.seed, self.data]).encode()).hexdigest()[:16]


def fixed(steps: Sequence[Step], choices: Mapping[str, Any], quick: bool, seed: int | None = None) -> Protocol:
    """The protocol of a run of these steps. choices: what the steps have fixed besides their size, by step."""
    return Protocol(
        quick=quick,
        seed=(QUICK_SEED if quick else FULL_SEED) if seed is None else seed,
        steps={step.name: {"level": step.level, "says": step.says} for step in steps},
        targets={name: asdict(target) for name, target in TARGETS.items()},
        rules=RULES,
        choices=choices,
        data=public.digest(),
        code=code(),
    )


def code(root: Path = ROOT) -> str:
    """SHA-256 over what decides a result: every file of the packages that know, conclude and learn, other than caches."""
    total = hashlib.sha256()
    files = [file for package in CODE for file in (root / package).rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    for file in sorted(files):
        total.update(file.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return f"sha256:{total.hexdigest()}"


def written(protocol: Protocol, home: Path) -> Path:
    """The folder of this protocol's results, with protocol.json in it before anything else."""
    folder = home / "benchmarks" / protocol.hash
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "protocol.json").exists():
        with whole_file(folder / "protocol.json") as draft:
            draft.write_text(protocol.to_json(), "utf-8")
    return folder


def counted(protocol: Protocol, home: Path) -> str:
    """Log this protocol as one more look at its test accounts, once however often it goes on; says which look it is.

    A quick look is not scored. Raises BenchmarkRefusal when the test accounts have been scored with MOST_SCORED versions already.
    """
    file = home / "benchmarks" / "evaluations.json"
    with held(file.with_suffix(".lock")):
        log: dict[str, list[dict[str, str]]] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        mine = log.setdefault(protocol.test, [])
        known = [entry["protocol"] for entry in mine]
        if protocol.hash not in known:
            if not protocol.quick and len(mine) >= MOST_SCORED:
                raise BenchmarkRefusal(
                    f"the test accounts of seed {protocol.seed} have been scored {len(mine)} times (at most {MOST_SCORED}), each with "
                    "other code or choices: whoever looks on learns from them. Choose other accounts with --seed"
                )
            mine.append({"protocol": protocol.hash, "code": protocol.code, "at": datetime.now(UTC).isoformat(timespec="seconds")})
            known.append(protocol.hash)
            with whole_file(file) as draft:
                draft.write_text(json.dumps(log, indent=1) + "\n", "utf-8")
    number = known.index(protocol.hash) + 1
    if protocol.quick:
        return f"a quick look (number {number}), which is not scored"
    return f"scored evaluation {number} of at most {MOST_SCORED} of the test accounts of seed {protocol.seed}"
