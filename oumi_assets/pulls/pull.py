"""One pull: whole traces of one window, streamed aside, then handed over complete or not at all.

A trace that is unfinished is held back and remembered; a later pull of the same project
brings it, and no later than `PATIENCE` after its start it comes as it is.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from oumi_assets.pulls.client import Client
from oumi_assets.pulls.export_file import ExportFile, PullProgress, no_progress
from oumi_assets.pulls.folder import ExportFolder
from oumi_assets.pulls.naming import export_name, series_name
from oumi_assets.pulls.state import State, publish, read_record, read_state, write_state
from oumi_assets.pulls.window import Window
from oumi_assets.storage.manifest import Pull

PATIENCE = timedelta(hours=24)


class Asked(NamedTuple):
    """What to pull, and for whom: `run_id` is the Dagster run it happens in."""

    platform: str
    project: str
    window: Window
    filter: str | None = None
    again: bool = False
    run_id: str | None = None


class Pulled(NamedTuple):
    """What a pull came to: its record. `before` says that this is the record of an earlier pull: nothing was pulled now."""

    record: Pull
    before: bool = False


def pull(
    client: Client, folder: ExportFolder, asked: Asked, progress: PullProgress = no_progress, now: datetime | None = None
) -> Pulled:
    """Pull one window, once: a window pulled before is left alone unless asked `again`. Raises our errors."""
    series = series_name(asked.platform, asked.project, asked.filter)
    with folder.lock(series):
        state = read_state(folder, series)
        name, known = _name(folder, series, asked)
        if known is not None:
            return Pulled(known, before=True)
        with folder.aside() as aside:
            export = ExportFile(aside / "export.jsonl", progress)
            left = _collect(client, asked, state, export, now or datetime.now(UTC))
            record = _record(asked, name, export, left)
            if export.rows:
                publish(folder, series, export.path, record, State(left))
            else:
                write_state(folder, series, State(left))
            return Pulled(record)


def _name(folder: ExportFolder, series: str, asked: Asked) -> tuple[str, Pull | None]:
    """The name to write, and the record that stands in the way of writing it."""
    attempt, name = 0, export_name(series, asked.window)
    known = read_record(folder, name)
    while asked.again and known is not None:
        attempt += 1
        name = export_name(series, asked.window, attempt)
        known = read_record(folder, name)
    return name, known


def _collect(client: Client, asked: Asked, state: State, export: ExportFile, now: datetime) -> dict[str, str]:
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


def _record(asked: Asked, name: str, export: ExportFile, left: dict[str, str]) -> Pull:
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
