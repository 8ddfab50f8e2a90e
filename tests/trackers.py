"""Real MLflow servers for tests, on this machine only."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 90


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def mlflow_server(folder: Path, backend: str, port: int | None = None) -> Iterator[str]:
    """`mlflow server` on `backend` (an address of a database), artifacts in `folder`; gives its address once it answers."""
    port = port or free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--artifacts-destination", str(folder / "artifacts"), "--host", "127.0.0.1"]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    environment = {**os.environ, **quiet, "MLFLOW_BACKEND_STORE_URI": backend}
    log = folder / "server.log"
    with log.open("w") as told:
        arguments = [*command, "--port", str(port), "--workers", "1"]
        server = subprocess.Popen(arguments, env=environment, cwd=folder, stdout=told, stderr=told, start_new_session=True)
    try:
        until = time.monotonic() + PATIENCE_S
        while not _healthy(port):
            assert server.poll() is None and time.monotonic() < until, log.read_text()[-2000:]
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, 9)
        server.wait(20)


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
