"""Ctrl-C goes to every process of a terminal: which of them hear it, and when."""

from __future__ import annotations

import signal
import subprocess
import sys

from oumi_assets.core.interrupts import interrupts_blocked
from oumi_assets.core.parallel import ordered_map


def blocked(_: int) -> set[int]:
    """The signals that this process does not hear."""
    return {int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, set())}


def test_a_process_that_is_started_deaf_goes_on_and_ends_when_it_is_told_to() -> None:
    """It ends with its work: a traceback of it would hide the one sentence of the command."""
    with interrupts_blocked():
        running = subprocess.Popen([sys.executable, "-c", "print('begun', flush=True); input(); print('done')"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
    assert running.stdout is not None
    assert running.stdout.readline() == "begun\n"
    running.send_signal(signal.SIGINT)
    assert running.communicate("\n", timeout=60)[0] == "done\n"
    assert signal.SIGINT not in blocked(0), "only the child is deaf"


def test_workers_hear_ctrl_c_once_they_work() -> None:
    """Whatever they do is to be stopped, too."""
    assert [signal.SIGINT in found for found in ordered_map(blocked, range(4), 2)] == [False] * 4
