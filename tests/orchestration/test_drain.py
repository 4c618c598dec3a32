"""A burst is imported by one process, and every import of it is still an import of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
from ticks import BROKEN, FIXTURE, Platform, drop, keys_of

from oumi_assets.imports.workspace import DEDUPED_DATASET, Workspace
from oumi_assets.orchestration.history import DRAIN_JOB, runs_of_import
from oumi_assets.orchestration.tags import PROCESS_TAG, has_dead_process
from oumi_assets.storage.local_uploads import LocalUploads as Uploads


def _drop(workspace: Workspace, name: str, source: Path = FIXTURE) -> None:
    assert isinstance(workspace.uploads, Uploads)
    drop(workspace.uploads.root, name, source)


def test_a_burst_of_thirty_files_two_of_them_broken_ends_as_thirty_imports(platform: Platform) -> None:
    """One bad file harms no other, and each has its own partition, run, counts and outcome."""
    broken = {"07.jsonl", "21.jsonl"}
    for number in range(30):
        name = f"{number:02}.jsonl"
        _drop(platform.workspace, name, BROKEN if name in broken else FIXTURE)
    [request] = platform.tick()
    assert request.job_name == DRAIN_JOB
    keys = keys_of([request])
    assert len(keys) == 30
    assert platform.run(request).success
    outcomes = platform.finished()
    assert {name for name, outcome in outcomes.items() if outcome == "failed"} == broken
    assert sum(outcome == "complete" for outcome in outcomes.values()) == 28
    for key in keys:
        [run] = runs_of_import(platform.instance, key)
        file = run.run_config["ops"]["raw_export"]["config"]["file"]  # type: ignore[index]
        assert run.job_name == "trace_import"
        assert run.is_success == (file not in broken)
        events = platform.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        assert len(events) == (0 if file in broken else 4)
    assert len(platform.workspace.store.manifests(DEDUPED_DATASET)) == 28
    assert set(platform.instance.get_dynamic_partitions("imports")) == set(keys)
    platform.restart()
    assert platform.tick() == []


def test_a_broken_file_of_a_burst_says_what_is_wrong_on_its_own_run(platform: Platform) -> None:
    """People look at the run of their file, not at a drain they never heard of."""
    for name in ("a", "b", "c", "d"):
        _drop(platform.workspace, f"{name}.jsonl", BROKEN)
    [request] = platform.tick()
    platform.run(request)
    [run] = runs_of_import(platform.instance, keys_of([request])[0])
    [failure] = platform.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)[:1]
    data = failure.dagster_event.step_failure_data  # type: ignore[union-attr]
    assert data.user_failure_data.description.startswith("This file is not a trace export we know")


def test_what_a_killed_drain_had_not_imported_is_planned_again(platform: Platform) -> None:
    """Finished imports stay, the interrupted one is a second attempt, the others are as new."""
    for number in range(6):
        _drop(platform.workspace, f"{number}.jsonl")
    [request] = platform.tick()
    keys = keys_of([request])
    drain = platform.record(request, dg.DagsterRunStatus.STARTED)
    assert platform.tick() == [], "what a running drain promised is in flight"
    first = request.run_config["ops"]["import_uploads"]["config"]["uploads"][0]
    single = dg.RunRequest(
        partition_key=first["key"],
        job_name="trace_import",
        run_config={"ops": {"raw_export": {"config": {"file": first["file"]}}}},
        tags={"oumi/content_tag": first["content_tag"]},
    )
    platform.run(single)
    platform.instance.report_run_failed(platform.instance.get_run_by_id(drain))
    platform.restart()
    [again] = platform.tick()
    assert set(keys_of([again])) == set(keys[1:])
    platform.run_everything()
    assert list(platform.finished().values()) == ["complete"] * 6


def test_a_drain_leaves_alone_what_was_imported_meanwhile(platform: Platform) -> None:
    """A drain that waited in the queue may find its work done."""
    for number in range(5):
        _drop(platform.workspace, f"{number}.jsonl")
    [request] = platform.tick()
    platform.run(request)
    assert platform.run(request).success
    assert all(len(runs_of_import(platform.instance, key)) == 1 for key in keys_of([request]))


def _nested_runs(platform: Platform) -> list[dg.DagsterRun]:
    """The one run of each import of a drain of four."""
    for number in range(4):
        _drop(platform.workspace, f"{number}.jsonl")
    [request] = platform.tick()
    platform.run(request)
    runs = [run for key in keys_of([request]) for run in runs_of_import(platform.instance, key)]
    assert len(runs) == 4
    return runs


def test_nested_runs_say_that_the_sensor_launched_them(platform: Platform) -> None:
    """The list of runs said of each that a person had."""
    for run in _nested_runs(platform):
        assert run.tags["dagster/sensor_name"] == "upload_sensor"
        assert "dagster/run_key" not in run.tags


def test_nested_runs_carry_the_mark_of_their_process(platform: Platform) -> None:
    """When the drain is killed, its nested run is recognised as dead by it."""
    for run in _nested_runs(platform):
        assert run.tags[PROCESS_TAG].endswith(run.run_id)
        assert not has_dead_process(run, unmarked=True)


class InterruptedUploads(Uploads):
    """A folder in which somebody ends the process while one file is opened."""

    @contextmanager
    def open(self, name: str) -> Iterator[Any]:
        if name == "2.jsonl":
            raise dg.DagsterExecutionInterruptedError
        with super().open(name) as file:
            yield file


def test_an_interrupted_drain_ends_where_it_is_and_the_rest_is_planned_again(
    instance: dg.DagsterInstance, workspace: Workspace, uploads: Path
) -> None:
    """Whoever ends a drain in the UI must not see it go on with the next file."""
    for number in range(5):
        os.utime(drop(uploads, f"{number}.jsonl"), (number, number))
    platform = Platform(instance, replace(workspace, uploads=InterruptedUploads(uploads)))
    [request] = platform.tick()
    keys = keys_of([request])
    result = platform.run(request)
    [failure] = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert failure.user_failure_data.description == f"Interrupted at 3 of 5: {keys[2]}; the rest is planned again."
    assert [len(runs_of_import(instance, key)) for key in keys] == [1, 1, 1, 0, 0]
    platform.workspace = workspace
    platform.run_everything()
    assert list(platform.finished().values()) == ["complete"] * 5
