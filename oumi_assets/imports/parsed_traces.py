"""parsed_traces: one row per trace: id, name, session, sequence key, its rows, its model calls."""

from __future__ import annotations

from oumi_assets.core.errors import OutdatedStage
from oumi_assets.core.rows import ROWS
from oumi_assets.imports.publishing import new_manifest
from oumi_assets.imports.workspace import PARSED_TRACES, RAW_EXPORT, Workspace
from oumi_assets.stages.files import DROPPED_FILE, EXPORT, ROWS_FILE
from oumi_assets.stages.traces import parse_traces
from oumi_assets.stages.written import count_reasons, has_columns
from oumi_assets.storage.manifest import Counts, Manifest


def make_parsed_traces(workspace: Workspace, key: str, *, run_id: str | None = None) -> Manifest:
    """Group the import's rows into traces and publish them. Raises `MissingImport` and `OutdatedStage`."""
    store = workspace.store
    export, rows = store.file(RAW_EXPORT, key, EXPORT), store.file(RAW_EXPORT, key, ROWS_FILE)
    if not has_columns(rows, ROWS):
        raise OutdatedStage(RAW_EXPORT, key)
    with store.staging() as folder:
        counted = parse_traces(export, rows, folder)
        counts = Counts(
            counted.traces,
            counted.with_call,
            count_reasons(folder / DROPPED_FILE),
            {"rows": store.complete(RAW_EXPORT, key).counts.outgoing, "duplicate_rows": counted.duplicate_rows},
        )
        return store.publish(folder, new_manifest(PARSED_TRACES, key, run_id, counts))
