"""Compiled loops are kept between runs, and never used after a source has changed."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from features import compiled

INNER = "from features.compiled import kernel\n\n@kernel\ndef inner(x):\n    return x + {step}\n"
OUTER = "from features.compiled import kernel\nfrom features.inner import inner\n\n@kernel\ndef outer(x):\n    return inner(x) * 2\n"
ASK = "from features.outer import outer\nprint(outer(1), sum(outer.stats.cache_hits.values()))"


def ask(folder: Path) -> list[int]:
    """What the loop answers in a process of its own, and how many loops came ready-made from disk."""
    environment = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "PYTHONPATH")}
    ran = subprocess.run([sys.executable, "-c", ASK], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return [int(word) for word in ran.stdout.split()]


def test_a_loop_is_compiled_again_when_one_that_it_calls_has_changed(tmp_path: Path) -> None:
    package = tmp_path / "features"
    package.mkdir()
    shutil.copy(compiled.__file__, package)
    (package / "__init__.py").touch()
    (package / "outer.py").write_text(OUTER)
    (package / "inner.py").write_text(INNER.format(step=1))
    assert ask(tmp_path) == [4, 0]
    assert ask(tmp_path) == [4, 1]
    (package / "inner.py").write_text(INNER.format(step=5))
    assert ask(tmp_path) == [12, 0]
    kept = sorted((package / "__pycache__").glob("kernels-*"))
    assert len(kept) == 2
    for folder in kept:
        os.utime(folder, (time.time() - 10**6,) * 2)
    assert ask(tmp_path) == [12, 1]
    assert len(list((package / "__pycache__").glob("kernels-*"))) == 1
