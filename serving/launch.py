"""How the service is started: the command and the environment that `authenticity serve` turns into."""

import ipaddress
import os
import socket
import sys
from pathlib import Path

from serving.settings import Settings


class LaunchError(RuntimeError):
    """The service cannot be started; the message says why and what to do."""


def command(settings: Settings, port: int = 3000, host: str = "127.0.0.1") -> tuple[list[str], dict[str, str]]:
    """The arguments and the environment of the server's process.

    Raises LaunchError: an address that others can reach (there are no keys yet), a port in use, no champion to serve.
    """
    address = "127.0.0.1" if host == "localhost" else host
    _require_loopback(address)
    _require_free(address, port)
    if not (settings.home / "champion.json").is_file():
        raise LaunchError(f"no champion in {settings.home} yet: run `authenticity train experiments/default.toml` first.")
    # Started from where the code lies: BentoML looks for modules in its working folder first, and a user's may have a `models`, too.
    code = str(Path(__file__).parents[1])
    arguments = [sys.executable, "-m", "bentoml", "serve", "serving.service:Authenticity", "--working-dir", code]
    arguments += ["--host", address, "--port", str(port)]
    # Two services with one BENTOML_HOME wipe each other's counters, so each port has its own.
    bentoml_home = settings.home / "bentoml" / str(port)
    bentoml_home.mkdir(parents=True, exist_ok=True)
    environment = os.environ | settings.environment()
    environment |= {
        "BENTOML_HOME": str(bentoml_home),
        "BENTOML_DO_NOT_TRACK": "True",
        "OTEL_SDK_DISABLED": "true",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [code, os.environ.get("PYTHONPATH")])),
    }
    return arguments, environment


def _require_loopback(address: str) -> None:
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        raise LaunchError(f'"{address}" is no address. Use --host 127.0.0.1.') from None
    if not loopback:
        raise LaunchError(
            f"{address} can be reached by others, and this version has no API keys to keep them out. "
            "Bind 127.0.0.1 and put a proxy that checks who asks in front."
        )


def _require_free(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise LaunchError(f"port {port} on {address} cannot be used ({error.strerror}). Choose another with --port.") from None
