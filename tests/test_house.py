"""What must hold of the whole house: pins, licence, sizes, and who may import what."""

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("features", "models", "training", "serving", "commands")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
# Loading any of these runs whatever its author wrote.
RUNS_CODE_WHEN_LOADED = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
ONLY_IN = {"xgboost": "models/booster.py", "mlflow": "training/tracking/", "bentoml": "serving/service.py"}


def pins(lock: Path) -> list[tuple[Requirement, list[str]]]:
    """Each pinned requirement with its SHA-256 hashes."""
    lines = lock.read_text("utf-8").replace("\\\n", " ").splitlines()
    entries = (line.split("--hash=") for line in lines if line.strip() and not line.startswith("#"))
    return [(Requirement(entry[0].strip()), [part.strip() for part in entry[1:]]) for entry in entries]


def wanted() -> dict[str, list[Requirement]]:
    """Every range of pyproject.toml, by where it stands."""
    project = PROJECT["project"]
    groups = {"base": project["dependencies"], **project["optional-dependencies"], **PROJECT["dependency-groups"]}
    return {group: [Requirement(text) for text in texts] for group, texts in groups.items()}


def version(pin: Requirement) -> str:
    return str(pin.specifier).removeprefix("==")


def names(lock: str) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement, _ in pins(ROOT / "requirements" / lock)}


def sources(*folders: str) -> Iterator[Path]:
    """Every Python file of these folders, and the front door."""
    yield ROOT / "authenticity.py"
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names of everything that a file imports, inside functions too, by statement or by name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                found.add(node.args[0].value.split(".")[0])
    return found


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_is_exact_and_hashed(lock: Path) -> None:
    loose = [str(requirement) for requirement, _ in pins(lock) if not re.fullmatch(r"==[^*,]+", str(requirement.specifier))]
    unhashed = [str(requirement) for requirement, hashes in pins(lock) if not hashes]
    malformed = [text for _, hashes in pins(lock) for text in hashes if not re.fullmatch(r"sha256:[0-9a-f]{64}", text)]
    assert pins(lock), f"{lock.name} pins nothing: run make lock"
    assert (loose, unhashed, malformed) == ([], [], []), f"{lock.name}: expected name==version with SHA-256 hashes; run make lock"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_requirement_files_hold_no_address_or_path(lock: Path) -> None:
    text = lock.read_text("utf-8")
    told = [line for line in text.splitlines() if "://" in line or re.search(r"(^|\s)(-i|-f|-e|-r|-c|--(?!hash=))|\s@\s|(^|\s)[./~]", line)]
    assert not told, f"{lock.name} must leave the choice of index to whoever installs; take out {told[:3]}"


def test_the_three_requirement_files_are_there() -> None:
    assert [lock.name for lock in LOCKS] == ["full.txt", "serve.txt", "uv.txt"]


@pytest.mark.parametrize(
    ("lock", "groups"),
    [("full.txt", ("base", "serve", "train", "dev", "build")), ("serve.txt", ("base", "serve", "build")), ("uv.txt", ("lock",))],
)
def test_pins_answer_to_pyproject(lock: str, groups: tuple[str, ...]) -> None:
    ranges = wanted()
    locked = [requirement for requirement, _ in pins(ROOT / "requirements" / lock)]
    asked = [requirement for group in groups for requirement in ranges[group]]
    missing = [str(one) for one in asked if canonicalize_name(one.name) not in names(lock)]
    outside = [
        f"{pin} is outside {one}"
        for one in (requirement for group in ranges.values() for requirement in group)
        for pin in locked
        if canonicalize_name(pin.name) == canonicalize_name(one.name) and not one.specifier.contains(version(pin), prereleases=True)
    ]
    assert (missing, outside) == ([], []), f"requirements/{lock} does not answer to pyproject.toml: run make lock"


def test_both_environments_agree() -> None:
    """What was tested is what serves: the service's pins are the full ones, hash for hash."""
    full, serve = (
        {(canonicalize_name(pin.name), version(pin)): set(hashes) for pin, hashes in pins(ROOT / "requirements" / lock)}
        for lock in ("full.txt", "serve.txt")
    )
    differing = [pin for pin, hashes in serve.items() if full.get(pin) != hashes]
    assert not differing, f"serve.txt differs from full.txt in {differing}: run make lock"


def test_the_service_is_installed_without_training() -> None:
    assert not names("serve.txt") & {"matplotlib", "mlflow", "mlflow-skinny", "pandas", "polars", "pytest", "scikit-learn"}


def test_the_licence_is_the_whole_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert re.search(r"Apache License\s+Version 2\.0, January 2004", text)
    assert "END OF TERMS AND CONDITIONS" in text
    assert [f"{number}." in text for number in range(1, 10)] == [True] * 9
    assert PROJECT["project"]["license"] == "Apache-2.0"


@pytest.mark.parametrize("package", PACKAGES)
def test_files_stay_small(package: str) -> None:
    sizes = {relative(path): len(path.read_text("utf-8").splitlines()) for path in (ROOT / package).rglob("*.py")}
    assert sizes, f"{package}/ holds no Python file"
    assert not {name: size for name, size in sizes.items() if size > 300}, "no file above 300 lines: give each reason a file of its own"


def test_nothing_is_loaded_that_runs_code() -> None:
    found = {relative(path): bad for path in sources(*PACKAGES, "tests", "bench") if (bad := imported(path) & RUNS_CODE_WHEN_LOADED)}
    assert not found, "a bundle is plain files; expected no pickle or joblib"


@pytest.mark.parametrize(("library", "home"), ONLY_IN.items())
def test_a_library_has_one_home(library: str, home: str) -> None:
    """import-linter holds the packages to this; here the front door, which is a single file, is held to it too."""
    found = {relative(path) for path in sources(*PACKAGES) if library in imported(path)}
    assert found and not {name for name in found if not name.startswith(home)}


def test_nothing_imports_the_front_door() -> None:
    assert not [relative(path) for path in sources(*PACKAGES) if "authenticity" in imported(path)]


def test_import_contracts_hold() -> None:
    linter = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run([linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 kept, 0 broken" in done.stdout


def test_python_versions_are_told_once() -> None:
    """The Makefile looks for the Pythons that pyproject.toml allows."""
    assert PROJECT["project"]["requires-python"] == ">=3.11,<3.14"
    assert "(3, 11) <= sys.version_info[:2] <= (3, 13)" in (ROOT / "Makefile").read_text("utf-8")
    assert (3, 11) <= sys.version_info[:2] <= (3, 13)
