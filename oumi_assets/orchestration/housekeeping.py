"""Keeping Dagster's own state true: partitions of deleted imports, runs whose process is gone."""

from __future__ import annotations

import time

import dagster as dg

from oumi_assets.core.errors import BadSetting
from oumi_assets.orchestration.history import DRAIN_JOB, UNFINISHED, runs_of_import
from oumi_assets.orchestration.home import open_instance
from oumi_assets.orchestration.internals import keeps_runs_in_sqlite
from oumi_assets.orchestration.job import JOB
from oumi_assets.orchestration.partitions import IMPORTS
from oumi_assets.orchestration.tags import has_dead_process, is_elsewhere

_LAUNCHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
# A nested run is marked before it starts; one without a mark was created by the sensor, which starts it later.
_EXECUTED = [dg.DagsterRunStatus.NOT_STARTED, *_LAUNCHED]
_ENDS = (dg.DagsterEventType.RUN_SUCCESS, dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_CANCELED)
_MARKED_AFTER_SECONDS = 900.0
"""A launched run is marked after seconds; on a machine that is very busy, after minutes. One that is ended too early ends
by itself, and is planned again."""
_GONE = "The process of this run ended before it was finished (killed, or the machine stopped)."


def refuse_unfinished(key: str) -> None:
    """Raise `BadSetting` while an import runs or waits: a stage that it publishes would outlive its deletion."""
    with open_instance() as instance:
        reap_dead_runs(instance)
        if any(run.status in UNFINISHED for run in runs_of_import(instance, key)):
            raise BadSetting(
                f"Import {key} is running or waiting in the queue. Delete it once it has ended; you can end it in the UI."
            )


def forget_partition(key: str) -> None:
    """Take a deleted import's partition out of the UI; its runs stay in the history."""
    with open_instance() as instance:
        if instance.has_dynamic_partition(IMPORTS, key):
            instance.delete_dynamic_partition(IMPORTS, key)


def is_unused_partition(key: str) -> bool:
    """Whether a partition was added in the UI and never run."""
    with open_instance() as instance:
        return instance.has_dynamic_partition(IMPORTS, key) and not runs_of_import(instance, key)


def reap_dead_runs(instance: dg.DagsterInstance, *, at_start: bool = False) -> int:
    """Fail the runs whose process is gone: they would keep their place in the queue for ever.

    Before the platform starts nobody else can be about to execute a run, so one that was launched but marked by
    no process counts as dead, too; and so does one of another machine, when the runs are kept on this disk: it is
    an earlier container, or this machine under an earlier name. While the platform runs, a run without a mark counts as
    dead once it should have had one for long: its process ended so early, or on a disk so full, that nobody could say so.
    """
    # On SQLite one platform at a time uses the home.
    alone = at_start and keeps_runs_in_sqlite(instance)
    dead = [
        record.dagster_run.run_id
        for record in instance.get_run_records(dg.RunsFilter(statuses=_EXECUTED))
        if has_dead_process(record.dagster_run, unmarked=_is_lost(record, at_start), elsewhere=alone)
    ]
    return sum(_end(instance, run_id) for run_id in dead)


def _is_lost(record: dg.RunRecord, at_start: bool) -> bool:
    """Whether a run without a mark was launched, and nobody executes it."""
    run = record.dagster_run
    if run.status not in _LAUNCHED or at_start:
        return run.status in _LAUNCHED
    # A pull has no mark while it runs, for an hour perhaps.
    marks_itself = run.status is dg.DagsterRunStatus.STARTING or run.job_name in (JOB, DRAIN_JOB)
    return marks_itself and time.time() - record.update_timestamp.timestamp() > _MARKED_AFTER_SECONDS


def stopped_runs(instance: dg.DagsterInstance) -> int:
    """How many runs wait in the queue or were ended in the middle: what a platform that stops leaves behind."""
    # What waits has no mark yet.
    return sum(has_dead_process(run, unmarked=True) for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)))


def finished_imports(instance: dg.DagsterInstance) -> int:
    """How many runs of imports succeeded, ever."""
    return instance.get_runs_count(dg.RunsFilter(job_name=JOB, statuses=[dg.DagsterRunStatus.SUCCESS]))


def runs_elsewhere(instance: dg.DagsterInstance) -> list[str]:
    """The ids of unfinished runs of other machines: only people know whether these machines are still there."""
    return [run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=_LAUNCHED)) if is_elsewhere(run)]


def _last_word(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterEvent | None:
    """How a run ended, when its process was killed between saying so and the row in the list of runs."""
    ends = instance.get_records_for_run(run_id, of_type=set(_ENDS), limit=1, ascending=False).records
    return ends[0].event_log_entry.dagster_event if ends else None


def _end(instance: dg.DagsterInstance, run_id: str) -> bool:
    """End a run, unless it ended by itself: a process that has done its work is gone as well."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.status not in _EXECUTED:
        return False
    if (said := _last_word(instance, run_id)) is not None:
        instance.run_storage.handle_run_event(run_id, said)
        return False
    if run.status is dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run)
    else:
        instance.report_run_failed(run, _GONE)
    return True
