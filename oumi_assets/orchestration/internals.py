"""What we use of Dagster that is not public, all of it: whoever raises its pinned version begins here.

The rest of this package calls what Dagster documents. Why each of these is needed is said where it is called.
"""

from __future__ import annotations

from typing import Any

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run
from dagster._core.remote_origin import RemoteJobOrigin
from dagster._core.utils import make_new_run_id

__all__ = [
    "execute_created_run",
    "keeps_runs_in_sqlite",
    "log_unconfigured_runs_by",
    "make_new_run_id",
    "origins_of_job",
]


def execute_created_run(instance: dg.DagsterInstance, job: dg.JobDefinition, run: dg.DagsterRun) -> None:
    """Execute a run of that job in this process; whatever fails in it is the run's."""
    execute_run(InMemoryJob(job), run, instance)


def origins_of_job(run: dg.DagsterRun, job: str) -> dict[str, Any]:
    """Where the UI finds a job that lies beside the run's own, as `create_run_for_job` takes it."""
    remote, code = run.remote_job_origin, run.job_code_origin
    return {
        "remote_job_origin": remote and RemoteJobOrigin(repository_origin=remote.repository_origin, job_name=job),
        "job_code_origin": code and code._replace(job_name=job),
    }


def keeps_runs_in_sqlite(instance: dg.DagsterInstance) -> bool:
    """Whether runs are kept in files of the Dagster home, and not in a database that others may share."""
    from dagster._core.storage.runs import SqliteRunStorage

    return isinstance(instance.run_storage, SqliteRunStorage)


def log_unconfigured_runs_by(logger: dg.LoggerDefinition) -> None:
    """Let runs of this process whose config names no logger have this one, in place of Dagster's for the console."""
    try:
        from dagster._core.execution import context_creation_job
    except ImportError:
        # Another version of Dagster, which may keep it elsewhere: a long log is better than no platform.
        return
    setattr(context_creation_job, "default_system_loggers", lambda instance: [(logger, None)])  # noqa: B010
