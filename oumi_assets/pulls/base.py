"""One pull: whole traces of one window, streamed aside, then handed over complete or not at all.

A trace that is unfinished is held back and remembered; a later pull of the same project
brings it, and no later than `PATIENCE` after its start it comes as it is.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

from oumi_assets.pulls.folder import ExportFolder
from oumi_assets.pulls.naming import export_name, series
from oumi_assets.pulls.state import State, publish, read_record, read_state, write_state
from oumi_assets.pulls.window import Window
from oumi_assets.storage.manifest import Pull

PATIENCE = timedelta(hours=24)
_REPORT_EVERY = 500

Progress = Callable[[int, int, int], None]
"""Called with rows, traces and bytes pulled so far."""


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


class Asked(NamedTuple):
    """What to pull, and for whom: `run_id` is the Dagster run it happens in."""

    platform: str
    project: str
    window: Window
    filter: str | None = None
    again: bool = False
    run_id: str | None = None


class Pulled(NamedTuple):
    """What a pull came to: its record; whether a file was written for it now (not when empty, not when it was there)."""

    pull: Pull
    written: bool
    before: bool = False


def no_progress(rows: int, traces: int, bytes: int) -> None:
    """For callers that show none."""


def pull(
    client: Client, folder: ExportFolder, asked: Asked, progress: Progress = no_progress, now: datetime | None = None
) -> Pulled:
    """Pull one window, once: a window pulled before is left alone unless asked `again`. Raises our errors."""
    of = series(asked.platform, asked.project, asked.filter)
    with folder.lock(of):
        state = read_state(folder, of)
        name, known = _name(folder, of, asked)
        if known is not None:
            return Pulled(known, written=False, before=True)
        with folder.aside() as aside:
            export = _Export(aside / "export.jsonl", progress)
            left = _collect(client, asked, state, export, now or datetime.now(UTC))
            record = _record(asked, name, export, left)
            if export.rows:
                publish(folder, of, export.path, record, State(left))
            else:
                write_state(folder, of, State(left))
            return Pulled(record, written=bool(export.rows))


def _name(folder: ExportFolder, of: str, asked: Asked) -> tuple[str, Pull | None]:
    """The name to write, and the record that stands in the way of writing it."""
    attempt, name = 0, export_name(of, asked.window)
    known = read_record(folder, name)
    while asked.again and known is not None:
        attempt += 1
        name = export_name(of, asked.window, attempt)
        known = read_record(folder, name)
    return name, known


def _collect(client: Client, asked: Asked, state: State, export: _Export, now: datetime) -> dict[str, str]:
    """Fill the export; returns the traces that are still to come, with their starts.

    A remembered trace that lies in this window came with its rows already; it is not fetched again.
    """
    export.write(client.window_rows(asked.window, asked.filter))
    of_window = set(export.started)
    for trace, started in state.unfinished.items():
        if trace not in of_window:
            export.write(client.trace_rows(trace, datetime.fromisoformat(started)))
    held_back = {trace for trace in export.unfinished() if now - export.started[trace] < PATIENCE}
    left = {trace: export.started[trace].isoformat() for trace in sorted(held_back)}
    export.leave_out(held_back)
    export.earlier = len(set(export.started) - of_window)
    return left


def _record(asked: Asked, name: str, export: _Export, left: dict[str, str]) -> Pull:
    return Pull(
        export=name,
        platform=asked.platform,
        project=asked.project,
        start=asked.window.start.isoformat(),
        end=asked.window.end.isoformat(),
        pulled=datetime.now(UTC).isoformat(timespec="seconds"),
        filter=asked.filter,
        run_id=asked.run_id,
        rows=export.rows,
        traces=len(export.started),
        bytes=export.bytes,
        earlier=export.earlier,
        unfinished=len(left),
    )


class _Export:
    """The file being written, and what was seen of each trace.

    Memory grows with traces, and by eight bytes with each row (which trace a line belongs to).
    """

    def __init__(self, path: Path, progress: Progress) -> None:
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
