"""What the module of a platform offers to a pull: rows of whole traces, asked for by window or by trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

from oumi_assets.pulls.window import Window


class Row(NamedTuple):
    """One row as it is written: its trace, when it started, whether it has ended, its line without line end.

    Some SDKs send a row when it ends, the root last: a trace without its root is unfinished too.
    """

    trace: str
    started: datetime
    finished: bool
    root: bool
    line: bytes


class Client(Protocol):
    """One project of one platform. Every method raises our errors only."""

    def window_rows(self, window: Window, filter: str | None) -> Iterator[Row]:
        """Every row of each trace whose root started in the window, in any order."""
        ...

    def trace_rows(self, trace: str, started: datetime) -> Iterator[Row]:
        """Every row of one trace that started then."""
        ...
