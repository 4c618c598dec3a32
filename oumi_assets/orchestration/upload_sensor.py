"""The sensor: watches the uploads and starts one import for each new content.

A tick lists, looks and plans, inside a budget of time and of bytes read; what it does not get to it
takes up five seconds later. It parses nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import dagster as dg

from oumi_assets.core.characters import shown
from oumi_assets.imports.workspace import RAW_EXPORT, Workspace
from oumi_assets.orchestration.drain import drain_request, drain_uploads
from oumi_assets.orchestration.history import History
from oumi_assets.orchestration.housekeeping import reap_dead_runs
from oumi_assets.orchestration.job import JOB, trace_import
from oumi_assets.orchestration.partitions import IMPORTS, imports_partitions
from oumi_assets.orchestration.planning import Launch, Plan, launches_of, plan, settled
from oumi_assets.orchestration.resources import WorkspaceSource
from oumi_assets.orchestration.tags import ATTEMPT_TAG, CONTENT_TAG
from oumi_assets.orchestration.terminal import SHORT_LINES
from oumi_assets.orchestration.watcher import Watcher, watched_uploads
from oumi_assets.storage.uploads import Upload, Uploads

SECOND_LOOK_SECONDS = 1.0


def make_upload_sensor(watcher: Watcher | None = None) -> dg.SensorDefinition:
    """The sensor with a memory of its own."""
    watcher = watcher or Watcher()

    @dg.sensor(
        name="upload_sensor",
        jobs=[trace_import, drain_uploads],
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=5,
        description="Imports every new file of the uploads folder (except by-hand/), once for each content.",
    )
    def upload_sensor(
        context: dg.SensorEvaluationContext, workspace: dg.ResourceParam[WorkspaceSource]
    ) -> dg.SensorResult | dg.SkipReason:
        """Lists and plans only; a failed listing raises and is tried again, it is not an empty folder."""
        opened = workspace.open()
        uploads = watched_uploads(opened)
        reap_dead_runs(context.instance)
        # Also where nothing was reaped: that a process was killed, Dagster's code server may have noted before.
        opened.store.sweep()
        if not uploads.exists():
            return dg.SkipReason(f"The uploads folder {uploads.location} does not exist.")
        watcher.known.restore(context.cursor)
        waiting = watcher.undone(uploads.watched())
        requested = _plan(watcher, waiting, context.instance, opened) if waiting else Plan([], [])
        watcher.known.expect(launch.key for launch in requested.launches)
        return _result(requested, _why_nothing(len(waiting), uploads.unreadable), watcher.known.cursor())

    return upload_sensor


def _plan(watcher: Watcher, waiting: list[Upload], instance: dg.DagsterInstance, opened: Workspace) -> Plan:
    history = History(instance, opened.store)
    launches = launches_of(waiting, set(instance.get_dynamic_partitions(IMPORTS)))
    fresh, doubtful = watcher.look(launches, history, opened)
    whole = set(_written_completely(fresh + doubtful, watched_uploads(opened)))
    different = watcher.different([launch for launch in doubtful if launch in whole], history, opened)
    ready = [launch for launch in fresh if launch in whole] + different
    return plan(ready, queued=history.queued, drains=history.drains)


def _written_completely(launches: list[Launch], uploads: Uploads) -> list[Launch]:
    if not launches or uploads.appear_whole:
        return launches
    time.sleep(SECOND_LOOK_SECONDS)
    again = {upload.name: upload for upload in uploads.watched()}
    return settled(launches, again.get, time.time_ns())


def _result(requested: Plan, why_nothing: str, cursor: str) -> dg.SensorResult:
    keys = [launch.key for launch in requested.launches]
    requests = [_request(launch) for launch in requested.singles]
    requests += [drain_request(requested.drained)] if requested.drained else []
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[imports_partitions.build_add_request(keys)] if keys else [],
        cursor=cursor,
        skip_reason=None if keys else dg.SkipReason(why_nothing),
    )


def _request(launch: Launch) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=launch.run_key,
        job_name=JOB,
        partition_key=launch.key,
        run_config={**SHORT_LINES, "ops": {RAW_EXPORT: {"config": {"file": launch.upload.name}}}},
        tags={CONTENT_TAG: launch.upload.content_tag, ATTEMPT_TAG: str(launch.attempt)},
    )


def _why_nothing(waiting: int, unreadable: Sequence[str]) -> str:
    waits = f" Still waiting: {waiting:,}, being imported or written right now, or to be looked at again." if waiting else ""
    found = f"No new files.{waits}"
    return f"{found} Folders that cannot be read: {', '.join(map(shown, unreadable))}" if unreadable else found
