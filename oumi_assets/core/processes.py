"""Which process is meant: by its id and its start, because ids are used again."""

from __future__ import annotations

import os
import time
from pathlib import Path
from threading import Thread

import psutil

_LOOK_SECONDS = 1.0


def process_tag(pid: int) -> str:
    """A process as `<pid>-<start>`. Raises `psutil.Error`."""
    return f"{pid}-{started(pid)}"


def started(pid: int) -> int:
    """When a process started: in clock ticks since the machine did, or in seconds of its clock where there is no /proc.

    A clock that is set, as after a pause of a virtual machine, moves every start in seconds: all would look dead.
    Raises `psutil.Error`.
    """
    try:
        stat_line = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return int(psutil.Process(pid).create_time())
    # The second field is the program's name in parentheses, which may hold anything; the start is the 22nd.
    return int(stat_line.rpartition(b")")[2].split()[19])


def end_with(parent: int) -> None:
    """End this process when its parent has ended: who waits for work on a pipe never hears that nobody is left."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def is_alive(tag: str) -> bool:
    """Whether the process of a `process_tag` still runs; one that ended but was not collected yet does not."""
    pid, _, _ = tag.partition("-")
    try:
        return tag == process_tag(int(pid)) and psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE
    except (ValueError, psutil.Error):
        return False
