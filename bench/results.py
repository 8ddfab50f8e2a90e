"""Run a benchmark and keep what it prints in its section of docs/results.md: python bench/results.py SECTION SCRIPT [OPTION …]."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "results.md"


def write(section: str, markdown: str) -> None:
    """Replace what stands between the marks of a section; raises ValueError when the file has no such marks."""
    text = FILE.read_text("utf-8")
    pattern = re.compile(rf"(<!-- {re.escape(section)} -->\n).*?(<!-- end of {re.escape(section)} -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{FILE.name} has no section {section}; add its two marks first")
    FILE.write_text(pattern.sub(lambda m: f"{m[1]}\n{markdown.strip()}\n\n{m[2]}", text), "utf-8")


def machine() -> str:
    """What the numbers were measured on, without naming the machine."""
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"


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
