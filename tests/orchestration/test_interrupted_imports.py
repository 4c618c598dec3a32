"""What the sensor does about imports that were interrupted: killed, without power, or too large for the machine."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import pytest
from ticks import Platform, dead_mark, drop

from oumi_assets.imports.form import Form
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.workspace import DEDUPED_DATASET
from oumi_assets.orchestration.tags import PROCESS_TAG
from oumi_assets.storage.scratch import host_tag


def test_killed_after_partitions_were_added_nothing_is_missed(platform: Platform, uploads: Path) -> None:
    """Dagster commits partitions before it reserves runs: whoever plans against partitions loses this file."""
    drop(uploads, "one.jsonl")
    platform.tick()
    platform.restart()
    platform.run_everything()
    assert platform.finished() == {"one.jsonl": "complete"}


def test_killed_before_the_run_was_queued_the_same_run_is_asked_for(platform: Platform, uploads: Path) -> None:
    """Dagster finds the created run by its key and starts that one, instead of a second."""
    drop(uploads, "one.jsonl")
    [request] = platform.tick()
    platform.record(request, dg.DagsterRunStatus.NOT_STARTED)
    platform.restart()
    [again] = platform.tick()
    assert again.run_key == request.run_key


def test_what_waits_in_the_queue_is_not_asked_for_again(platform: Platform, uploads: Path) -> None:
    """The queue survives a restart by itself; so does what was just launched from it."""
    drop(uploads, "one.jsonl")
    [request] = platform.tick()
    platform.record(request, dg.DagsterRunStatus.STARTING)
    platform.restart()
    assert platform.tick() == []


def test_a_run_of_a_dead_process_is_reaped_by_the_tick_and_its_upload_planned_again(
    platform: Platform, uploads: Path
) -> None:
    """Only its worker was killed: the platform goes on, and nobody else would ever end that run."""
    drop(uploads, "one.jsonl")
    [request] = platform.tick()
    run_id = platform.record(request, dg.DagsterRunStatus.STARTED)
    platform.instance.add_run_tags(run_id, {PROCESS_TAG: dead_mark(run_id)})
    half_written = uploads.parent / "storage" / ".staging" / f"{host_tag()}-999999999-1-abcdefgh"
    half_written.mkdir(parents=True)
    [again] = platform.tick()
    assert not half_written.exists()
    assert platform.instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.FAILURE
    assert again.partition_key == request.partition_key
    assert again.run_key != request.run_key
    assert platform.run(again).success
    assert platform.tick() == []


def test_what_a_killed_process_left_is_swept_though_dagster_ended_its_run(platform: Platform, uploads: Path) -> None:
    """Its code server may be quicker than the tick; gigabytes of a killed import lay there until the next start."""
    drop(uploads, "one.jsonl")
    [request] = platform.tick()
    platform.record(request, dg.DagsterRunStatus.FAILURE)
    half_written = uploads.parent / "storage" / ".staging" / f"{host_tag()}-999999999-1-abcdefgh"
    half_written.mkdir(parents=True)
    platform.tick()
    assert not half_written.exists()


def test_what_another_platform_makes_is_left_to_it(platform: Platform, uploads: Path) -> None:
    """Two platforms on one storage have a Dagster home each: only the manifests tell of the other's imports."""
    drop(uploads, "one.jsonl")
    [request] = platform.tick()
    make_raw_export(platform.workspace, str(request.partition_key), Form(file="one.jsonl"), watched=True)
    platform.restart()
    assert platform.tick() == []


@pytest.mark.parametrize("content", [b"", b"\0\0\0\0"])
def test_an_import_whose_manifest_was_lost_with_the_power_is_planned_again(
    content: bytes, platform: Platform, uploads: Path
) -> None:
    """An empty note is no dataset: the upload would never be imported."""
    drop(uploads, "one.jsonl")
    [request] = platform.tick()
    run_id = platform.record(request, dg.DagsterRunStatus.STARTED)
    manifest = Path(platform.workspace.store.location(DEDUPED_DATASET, str(request.partition_key))) / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_bytes(content)
    platform.instance.report_run_failed(platform.instance.get_run_by_id(run_id))
    platform.restart()
    platform.run_everything()
    assert platform.finished() == {"one.jsonl": "complete"}
    assert platform.workspace.store.complete(DEDUPED_DATASET, str(request.partition_key))


def test_a_run_that_carries_the_mark_of_the_run_it_repeats_is_not_reaped(platform: Platform, uploads: Path) -> None:
    """A re-execution copies its parent's tags, whose process is dead."""
    drop(uploads, "one.jsonl")
    [request] = platform.tick()
    run_id = platform.record(request, dg.DagsterRunStatus.STARTED, {PROCESS_TAG: dead_mark("its-parent")})
    assert platform.tick() == []
    assert platform.instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.STARTED


def test_an_upload_that_always_kills_its_process_is_given_up(platform: Platform, uploads: Path) -> None:
    """One file that eats all memory must not keep the platform busy for ever."""
    drop(uploads, "one.jsonl")
    attempts = 0
    while requests := platform.tick():
        [request] = requests
        platform.instance.report_run_failed(
            platform.instance.get_run_by_id(platform.record(request, dg.DagsterRunStatus.STARTED))
        )
        attempts += 1
        assert attempts <= 3
    assert attempts == 3


def test_a_file_that_was_away_is_planned_as_soon_as_it_is_there_again(platform: Platform, uploads: Path) -> None:
    """Somebody moved it out and in again, or its network disk was away: there is no trouble to wait for."""
    path = drop(uploads, "one.jsonl")
    [request] = platform.tick()
    aside = path.rename(uploads.parent / "aside.jsonl")
    assert not platform.run(request).success
    assert platform.tick() == []
    aside.rename(path)
    [again] = platform.tick()
    assert again.partition_key == request.partition_key
    assert platform.run(again).success


def test_a_touched_file_whose_import_was_interrupted_is_finished_under_its_new_key(
    platform: Platform, uploads: Path
) -> None:
    """Its bytes are stored already, but they never became a dataset."""
    path = drop(uploads, "one.jsonl")
    [request] = platform.tick()
    make_raw_export(platform.workspace, str(request.partition_key), Form(file="one.jsonl"), watched=True)
    platform.instance.report_run_failed(
        platform.instance.get_run_by_id(platform.record(request, dg.DagsterRunStatus.STARTED))
    )
    os.utime(path, ns=(5_000, 5_000))
    [again] = platform.tick()
    assert again.partition_key != request.partition_key
    assert platform.run(again).success
    assert platform.tick() == []
