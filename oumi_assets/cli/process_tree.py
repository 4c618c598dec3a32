"""A program with all its descendants, as one session of the operating system: started, and ended completely.

Dagster's own shutdown is polite and may leave processes (workers whose parent went first). A session
holds whatever was started in it, orphans too.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from oumi_assets.core.processes import process_tag, started

POLITE_SECONDS = 8.0
_KILLED_SECONDS = 5.0
_RECORD = "dev.session"


class ProcessTree:
    """One started program and everything below it; its session is recorded in a folder while it runs."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], cwd: Path, record_in: Path, output: int | None = None
    ) -> None:
        self._stopping = False
        self._record = record_in / _RECORD
        self._process = subprocess.Popen(command, env=environ, cwd=cwd, start_new_session=True, stdout=output, stderr=output)
        self._record.write_text(process_tag(self._process.pid), encoding="ascii")

    def stop(self) -> None:
        """Ask the program to end; a second time, end everything at once."""
        if self._stopping:
            _kill(list(_session(self._process.pid)))
        elif self._process.poll() is None:
            self._stopping = True
            self._process.send_signal(signal.SIGINT)

    def wait(self) -> int:
        """Its exit code, once nothing of it is left: 0 when it was asked to end."""
        while not self._stopping and self._process.poll() is None:
            try:
                self._process.wait(1.0)
            except subprocess.TimeoutExpired:
                continue
        try:
            code = self._process.wait(POLITE_SECONDS)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        _kill(list(_session(self._process.pid)))
        self._process.wait(_KILLED_SECONDS)
        self._record.unlink(missing_ok=True)
        return 0 if self._stopping else abs(code)


def end_leftovers(record_in: Path) -> int:
    """End what a killed starter left running, by the record it left; the number of processes ended."""
    record = record_in / _RECORD
    try:
        leftovers = _leftovers(record.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return 0
    _kill(leftovers)
    record.unlink(missing_ok=True)
    return len(leftovers)


def _leftovers(tag: str) -> list[psutil.Process]:
    """The processes of a session that a process of that tag led. Raises `ValueError` when it is none."""
    leader, start = map(int, tag.split("-"))
    began = _start(leader)
    if began is not None and began != start:
        # The number belongs to a younger process by now, and its session to that one.
        return []
    return [process for process in _session(leader) if (_start(process.pid) or 0) >= start]


def _start(pid: int) -> int | None:
    """When a process started, as its tag says; None when it ended meanwhile."""
    try:
        return started(pid)
    except psutil.Error:
        return None


def _session(leader: int) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == leader:
                yield process
        except (ProcessLookupError, PermissionError):
            # It ended meanwhile, or is another user's.
            continue


def _kill(processes: list[psutil.Process]) -> None:
    """At once: a Dagster run that is killed is recognised and planned again, whatever it was doing."""
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=_KILLED_SECONDS)
