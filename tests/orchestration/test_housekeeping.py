"""Which runs are ended because nobody executes them any more, and which are not."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

import dagster as dg
import pytest
from dagster._core.utils import make_new_run_id

from oumi_assets.orchestration.housekeeping import reap_dead_runs
from oumi_assets.orchestration.tags import PROCESS_TAG

DEAD = "999999999-1"


def running(instance: dg.DagsterInstance, host: str = "", status: dg.DagsterRunStatus = dg.DagsterRunStatus.STARTED) -> str:
    """The id of a run that a process executed which is gone."""
    run_id = make_new_run_id()
    mark = f"{host or socket.gethostname()}/{DEAD}/{run_id}"
    instance.add_run(dg.DagsterRun("trace_import", run_id=run_id, tags={PROCESS_TAG: mark}, status=status))
    return run_id


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
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

    def get_runs(self, filters: dg.RunsFilter) -> Sequence[dg.DagsterRun]:
        """The runs as they were a moment ago."""
        runs = self._instance.get_runs(filters)
        for run in runs:
            success = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, run.job_name)
            self._instance.report_dagster_event(success, run.run_id)
        return runs


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE),
        (dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED),
    ],
)
def test_a_run_whose_process_is_gone_ends(
    before: dg.DagsterRunStatus, after: dg.DagsterRunStatus, instance: dg.DagsterInstance
) -> None:
    """It would hold its place in the queue for ever."""
    run_id = running(instance, status=before)
    assert reap_dead_runs(instance) == 1
    assert status(instance, run_id) is after


def test_a_run_that_succeeds_while_it_is_looked_at_stays_a_success(instance: dg.DagsterInstance) -> None:
    """Its process is gone because it was ready; its upload must not be imported once more."""
    run_id = running(instance)
    assert reap_dead_runs(FinishingMeanwhile(instance)) == 0  # type: ignore[arg-type]
    assert status(instance, run_id) is dg.DagsterRunStatus.SUCCESS
