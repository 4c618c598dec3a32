"""Ctrl-C while Dagster runs in this process is heard, wherever the program is when it comes."""

from __future__ import annotations

import subprocess
import sys

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


def test_ctrl_c_in_a_callback_of_the_garbage_collector_is_not_lost() -> None:
    """It was printed, and the import went on to its end."""
    done = subprocess.run([sys.executable, "-c", _LOST], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("heard\n", "", 0)
