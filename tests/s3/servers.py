"""Servers on loopback: a real moto server, a proxy that breaks connections, and one that refuses uploads as S3 does."""

from __future__ import annotations

import http.client
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from moto.server import ThreadedMotoServer

SECRET = "a-secret-nobody-may-read"
EXPIRED = """<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>AccessDenied</Code><Message>Request has expired</Message>
<X-Amz-Expires>60</X-Amz-Expires><Expires>2026-01-01T00:01:00Z</Expires></Error>"""
EXPIRED_TOKEN = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"


@contextmanager
def moto_server() -> Iterator[str]:
    """The endpoint of a moto server on a free port."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[str]:
    """The endpoint of a server that runs in a thread of its own."""
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


class Seen(NamedTuple):
    """One request: method, path (unquoted, without query), Range and If-Match."""

    method: str
    path: str
    range: str | None
    if_match: str | None


class CuttingProxy(ThreadingHTTPServer):
    """Forwards to an S3 server; each entry of `cuts` breaks one object download after so many bytes of its body."""

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Forwarder)
        self.upstream = urlsplit(upstream).netloc
        self.seen: list[Seen] = []
        self.cuts: list[int] = []
        self.ignores_ranges = False
        self.before: Callable[[Seen], None] = lambda request: None

    def downloads(self, ending: str) -> list[Seen]:
        """Requests for the bytes of objects whose key ends so."""
        return [request for request in self.seen if request.method == "GET" and request.path.endswith(ending)]


class _Forwarder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: CuttingProxy

    def _forward(self) -> None:
        seen = Seen(self.command, unquote(urlsplit(self.path).path), self.headers["Range"], self.headers["If-Match"])
        self.server.seen.append(seen)
        self.server.before(seen)
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=60)
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() != "expect" and not (self.server.ignores_ranges and name.lower() == "range"):
                upstream.putheader(name, value)
        upstream.endheaders(body)
        answer = upstream.getresponse()
        content = answer.read()
        self._answer(answer, content, seen)
        upstream.close()

    def _answer(self, answer: http.client.HTTPResponse, content: bytes, seen: Seen) -> None:
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection", "date", "server"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        is_object = seen.method == "GET" and seen.path.count("/") > 1 and answer.status < 300
        if is_object and self.server.cuts:
            self.wfile.write(content[: self.server.cuts.pop(0)])
            self.close_connection = True
        elif self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _forward

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the tests' screen."""


class RefusingServer(ThreadingHTTPServer):
    """Answers every request with an error after reading so many bytes of its body, then hangs up."""

    def __init__(self, text: str, *, status: int = 403, after: int = 0, refusals: int | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Refuser)
        self.text = text
        self.status = status
        self.after = after
        self.refusals = refusals
        self.received: list[bytes] = []


class _Refuser(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RefusingServer

    def _refuse(self) -> None:
        server, length = self.server, int(self.headers["Content-Length"] or 0)
        if server.refusals is not None and len(server.received) >= server.refusals:
            server.received.append(self.rfile.read(length))
            self._answer(200, "")
            return
        server.received.append(self.rfile.read(min(length, server.after)))
        self.close_connection = True
        if server.status:
            self._answer(server.status, server.text)

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    do_GET = do_PUT = do_HEAD = do_POST = _refuse

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the tests' screen."""
