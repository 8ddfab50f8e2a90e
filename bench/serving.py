"""What the service costs beside bare servers on the same bundle: `python bench/serving.py --home var`, one run, two minutes at most.

Everything runs on this machine at once, client included, so compare the lines of one run with each other, not runs.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import orjson
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from features.catalog import build  # noqa: E402
from features.snapshot import parse  # noqa: E402
from features.table import AccountTable  # noqa: E402
from models.bundle import Bundle, load_champion  # noqa: E402
from models.verdict import judge  # noqa: E402
from serving.http import application  # noqa: E402
from serving.judge import Judge  # noqa: E402
from serving.launch import command  # noqa: E402
from serving.settings import Settings  # noqa: E402

JSON = {"content-type": "application/json"}
ROUNDS = 12


def bare() -> FastAPI:
    """The least that answers: no limits, no ids, no counters, and the work inside the loop."""
    app, bundle = FastAPI(), load_champion(Settings.load().home)

    @app.post("/v1/judge")
    async def judge_account(request: Request) -> JSONResponse:
        return JSONResponse(judge(bundle, [parse(await request.body())])[0])

    @app.post("/v1/judge/batch")
    async def judge_batch(request: Request) -> JSONResponse:
        accounts = (await request.json())["accounts"]
        return JSONResponse({"verdicts": judge(bundle, [parse(account) for account in accounts])})

    return app


def ours() -> FastAPI:
    """Our application on uvicorn alone: what is left when BentoML is taken away."""
    settings = Settings.load()
    app = application(settings)
    app.state.judge = Judge.load(settings)
    return app


@contextmanager
def running(arguments: list[str], environment: dict[str, str], port: int) -> Iterator[httpx.Client]:
    """A server until the block ends, with a client that has seen it alive."""
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(arguments, env=environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60.0) as client,
    ):
        try:
            for _ in range(600):
                try:
                    client.get("/livez")
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield client
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def uvicorn(factory: str, settings: Settings, port: int) -> tuple[list[str], dict[str, str]]:
    # By path, because this file has the name of a package.
    script = f"import runpy, uvicorn; uvicorn.run(runpy.run_path({__file__!r})[{factory!r}](), port={port}, log_level='error')"
    return [sys.executable, "-c", script], os.environ | settings.environment() | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


def milliseconds(work: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def post(client: httpx.Client, path: str, body: bytes) -> None:
    client.post(path, content=body, headers=JSON).raise_for_status()


def in_process(bundle: Bundle, document: bytes) -> dict[str, Callable[[], object]]:
    """The same account without any server, and the trees alone: the floor that no server can go below."""
    head = next(iter(bundle.heads.values()))
    row = build(AccountTable.from_snapshots([parse(document)]), bundle.reference).only(head.trees.names)
    return {"judge, no server": lambda: judge(bundle, [parse(document)]), "trees of one head": lambda: head.trees.margins(row)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, default=Path("var"))
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = arguments.parse_args()
    settings = Settings(home=chosen.home)
    bundle = load_champion(settings.home)
    one = orjson.dumps(bundle.golden[0]["document"])
    hundred = b'{"accounts":[' + b",".join([one] * 100) + b"]}"

    ports = [free_port() for _ in range(4)]
    forgetful = replace(settings, remember_days=0)
    with ExitStack() as stack:
        servers = {
            "BentoML, our application": running(*command(settings, ports[0]), ports[0]),
            "… remembering nothing": running(*command(forgetful, ports[3]), ports[3]),
            "uvicorn, our application": running(*uvicorn("ours", settings, ports[1]), ports[1]),
            "uvicorn, bare FastAPI": running(*uvicorn("bare", settings, ports[2]), ports[2]),
        }
        clients = {name: stack.enter_context(server) for name, server in servers.items()}
        work = {name: lambda client=client: post(client, "/v1/judge", one) for name, client in clients.items()}
        work |= in_process(bundle, one)
        batches = {name: lambda client=client: post(client, "/v1/judge/batch", hundred) for name, client in clients.items()}
        single: dict[str, list[float]] = {name: [] for name in work}
        batch: dict[str, list[float]] = {name: [] for name in batches}
        # In turns, so that whatever else this machine does meets all of them alike; the first turn only warms up.
        for turn in range(chosen.rounds + 1):
            for name, ask in work.items():
                single[name] += milliseconds(ask, 25) if turn else milliseconds(ask, 5)[:0]
            for name, ask in batches.items():
                batch[name] += milliseconds(ask, 1)[: 1 if turn else 0]
    print(f"One account of {len(one):,} bytes with reasons, one client, milliseconds:\n")
    show(single)
    print("\nA batch of 100 such accounts, milliseconds:\n")
    show(batch)


def show(taken: dict[str, list[float]]) -> None:
    bare_p50 = np.median(taken["uvicorn, bare FastAPI"])
    print("| | p50 | p99 | beside bare FastAPI |\n|---|--:|--:|--:|")
    for name, times in taken.items():
        print(f"| {name} | {np.median(times):.2f} | {np.percentile(times, 99):.2f} | {np.median(times) / bare_p50:.2f}× |")


if __name__ == "__main__":
    main()
