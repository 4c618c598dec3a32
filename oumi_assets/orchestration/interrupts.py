"""Ctrl-C on a terminal goes to every process of a command, also to those that Dagster starts for a run's output.

They end with the run. Of Ctrl-C they would print a traceback each, before the one sentence that says what happened.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

import dagster as dg

Capture = Callable[[Sequence[str]], AbstractContextManager[object]]


def spare_log_processes(instance: dg.DagsterInstance) -> None:
    """What captures a run's output on this instance starts its processes deaf to Ctrl-C; the output is captured as ever."""
    manager = instance.compute_log_manager
    # Set on this one object: a class of ours would have to stand in the settings of every Dagster home.
    setattr(manager, "capture_logs", _started_deaf(manager.capture_logs))  # noqa: B010


def _started_deaf(capture: Capture) -> Capture:
    @contextmanager
    def capture_logs(log_key: Sequence[str]) -> Iterator[object]:
        with ExitStack() as stack:
            with _deaf_children():
                captured = stack.enter_context(capture(log_key))
            yield captured

    return capture_logs


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Children inherit which signals are blocked, for good. Here a Ctrl-C only waits until the end."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
