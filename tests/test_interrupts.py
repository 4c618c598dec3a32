"""Ctrl-C goes to every process of a terminal: which of them hear it, and that the command itself always does."""

from __future__ import annotations

import signal
import subprocess
import sys

from oumi_assets.core.interrupts import deaf_children
from oumi_assets.core.parallel import ordered_map

_LOST = """
import signal, time, weakref
from oumi_assets.orchestration.interrupts import no_interrupt_lost

class Thing: pass

def stop(reference): raise KeyboardInterrupt

with no_interrupt_lost():
    thing = Thing()
    reference = weakref.ref(thing, stop)
    try:
        del thing
        time.sleep(60)
    except KeyboardInterrupt:
        print("heard")
"""


def blocked(_: int) -> set[int]:
    """The signals that this process does not hear."""
    return {int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, set())}


def test_a_process_that_is_started_deaf_goes_on_and_ends_when_it_is_told_to() -> None:
    """It ends with its work: a traceback of it would hide the one sentence of the command."""
    with deaf_children():
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


def test_ctrl_c_in_a_callback_of_the_garbage_collector_is_not_lost() -> None:
    """It was printed, and the import went on to its end."""
    done = subprocess.run([sys.executable, "-c", _LOST], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("heard\n", "", 0)
