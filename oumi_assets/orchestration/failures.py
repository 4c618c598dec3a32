"""Why an import has no dataset, in one sentence: from its newest Dagster run, and from what that run recorded.

An import that failed before its file was opened has no manifest; only Dagster knows it.
"""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from oumi_assets.imports.catalog import ListedImport, list_unfinished
from oumi_assets.imports.form import name_after
from oumi_assets.imports.workspace import RAW_EXPORT, STAGES
from oumi_assets.orchestration.history import attempt_of, form_of, newest_run
from oumi_assets.orchestration.home import open_instance
from oumi_assets.orchestration.partitions import IMPORTS
from oumi_assets.orchestration.planning import PAUSES
from oumi_assets.orchestration.resources import open_here
from oumi_assets.orchestration.tags import (
    FAILURE_REASON_TAG,
    LATER,
    TRY_AGAIN_TAG,
    has_dead_process,
)
from oumi_assets.storage.keys import folder_name
from oumi_assets.storage.store import Store

_WAITING = (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED)
_OF_CODE = ("STEP_FAILURE", "RUN_EXCEPTION")
"""Dagster's reasons of a failed run that speak of a file or of a bug; any other end was an interruption."""
_AGAIN = " The sensor tries it again by itself."
_INTERRUPTED = "It was interrupted: somebody stopped it, or its process was killed."


def failed_here() -> list[ListedImport]:
    """`list_failed` of this environment's storage and Dagster home."""
    with open_instance() as instance:
        return list_failed(instance, open_here().store)


def list_failed(instance: dg.DagsterInstance, store: Store) -> list[ListedImport]:
    """Every import without a dataset that `retry` knows, with the reason, oldest first; also those that run or wait."""
    found = [_explained(instance, store, dataset) for dataset in list_unfinished(store)]
    recorded = store.folders(RAW_EXPORT)
    for key in instance.get_dynamic_partitions(IMPORTS):
        # A partition without a run was added by hand, or its run is to come: nothing failed.
        if folder_name(key) not in recorded and (record := newest_run(instance, key)) is not None:
            found.append(_never_recorded(instance, store, key, record))
    return sorted(found, key=lambda dataset: dataset.created)


def step_sentence(events: Iterable[dg.DagsterEvent | None]) -> str | None:
    """What the step that failed says of it, when the error is one of ours."""
    for event in events:
        if event is not None and event.is_step_failure:
            failure = event.step_failure_data.user_failure_data
            if failure is not None:
                return failure.description or failure.label
    return None


def error_of_ours(run_id: str) -> str:
    """Anything that is none of our errors: where to look."""
    return f"an error of ours, not of your file; the page of Dagster run {run_id} in the UI has the details."


def _explained(instance: dg.DagsterInstance, store: Store, dataset: ListedImport) -> ListedImport:
    record = newest_run(instance, dataset.key)
    if record is not None:
        return dataset._replace(error=_why(instance, store, dataset.key, record.dagster_run))
    return dataset._replace(error=dataset.error or "It was interrupted, or another platform is making it right now.")


def _never_recorded(instance: dg.DagsterInstance, store: Store, key: str, record: dg.RunRecord) -> ListedImport:
    """An import as its run's form describes it."""
    form = form_of(record.dagster_run)
    name, file = (str(form.get(field) or "").strip() for field in ("dataset_name", "file"))
    created = record.create_timestamp.isoformat(timespec="microseconds")
    error = _why(instance, store, key, record.dagster_run)
    return ListedImport(name or (name_after(file) if file else key), None, 0, 0, created, key, error)


def _why(instance: dg.DagsterInstance, store: Store, key: str, run: dg.DagsterRun) -> str:
    if not run.is_finished:
        if has_dead_process(run, unmarked=False):
            return _INTERRUPTED
        return "It is waiting in the queue." if run.status in _WAITING else "It is running right now."
    if run.is_success:
        return _incomplete(store, key)
    if run.status is dg.DagsterRunStatus.CANCELED:
        return "It was canceled."
    if run.tags.get(FAILURE_REASON_TAG) not in _OF_CODE:
        return _INTERRUPTED
    return f"{_recorded(store, key, run.run_id) or _from_events(instance, run.run_id)}{_AGAIN if _rests(run) else ''}"


def _incomplete(store: Store, key: str) -> str:
    """Why an import whose run succeeded has no dataset."""
    if folder_name(key) in store.folders(RAW_EXPORT):
        return "Not all of its stages were made."
    return "It was imported, but nothing of it lies in the storage now. If you moved it, set OUMI_STORAGE to where it is."


def _rests(run: dg.DagsterRun) -> bool:
    """Whether the sensor plans it again, after a pause."""
    return run.tags.get(TRY_AGAIN_TAG) == LATER and 0 < attempt_of(run) <= len(PAUSES)


def _recorded(store: Store, key: str, run_id: str) -> str | None:
    """The error that this very run published: much quicker to read than its events."""
    manifests = (store.manifest(stage, key) for stage in STAGES)
    return next((found.error for found in manifests if found is not None and found.run_id == run_id and found.error), None)


def _from_events(instance: dg.DagsterInstance, run_id: str) -> str:
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    ours = error_of_ours(run_id)
    return step_sentence(entry.dagster_event for entry in entries) or ours[0].upper() + ours[1:]
