"""A real `oumi-assets dev` on a free port with folders of its own, and its process tree to kill parts of."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from oumi_assets.settings import PROJECT_ROOT

PATIENCE = 120.0


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(look: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """The first true value of `look`; fails when it takes too long."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.3)
    raise AssertionError(f"not within {patience:g} seconds: {look}")


def answers(url: str) -> bool:
    """Whether a server is there and has nothing to complain of."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


class RealPlatform:
    """One running `oumi-assets dev`."""

    def __init__(self, port: int | None = None, cwd: Path = PROJECT_ROOT, **variables: str) -> None:
        self.port = port or free_port()
        self.log = Path(os.environ["DAGSTER_HOME"]).parent / f"dev-{self.port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "oumi_assets", "dev", "--port", str(self.port)],
                env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT), **variables},
                cwd=cwd,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def ready(self) -> RealPlatform:
        """Waits for the UI."""
        until(self._answers)
        return self

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        try:
            return bool(self.query("{ version }"))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def query(self, text: str, **variables: Any) -> Any:
        """What the UI's own GraphQL answers."""
        body = json.dumps({"query": text, "variables": variables}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["data"]

    def tree(self) -> list[psutil.Process]:
        """Every process below the command, itself included."""
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def real_platform(cwd: Path = PROJECT_ROOT, **variables: str) -> Iterator[RealPlatform]:
    """Started, ready, and completely gone afterwards whatever the test did."""
    platform = RealPlatform(cwd=cwd, **variables)
    tree: list[psutil.Process] = []
    try:
        platform.ready()
        tree = platform.tree()
        yield platform
    finally:
        if platform.process.poll() is None:
            tree = platform.tree()
            platform.stop()
        kill(tree)


def kill(tree: list[psutil.Process]) -> None:
    """All of these at once, as a machine that stops."""
    for process in tree:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(tree, timeout=20)
