"""How the tests start the service and what they ask it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from serving.launch import command
from serving.settings import Settings

START_SECONDS = 90.0


@dataclass(frozen=True)
class Service:
    """A running service: where it listens, its supervisor's process, what it printed."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def serving(settings: Settings, folder: Path) -> Iterator[Service]:
    """The service as `authenticity serve` starts it, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments, environment = command(settings, port)
    log = folder / "service.log"
    with log.open("wb") as printed:
        process = subprocess.Popen(arguments, env=environment, cwd=folder, stdout=printed, stderr=subprocess.STDOUT, start_new_session=True)
    service = Service(f"http://127.0.0.1:{port}", process, log)
    try:
        _await_alive(service)
        yield service
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await_alive(service: Service) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if service.process.poll() is not None:
            break
        try:
            if httpx.get(service.url + "/livez", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the service did not start:\n{service.log.read_text('utf-8', 'replace')}")


def make_account(account_id: str, followers: int = 48_210) -> dict[str, Any]:
    """A plain account with 12 posts, 12 comments, 40 sampled followers and 30 days of history."""
    posts = [
        {
            "post_id": f"p{i}",
            "posted_at": f"2026-10-{i + 1:02d}T17:30:00Z",
            "likes": 500 + 7 * i,
            "comments": 9 + i,
            "caption": "Abendrunde #alps",
        }
        for i in range(12)
    ]
    comments = [
        {
            "post_id": f"p{i}",
            "comment_id": f"c{i}",
            "author_id": f"u{i % 5}",
            "commented_at": f"2026-10-{i + 2:02d}T08:00:00Z",
            "text": "Wo ist das? 😍",
        }
        for i in range(12)
    ]
    sample = [
        {"follower_id": f"f{i}", "rank": i, "followers": 100 + i, "following": 300 + 5 * i, "post_count": i, "has_picture": i % 4 != 0}
        for i in range(40)
    ]
    history = [{"date": f"2026-10-{i + 1:02d}", "followers": followers * (70 + i) // 100} for i in range(30)]
    return {
        "account_id": account_id,
        "platform": "instagram",
        "observed_at": "2026-11-01T00:00:00Z",
        "followers": followers,
        "following": 312,
        "post_count": 420,
        "posts": posts,
        "comments": comments,
        "follower_sample": sample,
        "history": history,
        "sample_method": "random",
    }


def assert_problem(answer: httpx.Response, status: int, anchor: str, pointers: list[str] | None = None) -> dict[str, Any]:
    """The answer is a problem document of exactly the promised shape; returns it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert list(body) == ["type", "title", "status", "detail", "instance", "request_id", "errors"]
    assert body["type"] == f"/docs#{anchor}"
    assert body["status"] == status
    assert body["instance"] == answer.request.url.path
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["title"]
    assert body["detail"]
    assert all(list(error) == ["pointer", "detail"] and error["detail"] for error in body["errors"])
    if pointers is not None:
        assert sorted(error["pointer"] for error in body["errors"]) == sorted(pointers)
    return body
