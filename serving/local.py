"""The real service on this machine for the length of a block: started, waited for, asked, ended."""

import json
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from serving.launch import LaunchError, command
from serving.settings import Settings


@contextmanager
def served(settings: Settings, patience: float = 180.0) -> Iterator[str]:
    """The real service on a free port of this machine, ended with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments, environment = command(settings, port)
    address, began = f"http://127.0.0.1:{port}", time.monotonic()
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(arguments, env=environment, stdout=log, stderr=log)
        try:
            while not _ready(address):
                if server.poll() is not None or time.monotonic() - began > patience:
                    log.seek(0)
                    raise LaunchError(f"the service did not get ready:\n{log.read().decode(errors='replace')[-2000:]}")
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()


def _ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def ask(address: str, document: dict[str, Any]) -> Any:
    """One account's verdict over HTTP."""
    body = json.dumps(document).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())
