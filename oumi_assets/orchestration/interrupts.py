"""Ctrl-C while Dagster runs in this process: it is heard wherever it arrives, and one sentence says so.

The processes that Dagster starts for a run's output end with the run. Of Ctrl-C they would print a traceback each.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from threading import Timer
from typing import TYPE_CHECKING

import dagster as dg

from oumi_assets.core.interrupts import interrupts_blocked

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_SOON_SECONDS = 0.05
Capture = Callable[[Sequence[str]], AbstractContextManager[object]]


def spare_log_processes(instance: dg.DagsterInstance) -> None:
    """What captures a run's output on this instance starts its processes deaf to Ctrl-C; the output is captured as ever."""
    manager = instance.compute_log_manager
    # Set on this one object: a class of ours would have to stand in the settings of every Dagster home.
    setattr(manager, "capture_logs", _started_deaf(manager.capture_logs))  # noqa: B010


@contextmanager
def no_interrupt_lost() -> Iterator[None]:
    """Dagster raises Ctrl-C wherever the program is. What is raised in a callback of the garbage collector is only printed.

    Then it is sent once more, when the callback is over; elsewhere in the program it will be heard.
    """
    before = sys.unraisablehook

    def again(lost: UnraisableHookArgs) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt | dg.DagsterExecutionInterruptedError):
            before(lost)
            return
        Timer(_SOON_SECONDS, os.kill, (os.getpid(), signal.SIGINT)).start()

    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = before


def _started_deaf(capture: Capture) -> Capture:
    @contextmanager
    def capture_logs(log_key: Sequence[str]) -> Iterator[object]:
        with ExitStack() as stack:
            with interrupts_blocked():
                captured = stack.enter_context(capture(log_key))
            yield captured

    return capture_logs
