"""How well the heads do on synthetic accounts whose follower records they never saw, by tier and by share."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from results import machine  # noqa: E402
from rich.console import Console  # noqa: E402

from training import report  # noqa: E402
from training.experiment import read  # noqa: E402
from training.pipeline import train  # noqa: E402
from training.stages import Bars  # noqa: E402


def main() -> int:
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--home", type=Path, default=ROOT / "var")
    asked = wish.parse_args()
    found = train(read(ROOT / "experiments" / "default.toml"), asked.home, stages=Bars(Console(stderr=True)))
    everybody = [each for each in found.measurements if each.slice == report.EVERYBODY]
    slices = [each for each in found.measurements if each.slice != report.EVERYBODY and each.model in ("xgboost", "logistic")]
    print(f"{report.markdown(everybody)}\n\n{report.markdown(slices)}\n\nMeasured on {machine()}; bundle {found.bundle.id[:19]}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
