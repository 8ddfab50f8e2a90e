"""Run a benchmark and keep what it prints in its section of docs/results.md: python bench/results.py SECTION SCRIPT [OPTION …]."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from training.benchmark.page import machine, write  # noqa: E402

__all__ = ["machine", "write"]


def main() -> int:
    section, script, *options = sys.argv[1:]
    ran = subprocess.run([sys.executable, script, *options], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    print(ran.stdout)
    if ran.returncode == 0:
        # MLflow needs spaces that do not break; a file does not.
        write(section, ran.stdout.replace("\u00a0", ""))
    return ran.returncode


if __name__ == "__main__":
    raise SystemExit(main())
