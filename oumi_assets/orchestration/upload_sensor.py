"""The sensor: watches the uploads folder and starts one import for each new content."""

from __future__ import annotations

import time
from collections.abc import Callable

import dagster as dg

from oumi_assets.imports.known_content import KnownContent
from oumi_assets.imports.workspace import RAW_EXPORT, Workspace
from oumi_assets.orchestration.assets import CONTENT_TAG
from oumi_assets.orchestration.job import JOB, trace_import
from oumi_assets.orchestration.partitions import imports_partitions
from oumi_assets.orchestration.planning import Launch, new_uploads, settled
from oumi_assets.orchestration.resources import WorkspaceSource
from oumi_assets.storage.keys import folder_name
from oumi_assets.storage.uploads import Uploads

MAX_REQUESTS = 20
"""Runs requested by one tick; the rest waits for the next, five seconds later."""
SECOND_LOOK_SECONDS = 1.0
PARTITION_TAG = "dagster/partition"
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dg.sensor(
    job=trace_import,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=5,
    description="Imports every new file of the uploads folder (except by-hand/), once for each content.",
)
def upload_sensor(
    context: dg.SensorEvaluationContext, workspace: dg.ResourceParam[WorkspaceSource]
) -> dg.SensorResult | dg.SkipReason:
    """Lists and plans only; a failed listing raises and is tried again, it is not an empty folder."""
    opened = workspace.open()
    assert isinstance(opened.uploads, Uploads)
    if not opened.uploads.exists():
        return dg.SkipReason(f"The uploads folder {opened.uploads.location} does not exist.")
    known = KnownContent(opened.store, context.cursor)
    found = new_uploads(opened.uploads.watched(), _known_keys(context.instance, opened))
    fresh = [launch for launch in found if not known.has_same_content(launch.upload, opened.uploads)]
    ready = _settled(fresh[:MAX_REQUESTS], opened.uploads)
    return dg.SensorResult(
        run_requests=[_request(launch) for launch in ready],
        dynamic_partitions_requests=[imports_partitions.build_add_request([launch.key for launch in ready])]
        if ready
        else [],
        cursor=known.cursor(),
        skip_reason=None if ready else dg.SkipReason(_why_nothing(found)),
    )


def _settled(launches: list[Launch], uploads: Uploads) -> list[Launch]:
    if not launches or uploads.appear_whole:
        return launches
    time.sleep(SECOND_LOOK_SECONDS)
    again = {upload.name: upload for upload in uploads.watched()}
    return settled(launches, again.get)


def _known_keys(instance: dg.DagsterInstance, workspace: Workspace) -> Callable[[str], bool]:
    """Whether an import has a manifest, is in the queue or running, or has failed before."""
    unfinished = instance.get_runs(dg.RunsFilter(job_name=JOB, statuses=UNFINISHED))
    published = workspace.store.folders(RAW_EXPORT)
    in_flight = {run.tags.get(PARTITION_TAG) for run in unfinished}

    def is_known(key: str) -> bool:
        if folder_name(key) in published or key in in_flight:
            return True
        return bool(instance.get_runs(dg.RunsFilter(job_name=JOB, tags={PARTITION_TAG: key}), limit=1))

    return is_known


def _request(launch: Launch) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=launch.key,
        partition_key=launch.key,
        run_config={"ops": {RAW_EXPORT: {"config": {"file": launch.upload.name}}}},
        tags={CONTENT_TAG: launch.upload.content_tag},
    )


def _why_nothing(found: list[Launch]) -> str:
    return f"{len(found)} new files, none of them complete yet." if found else "No new files."
