"""Keeping Dagster's own state true: partitions of deleted imports, runs whose process is gone."""

from __future__ import annotations

import os

import dagster as dg

from oumi_assets.orchestration.assets import PROCESS_TAG
from oumi_assets.orchestration.job import JOB
from oumi_assets.orchestration.partitions import IMPORTS
from oumi_assets.settings import dagster_home
from oumi_assets.storage.scratch import is_alive

_RUNNING = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def forget_partition(key: str) -> None:
    """Take a deleted import's partition out of the UI; its runs stay in the history."""
    os.environ.setdefault("DAGSTER_HOME", str(dagster_home()))
    with dg.DagsterInstance.get() as instance:
        if instance.has_dynamic_partition(IMPORTS, key):
            instance.delete_dynamic_partition(IMPORTS, key)


def reap_dead_runs(instance: dg.DagsterInstance) -> int:
    """Fail the runs whose process is gone: they would keep their place in the queue for ever.

    Only before the platform starts: a run of it without a process tag cannot be alive then.
    """
    dead = [
        run
        for run in instance.get_runs(dg.RunsFilter(job_name=JOB, statuses=_RUNNING))
        if not is_alive(run.tags.get(PROCESS_TAG, ""))
    ]
    for run in dead:
        instance.report_run_failed(
            run, "The process of this run ended before it was finished (killed, or the machine stopped)."
        )
    return len(dead)
