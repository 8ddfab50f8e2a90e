"""Servers that fail in the ways in which networks and servers fail, on this machine only."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

REFUSED, HANGS, BROKEN, SLOW, BLACK_HOLE = "refuses", "never answers", "answers 500", "answers after 3 s", "swallows connections"
FAULTS = (REFUSED, HANGS, BROKEN, SLOW, BLACK_HOLE)
SLOW_S = 3.0
_ALWAYS = 1 << 62
_ERROR = b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops"
_EMPTY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@contextmanager
def failing(fault: str) -> Iterator[str]:
    """A server with this fault for the block; gives host and port."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{server.getsockname()[1]}"
        if fault == REFUSED:
            yield place
            return
        server.listen(0 if fault == BLACK_HOLE else 64)
        if fault == BLACK_HOLE:
            # Once its queue is full, Linux drops further attempts to connect: that is what an unreachable address looks like.
            with _queue_full(server.getsockname()):
                yield place
            return
        threading.Thread(target=_answer, args=(server, fault), daemon=True).start()
        yield place


@contextmanager
def _queue_full(address: tuple[str, int]) -> Iterator[None]:
    waiting = []
    for _ in range(4):
        client = socket.socket()
        client.setblocking(False)
        with suppress(BlockingIOError):
            client.connect(address)
        waiting.append(client)
    try:
        yield
    finally:
        for client in waiting:
            client.close()


def _answer(server: socket.socket, fault: str) -> None:
    kept = []
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        kept.append(client)
        if fault == HANGS:
            continue
        threading.Thread(target=_reply, args=(client, fault), daemon=True).start()


def _reply(client: socket.socket, fault: str) -> None:
    with suppress(OSError), client:
        client.recv(65_536)
        if fault == SLOW:
            time.sleep(SLOW_S)
        client.sendall(_ERROR if fault == BROKEN else _EMPTY)


class Line:
    """A line to a real server that can be cut at any request, and mended."""

    def __init__(self, port: int) -> None:
        self.target, self.left = port, _ALWAYS
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.server.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, requests: int) -> None:
        """Let so many more requests through, and none after them."""
        self.left = requests

    def mend(self) -> None:
        self.left = _ALWAYS

    def _accept(self) -> None:
        while True:
            client, _ = self.server.accept()
            there = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self._carry, args=(client, there, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(there, client, False), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, asks: bool) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                self.left -= data.count(b" HTTP/1.1\r\n") if asks else 0
                if self.left < 0:
                    break
                other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
