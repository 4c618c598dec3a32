"""How far something long has gone on, and how fast in words: for the terminal and for logs. Nothing here knows either."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

RECONSTRUCTING = "reconstructing"
"""The one work that is counted in traces; all other work, in bytes."""


class Progress(Protocol):
    """Called with what is being done, how much of it is done, how much there is, and the rows done where they are known."""

    def __call__(self, doing: str, done: int, total: int, rows: int = 0) -> None: ...


def no_progress(doing: str, done: int, total: int, rows: int = 0) -> None:
    """For callers that show none."""


class Pace:
    """Turns reports of progress into sentences, at most one every `every` seconds of each thing that is done.

    A `Progress` callback: call it with what is being done, how much is done, and how much there is.
    """

    def __init__(self, say: Callable[[str], object], every: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._every = every
        self._clock = clock
        self._doing = ""
        self._started = self._said = 0.0

    def __call__(self, doing: str, done: int, total: int, rows: int = 0) -> None:
        """Take a report; what is done within the first `every` seconds is never spoken of."""
        now = self._clock()
        if doing != self._doing:
            self._doing, self._started, self._said = doing, now, now
        elif now - self._said >= self._every:
            self._said = now
            self._say(describe(doing, done, total, now - self._started, rows))


def describe(doing: str, done: int, total: int, seconds: float, rows: int = 0) -> str:
    """Like `indexing: 1.2 of 4.0 GB, 240.0 MB/s, 36,000 rows/s, 12 s left`."""
    rate = done / seconds if seconds > 0 else 0.0
    left = f", {(total - done) / rate:,.0f} s left" if rate and total >= done else ""
    if doing == RECONSTRUCTING:
        return f"{doing}: {done:,} of {total:,} traces, {rate:,.0f} traces/s{left}"
    of_rows = f", {rows / seconds:,.0f} rows/s" if rows and seconds > 0 else ""
    return f"{doing}: {done / 1e9:.1f} of {total / 1e9:.1f} GB, {rate / 1e6:.1f} MB/s{of_rows}{left}"
