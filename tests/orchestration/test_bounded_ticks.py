"""A tick does a bounded part of any amount of work, and the ticks after it come to its end."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
from ticks import Platform, drop, keys_of

from oumi_assets.imports.workspace import Workspace
from oumi_assets.orchestration import watcher
from oumi_assets.orchestration.planning import MAX_DRAINED, MAX_DRAINS
from oumi_assets.orchestration.watcher import Watcher
from oumi_assets.storage.local_uploads import LocalUploads as Uploads
from oumi_assets.storage.uploads import Upload


def test_a_known_file_larger_than_a_look_is_compared_over_several_ticks(
    platform: Platform, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading 50 GB in one tick would run into Dagster's time limit, for ever again; other files do not wait for it."""
    paths = [drop(uploads, name) for name in ("large.jsonl", "large too.jsonl")]
    platform.run_everything()
    for path in paths:
        os.utime(path, ns=(5_000, 5_000))
    third = paths[0].stat().st_size // 3
    monkeypatch.setattr(watcher, "MAX_BYTES_PER_TICK", third)
    drop(uploads, "other.jsonl")
    assert len(platform.tick()) == 1
    platform.run_everything()
    for _ in range(9):
        assert platform.tick() == []
    assert len(json.loads(platform.cursor or "")) == 2


def test_a_tick_reads_so_much_of_all_known_files_together(
    platform: Platform, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup touches every file at once; each alone may be small enough."""
    paths = [drop(uploads, f"{number}.jsonl") for number in range(3)]
    platform.run_everything()
    for path in paths:
        os.utime(path, ns=(5_000, 5_000))
    monkeypatch.setattr(watcher, "MAX_BYTES_PER_TICK", paths[0].stat().st_size)
    for known in (1, 2, 3):
        assert platform.tick() == []
        assert len(json.loads(platform.cursor or "")) == known


def test_a_tick_that_runs_out_of_time_plans_what_it_saw(
    instance: dg.DagsterInstance, workspace: Workspace, uploads: Path
) -> None:
    """Dagster ends a long tick, and a tick that was ended has planned nothing."""
    for number in range(8):
        drop(uploads, f"{number}.jsonl")
    seconds = iter(range(0, 10_000, 4))
    platform = Platform(instance, workspace, Watcher(clock=lambda: float(next(seconds))))
    seen = platform.tick()
    assert len(seen) == 3
    for request in seen:
        platform.run(request)
    platform.run_everything()
    assert list(platform.finished().values()) == ["complete"] * 8


class ManyUploads(Uploads):
    """A folder of any size that costs nothing."""

    def __init__(self, root: Path, count: int) -> None:
        super().__init__(root)
        self._uploads = [Upload(f"{number:06}.jsonl", 10, 5) for number in range(count)]

    def watched(self) -> list[Upload]:
        return self._uploads


def test_a_hundred_thousand_files_are_planned_a_bounded_number_at_a_time(
    instance: dg.DagsterInstance, workspace: Workspace, uploads: Path
) -> None:
    """No tick asks for more than the queue takes, none asks twice, and what is done makes room for the next."""
    platform = Platform(instance, replace(workspace, uploads=ManyUploads(uploads, 100_000)))
    asked: list[str] = []
    for _ in range(MAX_DRAINS):
        [request] = platform.tick()
        assert len(keys_of([request])) == MAX_DRAINED
        asked += keys_of([request])
        last = platform.record(request, dg.DagsterRunStatus.STARTING)
    assert len(set(asked)) == MAX_DRAINED * MAX_DRAINS
    assert platform.tick() == []
    instance.report_run_failed(instance.get_run_by_id(last))
    freed = keys_of(platform.tick())
    assert len(freed) == MAX_DRAINED
    assert not set(freed) & set(asked[:-MAX_DRAINED])


def test_a_sweep_over_known_files_takes_several_ticks_and_comes_to_its_end(
    instance: dg.DagsterInstance, workspace: Workspace, uploads: Path
) -> None:
    """After a restart everything is looked at again; a tick that runs out of time goes on where it stopped."""
    for number in range(8):
        drop(uploads, f"{number}.jsonl")
    Platform(instance, workspace).run_everything()
    seconds = iter(range(0, 10_000, 4))
    platform = Platform(instance, workspace, Watcher(clock=lambda: float(next(seconds))))
    before = drop(uploads, "new.jsonl")
    assert len(platform.tick()) == 1, "a new file does not wait for the end of the sweep"
    before.unlink()
    used = sum(platform.tick() == [] for _ in range(5))
    assert used == 5
