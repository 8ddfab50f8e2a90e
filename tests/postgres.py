"""A real PostgreSQL for the session, on this machine only, with a password that nothing may print."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

USER, PASSWORD = "recorder", "s3cret-of-the-tests"
PATIENCE_S = 60


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Makes empty databases: each call gives the address of a new one, `postgresql://user:password@127.0.0.1:port/name`.

    Tests that need it are skipped where there is no PostgreSQL, or where its server may not be started.
    """
    if not all(map(shutil.which, ("initdb", "postgres"))):
        pytest.skip("needs a PostgreSQL server: initdb and postgres are not on PATH")
    folder = Path(tempfile.mkdtemp(prefix="authenticity-postgres-"))
    try:
        whose = owner(folder)
        initialised(folder, whose)
        with running(folder, whose) as port:
            yield lambda: database(port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def initialised(folder: Path, whose: dict[str, Any]) -> None:
    password = folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o644)
    command = ["initdb", "-D", folder / "data", "-U", USER, f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8"]
    made = subprocess.run([*command, "--locale=C", "--no-sync"], cwd="/", capture_output=True, text=True, timeout=PATIENCE_S, **whose)
    if made.returncode:
        pytest.skip(f"needs a PostgreSQL server: initdb failed: {made.stderr[-300:]}")


@contextmanager
def running(folder: Path, whose: dict[str, Any]) -> Iterator[int]:
    """The server of `folder`; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    fast = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]
    here = ["listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={port}"]
    command = ["postgres", "-D", folder / "data", *(part for option in fast + here for part in ("-c", option))]
    log = folder / "log"
    with log.open("w") as told:
        server = subprocess.Popen(command, cwd="/", stdout=told, stderr=told, **whose)
    try:
        until = time.monotonic() + PATIENCE_S
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > until:
                pytest.skip(f"needs a PostgreSQL server: it does not start: {log.read_text()[-300:]}")
            time.sleep(0.1)
        yield port
    finally:
        # "Immediate" shutdown: nothing in it is needed any more.
        server.send_signal(signal.SIGQUIT)
        server.wait(PATIENCE_S)


def owner(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so there it runs as somebody who may do nothing else."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = next(name for name in ("postgres", "nobody") if name in names)
    shutil.chown(folder, user)
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _answers(port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD, dbname="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def database(port: int) -> str:
    import psycopg

    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD, dbname="postgres", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/{name}"
