"""A program with all its descendants, as one session of the operating system: started, and ended completely.

Dagster's own shutdown is polite and may leave processes (workers whose parent went first). A session
holds whatever was started in it, orphans too.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

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
        started = psutil.Process(self._process.pid).create_time()
        self._record.write_text(f"{self._process.pid} {started}", encoding="ascii")

    def stop(self) -> None:
        """Ask the program to end; a second time, end everything at once."""
        if self._stopping:
            _kill(_session(self._process.pid))
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
        _kill(_session(self._process.pid))
        self._process.wait(_KILLED_SECONDS)
        self._record.unlink(missing_ok=True)
        return 0 if self._stopping else abs(code)


def end_leftovers(record_in: Path) -> int:
    """End what a killed starter left running, by the record it left; the number of processes ended."""
    record = record_in / _RECORD
    try:
        pid, started = record.read_text(encoding="ascii").split()
        leftovers = _session(int(pid), float(started))
    except (FileNotFoundError, ValueError):
        return 0
    _kill(leftovers)
    record.unlink(missing_ok=True)
    return len(leftovers)


def _session(leader: int, started: float = 0.0) -> list[psutil.Process]:
    """The processes of a session. None when its number belongs to a younger process by now."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid == leader and started and abs(process.create_time() - started) > 1:
                return []
            if os.getsid(process.pid) == leader and process.create_time() >= started - 1:
                found.append(process)
        except (psutil.Error, ProcessLookupError, PermissionError):
            # It ended meanwhile, or is another user's.
            continue
    return found


def _kill(processes: list[psutil.Process]) -> None:
    """At once: a Dagster run that is killed is recognised and planned again, whatever it was doing."""
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=_KILLED_SECONDS)
