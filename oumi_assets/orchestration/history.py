"""What manifests and Dagster's runs say about imports, in the planner's words."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import dagster as dg

from oumi_assets.imports.catalog import is_finished
from oumi_assets.imports.form import Form
from oumi_assets.imports.workspace import DEDUPED_DATASET, RAW_EXPORT
from oumi_assets.orchestration.planning import PastRun, RunStatus, Standing, standing_after
from oumi_assets.orchestration.tags import (
    ATTEMPT_TAG,
    CONTENT_TAG,
    FAILURE_REASON_TAG,
    LATER,
    PARTITION_TAG,
    TRY_AGAIN_TAG,
    hidden_tag,
)
from oumi_assets.storage.keys import folder_name
from oumi_assets.storage.store import Store

DRAIN_JOB = "drain_uploads"
DRAIN_OP = "import_uploads"
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_STATUSES = {
    dg.DagsterRunStatus.NOT_STARTED: RunStatus.NOT_STARTED,
    dg.DagsterRunStatus.SUCCESS: RunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE: RunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED: RunStatus.CANCELED,
}
_ENOUGH_RUNS = 20


class History:
    """One look at an instance and a store: listings are taken once, an import's own past when asked for.

    `drains` counts drains that wait or run, `queued` all other Dagster runs that wait.
    """

    def __init__(self, instance: dg.DagsterInstance, store: Store) -> None:
        self._instance = instance
        self._store = store
        unfinished = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
        drains = [run for run in unfinished if run.job_name == DRAIN_JOB]
        self.drains = len(drains)
        queued = [run for run in unfinished if run.status is dg.DagsterRunStatus.QUEUED]
        self.queued = sum(run.job_name != DRAIN_JOB for run in queued)
        self._running = {run.tags[PARTITION_TAG] for run in unfinished if PARTITION_TAG in run.tags}
        self._promised = {key for run in drains for key in drained_keys(run)}

    @cached_property
    def _made(self) -> set[str]:
        """Folders of imports that have a dataset: a dataset's manifest is written by nothing but success."""
        return self._store.folders(DEDUPED_DATASET)

    def look_up(self, key: str) -> tuple[Standing, int]:
        """The standing of an import, and which attempt its next run would be; asks no more than it must."""
        if folder_name(key) in self._made:
            return Standing.FINISHED, 0
        if key in self._running or key in self._promised:
            return Standing.IN_FLIGHT, 0
        return read_standing(self._instance, self._store, key)


def read_standing(instance: dg.DagsterInstance, store: Store, key: str) -> tuple[Standing, int]:
    """The same for one import without a look at all others: from its manifests and its own runs."""
    if is_finished(store, key):
        return Standing.FINISHED, 0
    records = _records_of_import(instance, key)
    if not records and store.manifest(RAW_EXPORT, key) is not None:
        # Another platform, with a Dagster home of its own, works on it (or did).
        return Standing.IN_FLIGHT, 0
    return standing_after([_past_run(record) for record in records], time.time())


def runs_of_import(instance: dg.DagsterInstance, key: str) -> list[dg.DagsterRun]:
    """The Dagster runs of an import, newest first, whichever job or person started them."""
    return [record.dagster_run for record in _records_of_import(instance, key)]


def _records_of_import(instance: dg.DagsterInstance, key: str, limit: int = _ENOUGH_RUNS) -> list[dg.RunRecord]:
    return list(instance.get_run_records(dg.RunsFilter(tags={PARTITION_TAG: key}), limit=limit))


def newest_run(instance: dg.DagsterInstance, key: str) -> dg.RunRecord | None:
    """The latest Dagster run of an import, with its times."""
    return next(iter(_records_of_import(instance, key, limit=1)), None)


def _past_run(record: dg.RunRecord) -> PastRun:
    """A run in the planner's words. Only a failed step speaks of the file: any other end was an interruption."""
    run = record.dagster_run
    failed_step = run.tags.get(FAILURE_REASON_TAG) == "STEP_FAILURE"
    return PastRun(
        _STATUSES.get(run.status, RunStatus.UNFINISHED),
        attempt_of(run),
        interrupted=not failed_step or TRY_AGAIN_TAG in run.tags,
        rests_since=_ended(record) if run.tags.get(TRY_AGAIN_TAG) == LATER else None,
    )


def attempt_of(run: dg.DagsterRun) -> int:
    """Which of the sensor's attempts a run is, from 1, also when it was run again by hand; 0 for an import by hand."""
    attempt = hidden_tag(run, ATTEMPT_TAG)
    if attempt.isdecimal():
        return int(attempt)
    return 1 if CONTENT_TAG in run.tags else 0


def _ended(record: dg.RunRecord) -> float:
    """When a run ended, in seconds since 1970."""
    return record.end_time or record.update_timestamp.timestamp()


def drained_keys(run: dg.DagsterRun) -> list[str]:
    """The imports that a drain was asked to make."""
    return [upload["key"] for upload in _op_config(run, DRAIN_OP).get("uploads", [])]


def form_of(run: dg.DagsterRun) -> dict[str, Any]:
    """The form's fields in a run's config; the rest of a config is not ours."""
    return {name: value for name, value in _op_config(run, RAW_EXPORT).items() if name in Form._fields}


def _op_config(run: dg.DagsterRun, op: str) -> Mapping[str, Any]:
    """What a run's config says of one op; nothing when it says nothing."""
    config: Any = run.run_config
    for name in ("ops", op, "config"):
        config = config.get(name) or {}
    return config  # type: ignore[no-any-return]
