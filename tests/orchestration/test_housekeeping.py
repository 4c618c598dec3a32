"""Which runs are ended because nobody executes them any more, and which are not."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pytest
from dagster._core.utils import make_new_run_id

from oumi_assets.core.processes import process_tag
from oumi_assets.orchestration.history import attempt_of
from oumi_assets.orchestration.housekeeping import reap_dead_runs, runs_elsewhere, stopped_runs
from oumi_assets.orchestration.tags import ATTEMPT_TAG, CONTENT_TAG, PROCESS_TAG

Status = dg.DagsterRunStatus
DEAD = "999999999-1"


def running(
    instance: dg.DagsterInstance,
    host: str = "",
    process: str = DEAD,
    status: Status = Status.STARTED,
    tag: str = PROCESS_TAG,
) -> str:
    """The id of a run that a process of that machine executes, or did."""
    run_id = make_new_run_id()
    mark = f"{host or socket.gethostname()}/{process}/{run_id}"
    instance.add_run(dg.DagsterRun("trace_import", run_id=run_id, tags={tag: mark}, status=status))
    return run_id


def status(instance: dg.DagsterInstance, run_id: str) -> Status:
    """What the UI shows of a run."""
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


class FinishingMeanwhile:
    """An instance whose runs succeed, and their processes end, just after they were listed as running."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance

    def __getattr__(self, name: str) -> Any:
        return getattr(self._instance, name)

    def get_run_records(self, filters: dg.RunsFilter) -> Sequence[dg.RunRecord]:
        """The runs as they were a moment ago."""
        records = self._instance.get_run_records(filters)
        for run in [record.dagster_run for record in records]:
            success = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, run.job_name)
            self._instance.report_dagster_event(success, run.run_id)
        return records


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.STARTED, Status.FAILURE),
        (Status.CANCELING, Status.CANCELED),
    ],
)
def test_a_run_whose_process_is_gone_ends(before: Status, after: Status, instance: dg.DagsterInstance) -> None:
    """It would hold its place in the queue for ever."""
    run_id = running(instance, status=before)
    assert reap_dead_runs(instance) == 1
    assert status(instance, run_id) is after


@pytest.mark.parametrize(
    ("job", "event", "launched", "after"),
    [
        ("trace_import", dg.DagsterEventType.RUN_STARTING, timedelta(hours=1), Status.FAILURE),
        ("trace_import", dg.DagsterEventType.RUN_STARTING, timedelta(minutes=1), Status.STARTING),
        ("trace_import", dg.DagsterEventType.RUN_START, timedelta(hours=1), Status.FAILURE),
        ("drain_uploads", dg.DagsterEventType.RUN_START, timedelta(hours=1), Status.FAILURE),
        ("pull", dg.DagsterEventType.RUN_STARTING, timedelta(hours=1), Status.FAILURE),
        ("pull", dg.DagsterEventType.RUN_START, timedelta(hours=1), Status.STARTED),
    ],
)
def test_a_launched_run_that_never_marked_itself_ends_while_the_platform_runs(
    job: str, event: dg.DagsterEventType, launched: timedelta, after: Status, instance: dg.DagsterInstance
) -> None:
    """The disk of the Dagster home was full: neither the run's process nor who watched it could write that it ended."""
    run_id = make_new_run_id()
    instance.add_run(dg.DagsterRun(job, run_id=run_id, status=Status.NOT_STARTED))
    then = datetime.now(UTC) - launched
    instance.run_storage.handle_run_event(run_id, dg.DagsterEvent(event.value, job), then)
    reap_dead_runs(instance)
    assert status(instance, run_id) is after


def test_a_run_that_succeeds_while_it_is_looked_at_stays_a_success(instance: dg.DagsterInstance) -> None:
    """Its process is gone because it was ready; its upload must not be imported once more."""
    run_id = running(instance)
    assert reap_dead_runs(FinishingMeanwhile(instance)) == 0  # type: ignore[arg-type]
    assert status(instance, run_id) is Status.SUCCESS


@pytest.mark.parametrize(
    ("event", "after"),
    [
        (dg.DagsterEventType.RUN_SUCCESS, Status.SUCCESS),
        (dg.DagsterEventType.RUN_FAILURE, Status.FAILURE),
        (dg.DagsterEventType.RUN_CANCELED, Status.CANCELED),
    ],
)
def test_a_run_that_said_how_it_ended_ended_so(
    event: dg.DagsterEventType, after: Status, instance: dg.DagsterInstance
) -> None:
    """Its process may be killed between the event and the row in the list of runs: a finished import did not fail."""
    run_id = running(instance)
    said = dg.DagsterEvent(event.value, "trace_import")
    entry = dg.EventLogEntry(None, "info", "", run_id, 0.0, dagster_event=said)  # type: ignore[no-untyped-call]
    instance.event_log_storage.store_event(entry)
    assert status(instance, run_id) is Status.STARTED
    assert reap_dead_runs(instance) == 0
    assert status(instance, run_id) is after


def test_a_run_of_another_machine_is_left_alone(instance: dg.DagsterInstance) -> None:
    """Where the database of runs is shared, as on PostgreSQL, that machine may be well. This one is in memory."""
    run_id = running(instance, "another")
    assert reap_dead_runs(instance) == 0
    assert reap_dead_runs(instance, at_start=True) == 0
    assert status(instance, run_id) is Status.STARTED
    assert runs_elsewhere(instance) == [run_id]


def test_tags_of_an_earlier_version_mean_the_same(instance: dg.DagsterInstance) -> None:
    """On PostgreSQL another machine may still be at such a run, whichever of them gets the new version first."""
    elsewhere = running(instance, "another", tag="oumi/process")
    here = running(instance, tag="oumi/process")
    assert reap_dead_runs(instance, at_start=True) == 1
    assert (status(instance, elsewhere), status(instance, here)) == (Status.STARTED, Status.FAILURE)
    assert runs_elsewhere(instance) == [elsewhere]
    assert attempt_of(dg.DagsterRun("trace_import", tags={"oumi/attempt": "3", CONTENT_TAG: "seen"})) == 3
    assert attempt_of(dg.DagsterRun("trace_import", tags={"oumi/attempt": "3", ATTEMPT_TAG: "4"})) == 4


def test_a_run_of_an_earlier_container_ends_when_the_platform_starts() -> None:
    """Two such runs would hold both places of the queue for ever: the platform would import nothing."""
    with dg.DagsterInstance.get() as instance:
        run_id = running(instance, "an-earlier-container")
        assert reap_dead_runs(instance) == 0, "a tick cannot know"
        assert reap_dead_runs(instance, at_start=True) == 1
        assert status(instance, run_id) is Status.FAILURE
        assert runs_elsewhere(instance) == []


def test_a_run_of_this_machine_under_an_earlier_name_goes_on() -> None:
    """A laptop gets a new name in another network, in the middle of an import."""
    with dg.DagsterInstance.get() as instance:
        run_id = running(instance, "an-earlier-name", process_tag(os.getpid()))
        assert reap_dead_runs(instance, at_start=True) == 0
        assert status(instance, run_id) is Status.STARTED


def test_what_a_stopping_platform_leaves_is_counted(instance: dg.DagsterInstance) -> None:
    """It says so, and that they go on with the next start: those that no process has marked yet, and those of a dead one."""
    mine = process_tag(os.getpid())
    running(instance)
    running(instance, process=mine)
    running(instance, status=Status.SUCCESS)
    instance.add_run(dg.DagsterRun("trace_import", status=Status.STARTING))
    assert stopped_runs(instance) == 2
