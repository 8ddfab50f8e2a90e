"""How the service starts, and what it does with a champion that cannot be trusted."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from serving.launch import LaunchError, command
from serving.settings import Settings
from tests.serving.asking import make_account, serving

# What a machine that only serves need not have; the service's process must not load it either.
NOT_FOR_SERVING = ("mlflow", "sklearn", "pandas", "matplotlib", "training")


def test_a_tampered_champion_is_never_served(champion_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(champion_home, home, ignore=shutil.ignore_patterns("bentoml", "mlruns", "*.db*"))
    largest = max((home / "bundles").rglob("*.ubj"), key=lambda file: file.stat().st_size)
    broken = bytearray(largest.read_bytes())
    broken[len(broken) // 2] ^= 1
    largest.write_bytes(broken)
    with serving(Settings(home=home), tmp_path) as service:
        assert httpx.get(service.url + "/livez").status_code == 200
        for _ in range(3):
            answer = httpx.get(service.url + "/readyz")
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["retry-after"]) > 0
        assert httpx.post(service.url + "/v1/judge", json=make_account("a")).status_code == 503
    printed = service.log.read_text("utf-8", "replace")
    assert printed.count("no model is served") == 1
    assert "Traceback" not in printed


def test_the_service_needs_nothing_of_training() -> None:
    script = f"""
import sys
for name in {NOT_FOR_SERVING!r}:
    sys.modules[name] = None  # makes every import of it fail
import serving.service, serving.judge, serving.batch, serving.envelope, serving.launch
import serving.store, serving.memory, serving.labels, serving.queue, serving.candidates
from serving.openapi import as_json
as_json(serving.service.APP)
assert not any(name in sys.modules and sys.modules[name] for name in {NOT_FOR_SERVING!r})
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)


def test_the_supervisor_loads_no_model_code() -> None:
    script = "import sys, serving.service; print([n for n in ('numba', 'xgboost', 'pyarrow', 'features.catalog') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], check=True, timeout=120, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_command_binds_loopback_and_keeps_everything_at_home(champion_home: Path) -> None:
    arguments, environment = command(Settings(home=champion_home), _free_port())
    assert arguments[arguments.index("--host") + 1] == "127.0.0.1"
    assert environment["AUTHENTICITY_HOME"] == str(champion_home.absolute())
    assert Path(environment["BENTOML_HOME"]).is_relative_to(champion_home)
    assert environment["BENTOML_DO_NOT_TRACK"] == "True"
    assert environment["OTEL_SDK_DISABLED"] == "true"


def test_a_folder_with_modules_of_the_same_name_does_not_confuse_it(champion_home: Path, tmp_path: Path) -> None:
    for name in ("models", "serving", "features"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('the wrong module')")
    settings = Settings.load({"AUTHENTICITY_HOME": str(champion_home), "AUTHENTICITY_BASE_RATE_BOUGHT_FOLLOWERS": "0.5"})
    with serving(settings, tmp_path) as service:
        head = httpx.post(service.url + "/v1/judge", json=make_account("a"), timeout=30).json()["heads"]["bought_followers"]
    # The same process also shows that a deployment's own base rate arrives.
    assert head["base_rate"] == 0.5
    assert service.process.wait(15) in (0, -15)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "2001:db8::1"])
def test_an_address_that_others_reach_is_refused_without_keys(champion_home: Path, host: str) -> None:
    with pytest.raises(LaunchError, match="no API keys"):
        command(Settings(home=champion_home), _free_port(), host)


def test_a_host_that_is_no_address_is_refused(champion_home: Path) -> None:
    with pytest.raises(LaunchError, match="is no address"):
        command(Settings(home=champion_home), _free_port(), "everywhere")


def test_without_a_champion_the_command_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match="authenticity train"):
        command(Settings(home=tmp_path), _free_port())


def test_a_port_in_use_is_told_before_anything_starts(champion_home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(LaunchError, match="Choose another"):
            command(Settings(home=champion_home), other.getsockname()[1])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
