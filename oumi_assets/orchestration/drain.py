"""The drain: one Dagster run that imports many uploads, each as a Dagster run of its own inside its process.

A run of its own process costs seconds of start; nested ones cost what the import costs. Each nested
run has its partition, its events, its counts and its outcome, and can be re-executed from the UI.
Nothing is decided here: whether an upload still needs its import is the planner's question.
"""

from collections.abc import Sequence

import dagster as dg

from oumi_assets.imports.workspace import RAW_EXPORT
from oumi_assets.orchestration.history import DRAIN_JOB, DRAIN_OP, read_standing
from oumi_assets.orchestration.internals import execute_created_run, make_new_run_id, origins_of_job
from oumi_assets.orchestration.job import JOB, imports_job
from oumi_assets.orchestration.partitions import IMPORTS
from oumi_assets.orchestration.planning import Launch, Standing
from oumi_assets.orchestration.resources import WorkspaceSource
from oumi_assets.orchestration.tags import (
    ATTEMPT_TAG,
    CONTENT_TAG,
    FAILURE_REASON_TAG,
    NESTED,
    PARTITION_TAG,
    PROCESS_TAG,
    SLOT_TAG,
    WORKER,
    process_mark,
)
from oumi_assets.orchestration.terminal import ERRORS_ONLY, SHORT_LINES

_PRIORITY_TAG = "dagster/priority"
_SENSOR_TAG = "dagster/sensor_name"
"""What the UI reads to say who launched a run. Dagster compares it only together with a run key, which nested runs lack."""


class DrainedUpload(dg.Config):
    """One upload of a drain, as the sensor saw it."""

    key: str
    file: str
    content_tag: str
    attempt: int = 1


class Drain(dg.Config):
    """The uploads to import, oldest first."""

    uploads: list[DrainedUpload]


def drain_request(launches: Sequence[Launch]) -> dg.RunRequest:
    """One drain of these uploads. It has no run key: the planner counts what it promises as in flight."""
    uploads = [
        {"key": key, "file": upload.name, "content_tag": upload.content_tag, "attempt": attempt}
        for key, upload, attempt in launches
    ]
    return dg.RunRequest(job_name=DRAIN_JOB, run_config={**ERRORS_ONLY, "ops": {DRAIN_OP: {"config": {"uploads": uploads}}}})


@dg.op(name=DRAIN_OP)
def import_uploads(context: dg.OpExecutionContext, config: Drain, workspace: dg.ResourceParam[WorkspaceSource]) -> None:
    """Import one upload after the other; the failure of one is its own and stops nothing."""
    context.instance.add_run_tags(context.run_id, {PROCESS_TAG: process_mark(context.run_id)})
    job, failed = imports_job(workspace), 0
    for number, upload in enumerate(config.uploads, 1):
        place = f"{number} of {len(config.uploads)}: {upload.key}"
        found, _ = read_standing(context.instance, workspace.open().store, upload.key)
        if found not in (Standing.NEW, Standing.INTERRUPTED):
            context.log.info(f"{place} does not need its import any more")
            continue
        run = _import_nested(context, job, upload)
        failed += not run.is_success
        context.log.info(f"{place} {'imported' if run.is_success else 'failed'} (Dagster run {run.run_id})")
        if run.tags.get(FAILURE_REASON_TAG) == "UNEXPECTED_TERMINATION":
            raise dg.Failure(f"Interrupted at {place}; the rest is planned again.", allow_retries=False)
    context.add_output_metadata({"uploads": len(config.uploads), "failed": failed})


def _import_nested(context: dg.OpExecutionContext, job: dg.JobDefinition, upload: DrainedUpload) -> dg.DagsterRun:
    """Execute one import in this process; its run is the named job's own, as if the queue had started it.

    `execute_in_process`, the public way, gives its runs no origin, and without one the UI cannot re-execute them.
    """
    run_id = make_new_run_id()
    context.instance.add_dynamic_partitions(IMPORTS, [upload.key])
    run = context.instance.create_run_for_job(
        job,
        run_id=run_id,
        run_config={**SHORT_LINES, "ops": {RAW_EXPORT: {"config": {"file": upload.file}}}},
        tags={
            **job.run_tags,
            **{name: value for name, value in context.run.tags.items() if name == _SENSOR_TAG},
            SLOT_TAG: NESTED,
            PARTITION_TAG: upload.key,
            CONTENT_TAG: upload.content_tag,
            ATTEMPT_TAG: str(upload.attempt),
            PROCESS_TAG: process_mark(run_id),
        },
        **origins_of_job(context.run, JOB),
    )
    execute_created_run(context.instance, job, run)
    return context.instance.get_run_by_id(run_id) or run


@dg.job(
    name=DRAIN_JOB,
    executor_def=dg.in_process_executor,
    tags={SLOT_TAG: WORKER, _PRIORITY_TAG: "-1"},
    description="Imports a burst of uploads in one process, each as a run of its own. Started by the sensor.",
)
def drain_uploads() -> None:
    """One op, configured with the uploads."""
    import_uploads()
