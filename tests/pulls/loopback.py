"""A platform on loopback: answers like its API, with faults on demand, and keeps a log of what it was asked."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


def moment(text: str) -> datetime:
    """A time as the fixtures or the API write it."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Refusal(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, body: Any = None) -> None:
        self.status, self.body = status, body or {"detail": "refused"}


@dataclass
class Fault:
    """Something that goes wrong on paths that contain `path`: after `skip` good answers, `times` times."""

    path: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    cut_connection: bool = False
    truncate: bool = False
    without_length: bool = False
    page: str = ""
    skip: int = 0
    times: int = 1


@dataclass
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]


class Platform(ABC):
    """What a test's platform answers; subclasses know the API."""

    def __init__(self) -> None:
        self.log: list[Asked] = []
        self.faults: list[Fault] = []
        self.url = ""

    @abstractmethod
    def answer(self, asked: Asked, headers: Any) -> Any:
        """The JSON value of a 200 answer. Raises `Refusal`."""

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(path in asked.path for asked in self.log)

    def fault(self, asked: Asked) -> Fault | None:
        """The fault that strikes now."""
        for fault in self.faults:
            if fault.path in asked.path and fault.times > 0:
                if fault.skip > 0:
                    fault.skip -= 1
                else:
                    fault.times -= 1
                    return fault
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Tests print nothing."""

    def do_GET(self) -> None:
        """One request."""
        platform: Platform = self.server.platform  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        asked = Asked(self.command, parts.path, query, json.loads(content or b"{}"))
        platform.log.append(asked)
        fault = platform.fault(asked)
        if fault is not None and fault.cut_connection:
            self.close_connection = True
            return
        try:
            if fault is not None and fault.status:
                raise Refusal(fault.status)
            self._send(200, platform.answer(asked, self.headers), fault)
        except Refusal as refusal:
            self._send(refusal.status, refusal.body, fault)

    do_POST = do_GET

    def _send(self, status: int, value: Any, fault: Fault | None) -> None:
        page = fault.page if fault is not None else ""
        body = page.encode() or json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if page else "application/json")
        if fault is None or not fault.without_length:
            self.send_header("Content-Length", str(len(body)))
        for name, text in fault.headers if fault else ():
            self.send_header(name, text)
        self.end_headers()
        cut = fault is not None and (fault.truncate or fault.without_length)
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut


class _Server(ThreadingHTTPServer):
    daemon_threads = True


@contextmanager
def served(platform: Platform) -> Iterator[None]:
    """Serve a platform on a free port for a while."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.platform = platform  # type: ignore[attr-defined]
    platform.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
