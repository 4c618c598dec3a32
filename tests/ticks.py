"""Drives the sensor tick by tick, and plays the daemon: what it requests becomes runs on the instance."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import dagster as dg
from paths import FIXTURES

from oumi_assets.imports.workspace import RAW_EXPORT, Workspace
from oumi_assets.orchestration.composition import build_definitions
from oumi_assets.orchestration.drain import drain_uploads
from oumi_assets.orchestration.history import DRAIN_JOB, drained_keys
from oumi_assets.orchestration.job import imports_job
from oumi_assets.orchestration.partitions import IMPORTS
from oumi_assets.orchestration.resources import OpenedWorkspace
from oumi_assets.orchestration.upload_sensor import make_upload_sensor
from oumi_assets.orchestration.watcher import Watcher

FIXTURE = FIXTURES / "langfuse" / "v5_openai_tools.jsonl"
BROKEN = FIXTURES / "bad" / "openai_finetune.jsonl"


def drop(folder: Path, name: str, source: Path = FIXTURE) -> Path:
    """Copy an export to the uploads, in folders too."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)
    return path


class Platform:
    """A sensor, an instance and a workspace; `tick` looks, `run` executes what a tick requested."""

    def __init__(self, instance: dg.DagsterInstance, workspace: Workspace, watcher: Watcher | None = None) -> None:
        self.instance = instance
        self.workspace = workspace
        self.cursor: str | None = None
        self._watcher = watcher
        self.restart()

    def restart(self) -> None:
        """The process ends and another takes over: only the instance, the disk and the cursor remain."""
        self._sensor = make_upload_sensor(self._watcher)
        self._watcher = None

    def tick(self) -> list[dg.RunRequest]:
        """One evaluation; its partitions are added, its cursor is kept."""
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            resources={"workspace": OpenedWorkspace(self.workspace)},
            definitions=build_definitions({"workspace": OpenedWorkspace(self.workspace)}),
        )
        result = self._sensor(context)
        if isinstance(result, dg.SkipReason):
            return []
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        for request in result.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(IMPORTS, request.partition_keys)
        return list(result.run_requests or [])

    def run(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        """Execute a requested run to its end."""
        resources = {"workspace": OpenedWorkspace(self.workspace)}
        if request.job_name == DRAIN_JOB:
            return drain_uploads.execute_in_process(
                run_config=request.run_config,
                instance=self.instance,
                resources=resources,
                tags={"dagster/sensor_name": "upload_sensor"},
                raise_on_error=False,
            )
        return imports_job(resources["workspace"]).execute_in_process(
            run_config=request.run_config,
            partition_key=request.partition_key,
            tags=dict(request.tags),
            instance=self.instance,
            raise_on_error=False,
        )

    def record(self, request: dg.RunRequest, status: dg.DagsterRunStatus, tags: dict[str, str] | None = None) -> str:
        """What a request leaves when its run only came to that status; the id of the run."""
        job = drain_uploads if request.job_name == DRAIN_JOB else imports_job(OpenedWorkspace(self.workspace))
        partition = {"dagster/partition": request.partition_key} if request.partition_key else {}
        run = self.instance.create_run_for_job(
            job, run_config=request.run_config, tags={**request.tags, **partition, **(tags or {})}, status=status
        )
        return run.run_id

    def run_everything(self, most_ticks: int = 20) -> None:
        """Tick and run until nothing more is requested."""
        for _ in range(most_ticks):
            requests = self.tick()
            for request in requests:
                self.run(request)
            if not requests:
                return
        raise AssertionError("the sensor never comes to rest")

    def finished(self) -> dict[str, str]:
        """The outcome of every import, by the name of its file; a name twice would be an import twice."""
        manifests = self.workspace.store.manifests(RAW_EXPORT)
        names = [manifest.source.file for manifest in manifests if manifest.source]
        assert len(names) == len(set(names)), names
        return {m.source.file: str(m.outcome) for m in manifests if m.source}


def dead_mark(run_id: str) -> str:
    """What a run is marked with whose process, on this machine, is gone."""
    return f"{socket.gethostname()}/999999999-1/{run_id}"


def keys_of(requests: list[dg.RunRequest]) -> list[str]:
    """The imports that requests would make."""
    found: list[str] = []
    for request in requests:
        found += [request.partition_key] if request.partition_key else []
        found += (
            drained_keys(dg.DagsterRun(DRAIN_JOB, run_config=request.run_config)) if request.job_name == DRAIN_JOB else []
        )
    return found
