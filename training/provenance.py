"""By which code and from which features a run was made, so that it can be made again."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from features.catalog import BY_NAME, NAMES

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 5


def code_version(root: Path = ROOT) -> str:
    """ "0.1.0 at 1a2b3c4d5e6f, changed since": the package's version, and the commit where the code lies in a git work tree of its own."""
    try:
        package = version("authenticity")
    except PackageNotFoundError:
        package = "not installed"
    commit = _git(root, "rev-parse", "--short=12", "HEAD")
    # Code that is installed below somebody else's project is not of that project's commit.
    top = _git(root, "rev-parse", "--show-toplevel")
    if not commit or not top or Path(top).resolve() != root.resolve():
        return package
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return f"{package} at {commit}" + (", changed since" if changed else "" if changed is not None else ", changed or not")


def features_hash() -> str:
    """The first 16 digits of the SHA-256 of what every feature is: name, unit, inputs and meaning, in order."""
    described = [[name, BY_NAME[name].unit.name, BY_NAME[name].inputs, BY_NAME[name].meaning] for name in NAMES]
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:16]


def _git(root: Path, *arguments: str) -> str | None:
    """What git says; None where there is no git, no repository, or no answer in time."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=PATIENCE_S, env=own, check=False
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
