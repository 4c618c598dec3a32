"""The export that a pull is writing: appended to row by row, and rid of traces that are not finished."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from oumi_assets.pulls.client import Row

_REPORT_EVERY = 500

PullProgress = Callable[[int, int, int], None]
"""Called with rows, traces and bytes pulled so far."""


def no_progress(rows: int, traces: int, bytes: int) -> None:
    """For callers that show none."""


class ExportFile:
    """The file being written, and what was seen of each trace.

    Memory grows with traces, and by eight bytes with each row (which trace a line belongs to).
    """

    def __init__(self, path: Path, progress: PullProgress) -> None:
        self.path = path
        self.rows = self.bytes = self.earlier = 0
        self.started: dict[str, datetime] = {}
        self._open: set[str] = set()
        self._rooted: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._trace_of_line = array("Q")
        self._progress = progress

    def write(self, rows: Iterable[Row]) -> None:
        """Append rows."""
        with self.path.open("ab") as file:
            for row in rows:
                self._see(row)
                self.bytes += file.write(row.line + b"\n")
                self.rows += 1
                if self.rows % _REPORT_EVERY == 0:
                    self._progress(self.rows, len(self.started), self.bytes)
        self._progress(self.rows, len(self.started), self.bytes)

    def _see(self, row: Row) -> None:
        self.started[row.trace] = min(row.started, self.started.get(row.trace, row.started))
        self._trace_of_line.append(self._numbers.setdefault(row.trace, len(self._numbers)))
        if not row.finished:
            self._open.add(row.trace)
        if row.root:
            self._rooted.add(row.trace)

    def unfinished(self) -> set[str]:
        """Traces with a row that has not ended, or without their root."""
        return self._open | (self.started.keys() - self._rooted)

    def leave_out(self, traces: set[str]) -> None:
        """Write the file again without these traces. Call last."""
        if not traces:
            return
        numbers = {self._numbers[trace] for trace in traces}
        shorter = self.path.with_suffix(".shorter")
        self.rows = self.bytes = 0
        with self.path.open("rb") as old, shorter.open("wb") as new:
            for line, number in zip(old, self._trace_of_line, strict=True):
                if number not in numbers:
                    self.bytes += new.write(line)
                    self.rows += 1
        shorter.rename(self.path)
        for trace in traces:
            del self.started[trace]
