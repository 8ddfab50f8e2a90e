"""Where measured tables are kept: docs/results.md, each in a section of its own that its benchmark rewrites."""

import platform
import re
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "docs" / "results.md"


def write(section: str, markdown: str, file: Path = FILE) -> None:
    """Replace what stands between the marks of a section; raises ValueError when the file has no such marks."""
    text = file.read_text("utf-8")
    pattern = re.compile(rf"(<!-- {re.escape(section)} -->\n).*?(<!-- end of {re.escape(section)} -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{file.name} has no section {section}; add its two marks first")
    file.write_text(pattern.sub(lambda m: f"{m[1]}\n{markdown.strip()}\n\n{m[2]}", text), "utf-8")


def machine() -> str:
    """What the numbers were measured on, without naming the machine."""
    import os

    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
