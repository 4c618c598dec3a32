"""The peak of private memory (RssAnon) of a command and its workers, sampled from /proc."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import psutil

_EVERY_SECONDS = 0.02


def peak_of(command: list[str], environment: dict[str, str]) -> int:
    """Run a command; the most bytes of private memory that any one of its processes had at a time."""
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    found = [0]
    done = threading.Event()

    def sample() -> None:
        process = psutil.Process(running.pid)
        while not done.wait(_EVERY_SECONDS):
            try:
                pids = [running.pid, *(child.pid for child in process.children(recursive=True))]
            except psutil.NoSuchProcess:
                return
            found[0] = max(found[0], *map(_private_bytes, pids))

    sampler = threading.Thread(target=sample)
    sampler.start()
    code = running.wait()
    done.set()
    sampler.join()
    if code:
        raise SystemExit(f"the measured command failed with exit code {code}")
    return found[0]


def _private_bytes(pid: int) -> int:
    """RssAnon of a process; nothing for one that just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    for line in status.splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0
