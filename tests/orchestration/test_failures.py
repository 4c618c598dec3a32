"""What failed, and why: everything that `retry` takes is listed, with the sentence that `import` or the run's page says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner
from ticks import BROKEN, FIXTURE, Platform, dead_mark

from oumi_assets.cli import commands
from oumi_assets.core.errors import AmbiguousDataset
from oumi_assets.core.pace import no_progress
from oumi_assets.imports.catalog import ListedImport
from oumi_assets.imports.form import Form
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.workspace import RAW_EXPORT, Workspace
from oumi_assets.orchestration.failures import list_failed
from oumi_assets.orchestration.in_process import Importer
from oumi_assets.orchestration.job import imports_job
from oumi_assets.orchestration.partitions import IMPORTS
from oumi_assets.orchestration.planning import PAUSES
from oumi_assets.orchestration.resources import OpenedWorkspace
from oumi_assets.orchestration.tags import ATTEMPT_TAG, LATER, PROCESS_TAG, TRY_AGAIN_TAG


@pytest.fixture
def home() -> Iterator[dg.DagsterInstance]:
    """The instance that commands open, too."""
    with dg.DagsterInstance.get() as found:
        yield found


def by_hand(home: dg.DagsterInstance, workspace: Workspace, key: str, **form: object) -> None:
    """A run as the UI launches it."""
    home.add_dynamic_partitions(IMPORTS, [key])
    config = {"ops": {RAW_EXPORT: {"config": form}}}
    job = imports_job(OpenedWorkspace(workspace))
    job.execute_in_process(instance=home, partition_key=key, run_config=config, raise_on_error=False)


def requested(home: dg.DagsterInstance, workspace: Workspace, folder: Path) -> tuple[Platform, dg.RunRequest]:
    """A dropped file of which the sensor has asked for the import."""
    shutil.copyfile(FIXTURE, folder / "uploads" / "monday.jsonl")
    platform = Platform(home, workspace)
    [request] = platform.tick()
    return platform, request


def only(home: dg.DagsterInstance, workspace: Workspace) -> ListedImport:
    """The one that is listed."""
    (found,) = list_failed(home, workspace.store)
    return found


@pytest.mark.parametrize(
    ("form", "key", "why"),
    [
        ({"file": "mondya.jsonl"}, "monday", "File not found: mondya.jsonl"),
        ({"file": "../monday.jsonl"}, "monday", "../monday.jsonl cannot be imported"),
        ({"file": "monday.jsonl", "dataset_name": "x" * 200}, "monday", "The dataset name has 200 characters"),
        ({"file": "monday.jsonl"}, "a...b", "This partition name cannot be used"),
        ({"file": "bad.jsonl"}, "monday", "This file is not a trace export we know"),
        ({}, "monday", "Nothing to import"),
    ],
)
def test_what_failed_by_hand_is_listed_with_its_sentence_and_can_be_retried(
    home: dg.DagsterInstance, workspace: Workspace, tmp_path: Path, form: dict[str, str], key: str, why: str
) -> None:
    """Most of these fail before anything is stored, so that only Dagster knows them."""
    shutil.copyfile(FIXTURE, tmp_path / "uploads" / "monday.jsonl")
    shutil.copyfile(BROKEN, tmp_path / "uploads" / "bad.jsonl")
    by_hand(home, workspace, key, **form)
    listed = only(home, workspace)
    assert (listed.key, listed.conversations) == (key, 0)
    assert (listed.error or "").startswith(why)
    with Importer() as importer:
        assert importer.retry(key, no_progress).error == listed.error
    assert only(home, workspace).error == listed.error


@pytest.mark.parametrize("called", ["one", "mondya"])
def test_what_only_dagster_knows_can_be_deleted(home: dg.DagsterInstance, workspace: Workspace, called: str) -> None:
    """A typing error in the form must not be listed for ever."""
    by_hand(home, workspace, "one", file="by-hand/mondya.jsonl")
    done = CliRunner().invoke(commands, ["delete", called, "--yes"], catch_exceptions=False)
    assert "Deleted mondya (import one)" in done.output
    assert not list_failed(home, workspace.store)
    assert not home.get_dynamic_partitions(IMPORTS)


def test_several_of_that_name_are_told_apart_by_key(home: dg.DagsterInstance, workspace: Workspace) -> None:
    """Deleting the wrong one cannot be undone."""
    by_hand(home, workspace, "one", file="mondya.jsonl")
    by_hand(home, workspace, "two", file="mondya.jsonl")
    with pytest.raises(AmbiguousDataset, match=r"one \(\d{4}-\d\d-\d\d \d\d:\d\d\), two \("):
        CliRunner().invoke(commands, ["delete", "mondya", "--yes"], catch_exceptions=False)
    assert len(list_failed(home, workspace.store)) == 2


def test_it_is_called_what_its_dataset_would_be_called(home: dg.DagsterInstance, workspace: Workspace) -> None:
    """People know their names and files, not keys."""
    by_hand(home, workspace, "one", file="by-hand/mondya.jsonl")
    by_hand(home, workspace, "two", file="mondya.jsonl", dataset_name="Support agent")
    by_hand(home, workspace, "three")
    assert [found.name for found in list_failed(home, workspace.store)] == ["mondya", "Support agent", "three"]


def test_the_newest_reason_is_the_one_that_is_said(home: dg.DagsterInstance, workspace: Workspace, tmp_path: Path) -> None:
    """What the last try said is what is in the way now."""
    path = shutil.copyfile(BROKEN, tmp_path / "mine.jsonl")
    with Importer() as importer:
        key = importer.import_file(path, Form("", "auto", path.name, True), no_progress).key
        path.unlink()
        assert (importer.retry(key, no_progress).error or "").startswith("File not found")
    assert (only(home, workspace).error or "").startswith("File not found")


@pytest.mark.parametrize(
    ("status", "tags", "why"),
    [
        (dg.DagsterRunStatus.NOT_STARTED, {}, "It is waiting in the queue."),
        (dg.DagsterRunStatus.STARTED, {}, "It is running right now."),
        (dg.DagsterRunStatus.CANCELED, {}, "It was canceled."),
        (dg.DagsterRunStatus.FAILURE, {"dagster/failure_reason": "UNEXPECTED_TERMINATION"}, "It was interrupted"),
        (dg.DagsterRunStatus.FAILURE, {"dagster/failure_reason": "STEP_FAILURE"}, "An error of ours"),
    ],
)
def test_what_runs_waits_or_was_interrupted_is_said_to(
    home: dg.DagsterInstance,
    workspace: Workspace,
    tmp_path: Path,
    status: dg.DagsterRunStatus,
    tags: dict[str, str],
    why: str,
) -> None:
    """None of these is the file's fault, and only some of them can be retried."""
    platform, request = requested(home, workspace, tmp_path)
    platform.record(request, status, tags)
    assert (only(home, workspace).error or "").startswith(why)


# Without a number it was run again by hand, and counts as the sensor's first attempt.
@pytest.mark.parametrize(("attempt", "again"), [("1", True), ("", True), (str(len(PAUSES) + 1), False)])
def test_what_waits_for_a_place_is_said_to_be_tried_again(
    home: dg.DagsterInstance, workspace: Workspace, tmp_path: Path, attempt: str, again: bool
) -> None:
    """Nobody needs to do anything but to make room."""
    platform, request = requested(home, workspace, tmp_path)
    tags = {"dagster/failure_reason": "STEP_FAILURE", TRY_AGAIN_TAG: LATER, ATTEMPT_TAG: attempt}
    platform.record(request, dg.DagsterRunStatus.FAILURE, tags)
    assert (only(home, workspace).error or "").endswith("The sensor tries it again by itself.") is again


def test_an_import_by_hand_is_not_tried_again_by_itself(
    home: dg.DagsterInstance, workspace: Workspace, tmp_path: Path
) -> None:
    """The sensor looks after its own; whoever waits for it here would wait for ever."""
    platform, request = requested(home, workspace, tmp_path)
    tags = {"dagster/failure_reason": "STEP_FAILURE", TRY_AGAIN_TAG: LATER}
    platform.record(request._replace(tags={}), dg.DagsterRunStatus.FAILURE, tags)
    assert not (only(home, workspace).error or "").endswith("by itself.")


def test_what_another_platform_left_unfinished_is_listed(
    home: dg.DagsterInstance, workspace: Workspace, tmp_path: Path
) -> None:
    """It has no Dagster run here, and nobody can tell from here whether it goes on."""
    shutil.copyfile(FIXTURE, tmp_path / "uploads" / "monday.jsonl")
    make_raw_export(workspace, "theirs", Form(file="monday.jsonl"))
    assert only(home, workspace).error == "It was interrupted, or another platform is making it right now."


def test_a_run_of_some_stages_alone_is_no_import(home: dg.DagsterInstance, workspace: Workspace, tmp_path: Path) -> None:
    """Somebody materialized the first asset only, and its run succeeded: there is no dataset all the same."""
    platform, request = requested(home, workspace, tmp_path)
    make_raw_export(workspace, str(request.partition_key), Form(file="monday.jsonl"))
    platform.record(request, dg.DagsterRunStatus.SUCCESS)
    assert only(home, workspace).error == "Not all of its stages were made."


def test_a_killed_import_is_interrupted_and_does_not_run(
    home: dg.DagsterInstance, workspace: Workspace, tmp_path: Path
) -> None:
    """Its run stays in the history as if it went on, until somebody looks after it."""
    platform, request = requested(home, workspace, tmp_path)
    run_id = platform.record(request, dg.DagsterRunStatus.STARTED)
    home.add_run_tags(run_id, {PROCESS_TAG: dead_mark(run_id)})
    assert (only(home, workspace).error or "").startswith("It was interrupted")


def test_finished_imports_and_partitions_without_a_run_are_not_listed(
    home: dg.DagsterInstance, workspace: Workspace, tmp_path: Path
) -> None:
    """A list of failures that holds anything else is not read."""
    shutil.copyfile(FIXTURE, tmp_path / "uploads" / "monday.jsonl")
    by_hand(home, workspace, "monday", file="monday.jsonl")
    home.add_dynamic_partitions(IMPORTS, ["tuesday"])
    assert list_failed(home, workspace.store) == []
