"""Failed imports are run again: by themselves when the fault passes, by people otherwise."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from ticks import BROKEN, FIXTURE, Platform, dead_mark

from oumi_assets.core.errors import (
    AmbiguousDataset,
    BadSetting,
    TraceImportError,
    TransientError,
    UnknownDataset,
    UnreadableFile,
)
from oumi_assets.core.pace import no_progress
from oumi_assets.core.storage_errors import DiskFull
from oumi_assets.imports.form import Form
from oumi_assets.imports.workspace import DEDUPED_DATASET, PARSED_TRACES, RAW_EXPORT, STAGES, Workspace
from oumi_assets.orchestration import planning, steps
from oumi_assets.orchestration.in_process import Importer
from oumi_assets.orchestration.tags import PATH_TAG, PROCESS_TAG
from oumi_assets.storage.local_store import LocalStore as Store
from oumi_assets.storage.local_uploads import LocalUploads as Uploads
from oumi_assets.storage.manifest import Manifest, Outcome


@pytest.fixture(autouse=True)
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "BACKOFF_SECONDS", 0.0)


class FlakyUploads(Uploads):
    """A folder whose files cannot be opened the first few times."""

    def __init__(self, root: Path, error: Exception, times: int) -> None:
        super().__init__(root)
        self._error, self.left = error, times

    @contextmanager
    def open(self, name: str) -> Any:
        if self.left:
            self.left -= 1
            raise self._error
        with super().open(name) as file:
            yield file


class CrashingStore(Store):
    """A storage in which publishing one asset fails with a bug."""

    def __init__(self, root: Path, asset: str) -> None:
        super().__init__(root)
        self._asset = asset

    def publish(self, staged: Path, manifest: Manifest, hashes: Mapping[str, str] | None = None) -> Manifest:
        if manifest.asset == self._asset:
            raise RuntimeError("a bug of ours")
        return super().publish(staged, manifest, hashes)


def _uploads(workspace: Workspace) -> Path:
    assert isinstance(workspace.uploads, Uploads)
    return workspace.uploads.root


def _outcome(workspace: Workspace, key: str) -> Outcome | None:
    manifest = workspace.store.manifest(DEDUPED_DATASET, key)
    return manifest.outcome if manifest else None


@pytest.mark.parametrize(
    "error", [TransientError("the server is away"), ConnectionResetError(104, "reset"), OSError(5, "I/O")]
)
def test_a_fault_that_passes_is_retried_inside_the_run(
    error: Exception, instance: dg.DagsterInstance, workspace: Workspace
) -> None:
    """A dropped connection is no reason to bother people."""
    shutil.copyfile(FIXTURE, _uploads(workspace) / "one.jsonl")
    platform = Platform(instance, replace(workspace, uploads=FlakyUploads(_uploads(workspace), error, 3)))
    [request] = platform.tick()
    result = platform.run(request)
    assert result.success
    assert len([event for event in result.all_events if event.is_step_up_for_retry]) == 3


@pytest.mark.parametrize(
    ("fault", "times"),
    [(TransientError("the server is away"), 5), (DiskFull("/storage"), 1), (UnreadableFile("one.jsonl"), 1)],
)
def test_a_fault_that_lasts_fails_the_run_and_the_upload_is_planned_again(
    fault: TraceImportError, times: int, instance: dg.DagsterInstance, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outage longer than the retries of a run says nothing of the file either; it may last, so there is a pause."""
    shutil.copyfile(FIXTURE, _uploads(workspace) / "one.jsonl")
    platform = Platform(instance, replace(workspace, uploads=FlakyUploads(_uploads(workspace), fault, times)))
    [request] = platform.tick()
    result = platform.run(request)
    assert not result.success
    [failure] = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert failure.user_failure_data.description == str(fault)
    assert not platform.finished(), "nothing is recorded of the file"
    assert not platform.tick()
    monkeypatch.setattr(planning, "PAUSES", (0.0,))
    platform.run_everything()
    assert platform.finished() == {"one.jsonl": "complete"}


def test_an_error_of_the_system_that_does_not_pass_is_not_waited_for(
    instance: dg.DagsterInstance, workspace: Workspace
) -> None:
    """It is a bug of ours, however it looks: trying again hides it, and its page would blame a disk."""
    shutil.copyfile(FIXTURE, _uploads(workspace) / "one.jsonl")
    bug = OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    platform = Platform(instance, replace(workspace, uploads=FlakyUploads(_uploads(workspace), bug, 1)))
    [request] = platform.tick()
    result = platform.run(request)
    [failure] = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert failure.user_failure_data is None
    assert not [event for event in result.all_events if event.is_step_up_for_retry]
    assert platform.tick() == []


def test_a_bad_file_is_not_retried(instance: dg.DagsterInstance, workspace: Workspace) -> None:
    """What is in the file does not get better by waiting."""
    shutil.copyfile(BROKEN, _uploads(workspace) / "one.jsonl")
    platform = Platform(instance, workspace)
    [request] = platform.tick()
    result = platform.run(request)
    assert not result.success
    assert not [event for event in result.all_events if event.is_step_up_for_retry]


def test_a_replaced_bad_file_of_the_sensor_can_be_retried(workspace: Workspace) -> None:
    """The user repaired the file and wants that very import; the sensor does not import it once more afterwards."""
    path = _uploads(workspace) / "one.jsonl"
    shutil.copyfile(BROKEN, path)
    with dg.DagsterInstance.get() as instance, Importer() as importer:
        platform = Platform(instance, workspace)
        [request] = platform.tick()
        platform.run(request)
        key = str(request.partition_key)
        assert importer.retry(key, no_progress).error is not None
        shutil.copyfile(FIXTURE, path)
        assert importer.retry(key, no_progress).error is None
        assert _outcome(workspace, key) is Outcome.COMPLETE
        platform.restart()
        assert platform.tick() == []


def test_a_replaced_bad_file_of_the_command_line_is_found_where_it_was(workspace: Workspace, tmp_path: Path) -> None:
    """The command line names files anywhere on the disk."""
    path = tmp_path / "elsewhere.jsonl"
    shutil.copyfile(BROKEN, path)
    with Importer() as importer:
        failed = importer.import_file(path, Form("a name", "auto", path.name, False), no_progress)
        assert failed.error is not None
        shutil.copyfile(FIXTURE, path)
        again = importer.retry(failed.key, no_progress)
    assert again.error is None
    assert again.dataset == "a name"
    raw = workspace.store.complete(RAW_EXPORT, failed.key)
    assert raw.settings is not None
    assert raw.settings.deduplicate is False


@pytest.mark.parametrize("asset", [RAW_EXPORT, PARSED_TRACES, DEDUPED_DATASET])
def test_an_import_that_crashed_in_any_stage_can_be_retried(asset: str, workspace: Workspace, tmp_path: Path) -> None:
    """Whatever was stored, or nothing yet: the form is known from the run."""
    path = tmp_path / "mine.jsonl"
    shutil.copyfile(FIXTURE, path)
    with Importer() as importer:
        whole, importer._workspace = (
            importer._workspace,
            replace(workspace, store=CrashingStore(workspace.store.root, asset)),
        )
        failed = importer.import_file(path, Form("mine", "auto", path.name, True), no_progress)
        assert failed.error is not None
        made = [stage for stage in STAGES if workspace.store.manifest(stage, failed.key) is not None]
        assert made == list(STAGES[: STAGES.index(asset)])
        importer._workspace = whole
        assert importer.retry(failed.key, no_progress).error is None
    assert _outcome(workspace, failed.key) is Outcome.COMPLETE


def test_a_reaped_import_can_be_retried(workspace: Workspace) -> None:
    """Its process was killed before anything was stored."""
    shutil.copyfile(FIXTURE, _uploads(workspace) / "one.jsonl")
    with dg.DagsterInstance.get() as instance, Importer() as importer:
        platform = Platform(instance, workspace)
        [request] = platform.tick()
        run_id = platform.record(request, dg.DagsterRunStatus.STARTED)
        key = str(request.partition_key)
        with pytest.raises(BadSetting, match="is running or waiting"):
            importer.retry(key, no_progress)
        instance.add_run_tags(run_id, {PROCESS_TAG: dead_mark(run_id)})
        assert importer.retry(key, no_progress).error is None
        platform.restart()
        assert platform.tick() == []


def test_an_unknown_import_cannot_be_retried(workspace: Workspace) -> None:
    """A typing error gets a sentence, not an empty partition."""
    with Importer() as importer, pytest.raises(UnknownDataset):
        importer.retry("no-such-import", no_progress)


def test_an_import_is_retried_by_its_name_and_one_that_failed_is_meant_first(workspace: Workspace, tmp_path: Path) -> None:
    """`show` and `delete` take names; of two imports of one file, it is the failed one that somebody wants again."""
    path = tmp_path / "monday.jsonl"
    with Importer() as importer:
        shutil.copyfile(FIXTURE, path)
        made = importer.import_file(path, Form("monday", file=path.name), no_progress)
        assert importer.retry("monday", no_progress).key == made.key
        shutil.copyfile(BROKEN, path)
        failed = importer.import_file(path, Form("monday", file=path.name), no_progress)
        shutil.copyfile(FIXTURE, path)
        again = importer.retry("monday", no_progress)
        assert (again.key, again.error) == (failed.key, None)
        with pytest.raises(AmbiguousDataset):
            importer.retry("monday", no_progress)


def test_a_path_typed_as_a_tag_in_the_ui_names_no_file(workspace: Workspace, tmp_path: Path) -> None:
    """Anyone with the UI may tag a run; the retry of an operator must not read the file such a tag names."""
    secret = tmp_path / "secret.txt"
    shutil.copyfile(FIXTURE, secret)
    with dg.DagsterInstance.get() as instance, Importer() as importer:
        origin = _launched_from_the_ui(instance, "monday", {PATH_TAG: str(secret)})
        assert origin.remote_job_origin is not None
        again = importer.retry("monday", no_progress)
    assert again.error is not None
    assert workspace.store.manifest(DEDUPED_DATASET, "monday") is None


def _launched_from_the_ui(instance: dg.DagsterInstance, key: str, tags: dict[str, str]) -> dg.DagsterRun:
    """A run as the webserver creates it: it has an origin in a code location."""
    repository = RemoteRepositoryOrigin(
        ManagedGrpcPythonEnvCodeLocationOrigin(LoadableTargetOrigin(module_name="oumi_assets.definitions")), "__repository__"
    )
    run = dg.DagsterRun(
        job_name="trace_import",
        run_config={"ops": {RAW_EXPORT: {"config": {"file": "by-hand/missing.jsonl"}}}},
        tags={**tags, "dagster/partition": key},
        status=dg.DagsterRunStatus.FAILURE,
        remote_job_origin=RemoteJobOrigin(repository, "trace_import"),
    )
    return instance.add_run(run)
