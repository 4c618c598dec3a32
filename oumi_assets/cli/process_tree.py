"""A program with all its descendants, as one session of the operating system: started, and ended completely.

Dagster's own shutdown is polite and may leave processes (workers whose parent went first). A session
holds whatever was started in it, orphans too.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from oumi_assets.core.processes import process_tag, started

POLITE_SECONDS = 8.0
_KILLED_SECONDS = 5.0
LOOK_SECONDS = 5.0
MISSED_LOOKS = 4
"""Reloading code in the UI takes some seconds, in which the process is another one."""
_RECORD = "dev.session"


class ProcessTree:
    """One started program and everything below it; its session is recorded in a folder while it runs."""

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        cwd: Path,
        record_in: Path,
        vital: Sequence[str] = (),
    ) -> None:
        """Start the program. Raises `OSError`, with nothing left running, when it cannot be started or not be recorded.

        `vital`: words of the command of a process below it, without which, once it was there, all of it is ended.
        """
        self.vital_ended = False
        self._vital = _Vital(vital)
        self._stopping = self._given_up = False
        self._record = record_in / _RECORD
        self._process = subprocess.Popen(command, env=environ, cwd=cwd, start_new_session=True)
        try:
            self._record.write_text(process_tag(self._process.pid), encoding="ascii")
        except BaseException:
            # Without its record no later start would find it.
            _kill(list(_session(self._process.pid)))
            raise

    def stop(self) -> None:
        """Ask the program to end; a second time, end everything at once."""
        if self._stopping:
            _kill(list(_session(self._process.pid)))
        elif self._process.poll() is None:
            self._stopping = True
            self._process.send_signal(signal.SIGINT)

    def give_up(self) -> None:
        """End the program as one that failed."""
        self._given_up = True

    def listens_on(self, port: int) -> bool:
        """Whether one of its processes does. A system that does not tell is believed to mean yes."""
        return any(_listens(process, port) for process in _session(self._process.pid))

    def wait(self) -> int:
        """Once nothing of it is left: 0 when it was asked to end, else 1."""
        while not self._is_over():
            try:
                self._process.wait(1.0)
            except subprocess.TimeoutExpired:
                self.vital_ended = self._vital.is_gone(self._process.pid)
        if self.vital_ended or self._given_up:
            self._process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(POLITE_SECONDS)
        _kill(list(_session(self._process.pid)))
        self._process.wait(_KILLED_SECONDS)
        self._record.unlink(missing_ok=True)
        # Not its own code: ended by a signal, it has that one's number, and 2 would mean wrong usage.
        return 0 if self._stopping else 1

    def _is_over(self) -> bool:
        return self._stopping or self.vital_ended or self._given_up or self._process.poll() is not None


class _Vital:
    """A process of a session that is looked for now and then; a new one may take its place meanwhile."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = set(words)
        self._was_there = False
        self._missing = 0
        self._next_look = 0.0

    def is_gone(self, leader: int) -> bool:
        """Whether it was there, and was not at the last few looks."""
        if not self._words or time.monotonic() < self._next_look:
            return False
        self._next_look = time.monotonic() + LOOK_SECONDS
        if any(self._words <= set(_words_of(process)) for process in _session(leader)):
            self._was_there, self._missing = True, 0
        else:
            self._missing += self._was_there
        return self._missing >= MISSED_LOOKS


def _listens(process: psutil.Process, port: int) -> bool:
    try:
        connections = process.net_connections("tcp")
    except psutil.AccessDenied:
        return True
    except psutil.Error:
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in connections)


def _words_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


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
