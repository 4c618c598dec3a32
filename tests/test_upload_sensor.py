"""The sensor tick by tick: each new content is imported exactly once, whatever happens to its file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import dagster as dg
import pytest
from ticks import BROKEN, FIXTURE, Platform, drop, keys_of

from oumi_assets.core.errors import FileNotFound, UnsafePath
from oumi_assets.imports import known_content
from oumi_assets.imports.catalog import delete_import
from oumi_assets.imports.workspace import RAW_EXPORT, Workspace
from oumi_assets.orchestration import upload_sensor, watcher
from oumi_assets.orchestration.planning import MAX_DRAINED, MAX_DRAINS
from oumi_assets.orchestration.watcher import Watcher
from oumi_assets.storage.local_uploads import LocalUploads as Uploads
from oumi_assets.storage.uploads import Upload

ODD_NAMES = [
    "with space.jsonl",
    "quote'\".jsonl",
    "été-漢字-🙂.jsonl",
    "-rf.jsonl",
    "[a],{b}.jsonl",
    "a..b...jsonl",
    "$(touch x);`y`.jsonl",
    "line\nbreak.jsonl",
    "%2e%2e.jsonl",
    "x" * 249 + ".jsonl",
    "sub folder/deep/er.jsonl",
    "CON.jsonl",
]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look comes at once: nothing writes while these tests look."""
    monkeypatch.setattr(upload_sensor, "SECOND_LOOK_SECONDS", 0.0)


def test_a_dropped_file_is_imported_once(platform: Platform, uploads: Path) -> None:
    """The main promise: one content, one import, also after a restart that remembers nothing."""
    drop(uploads, "one.jsonl")
    platform.run_everything()
    platform.restart()
    platform.cursor = None
    assert platform.tick() == []
    assert platform.finished() == {"one.jsonl": "complete"}


def test_files_with_one_and_the_same_old_time_are_all_imported(platform: Platform, uploads: Path) -> None:
    """`mv` and `cp -p` keep old times, and archives give many files the same one."""
    for name in ("a.jsonl", "b.jsonl", "c.jsonl"):
        os.utime(drop(uploads, name), ns=(1_000, 1_000))
    platform.run_everything()
    os.utime(drop(uploads, "late.jsonl"), ns=(1_000, 1_000))
    platform.run_everything()
    assert set(platform.finished()) == {"a.jsonl", "b.jsonl", "c.jsonl", "late.jsonl"}


def test_odd_names_are_imported_like_any_other(platform: Platform, uploads: Path) -> None:
    """People name files as they like; a name reaches a path, a tag and a partition only in safe forms."""
    for name in ODD_NAMES:
        drop(uploads, name)
    platform.run_everything()
    assert platform.finished() == dict.fromkeys(ODD_NAMES, "complete")


def test_new_content_under_an_old_name_is_a_new_import(platform: Platform, uploads: Path) -> None:
    """Exports are often written to the same name every day."""
    path = drop(uploads, "daily.jsonl")
    platform.run_everything()
    path.write_bytes(FIXTURE.read_bytes().replace(b"v5", b"v6"))
    requests = platform.tick()
    assert len(requests) == 1
    assert platform.run(requests[0]).success
    assert len(platform.workspace.store.manifests(RAW_EXPORT)) == 2


def test_a_touched_or_copied_file_is_not_imported_again(platform: Platform, uploads: Path) -> None:
    """Backups and editors touch files; the same bytes twice are the same conversations twice."""
    path = drop(uploads, "one.jsonl")
    platform.run_everything()
    os.utime(path, ns=(5_000, 5_000))
    assert platform.tick() == []
    path.unlink()
    assert platform.tick() == []
    drop(uploads, "one.jsonl")
    assert platform.tick() == []


def test_a_file_that_failed_for_its_content_fails_once(platform: Platform, uploads: Path) -> None:
    """Touching it makes no export of it, only another failed run."""
    path = drop(uploads, "one.jsonl", BROKEN)
    platform.run_everything()
    os.utime(path, ns=(5_000, 5_000))
    assert platform.tick() == []


def test_a_file_touched_before_its_import_was_seen_to_finish_is_not_imported_again(
    platform: Platform, uploads: Path
) -> None:
    """Between two ticks an import can begin, end, and be deleted, and its file be copied again."""
    path = drop(uploads, "one.jsonl")
    (request,) = platform.tick()
    assert platform.run(request).success
    delete_import(platform.workspace.store, request.partition_key or "")
    os.utime(path, ns=(5_000, 5_000))
    assert platform.tick() == []


def test_the_cursor_spares_reading_known_content_again(platform: Platform, uploads: Path) -> None:
    """A restart must not read gigabytes again to learn that they are known."""
    path = drop(uploads, "one.jsonl")
    platform.run_everything()
    os.utime(path, ns=(5_000, 5_000))
    platform.tick()
    assert len(json.loads(platform.cursor or "")) == 1
    platform.restart()
    path.write_bytes(b"x" * path.stat().st_size)
    os.utime(path, ns=(5_000, 5_000))
    assert platform.tick() == []


@pytest.mark.parametrize("cursor", ["", "{", '{"a": 1}', "[1, null]", "null", "\x00", "9" * 10_000])
def test_a_malformed_cursor_starts_anew(cursor: str, platform: Platform, uploads: Path) -> None:
    """An older version's cursor, or a damaged one, must never stop the sensor."""
    drop(uploads, "one.jsonl")
    platform.cursor = cursor
    assert len(platform.tick()) == 1


def test_the_cursor_is_bounded(platform: Platform, uploads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster stores it with every tick."""
    monkeypatch.setattr(known_content, "MAX_REMEMBERED", 2)
    paths = [drop(uploads, f"{number}.jsonl") for number in range(4)]
    platform.run_everything()
    for path in paths:
        os.utime(path, ns=(5_000, 5_000))
    assert platform.tick() == []
    assert len(json.loads(platform.cursor or "")) == 2


def test_a_known_file_larger_than_a_look_is_compared_over_several_ticks(
    platform: Platform, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading 50 GB in one tick would run into Dagster's time limit, for ever again; other files do not wait for it."""
    path = drop(uploads, "large.jsonl")
    platform.run_everything()
    os.utime(path, ns=(5_000, 5_000))
    third = path.stat().st_size // 3
    monkeypatch.setattr(watcher, "MAX_BYTES_PER_TICK", third)
    drop(uploads, "other.jsonl")
    assert len(platform.tick()) == 1
    platform.run_everything()
    for _ in range(4):
        assert platform.tick() == []
    assert len(json.loads(platform.cursor or "")) == 1


def test_partial_names_links_and_the_folder_for_by_hand_are_left_alone(platform: Platform, uploads: Path) -> None:
    """What is being written, what points elsewhere and what people import themselves is not the sensor's."""
    for name in ("a.jsonl.part", ".hidden.jsonl", "by-hand/mine.jsonl", "b.tmp", ".dir/inside.jsonl"):
        drop(uploads, name)
    (uploads / "link.jsonl").symlink_to(FIXTURE)
    (uploads / "linked").symlink_to(FIXTURE.parent)
    os.mkfifo(uploads / "pipe.jsonl")
    assert platform.tick() == []
    drop(uploads, "team/by-hand/yours.jsonl")
    assert len(platform.tick()) == 1


class GrowingUploads(Uploads):
    """A folder in which one file is longer at each look."""

    looks = 0

    def watched(self) -> list[Upload]:
        self.looks += 1
        return [u._replace(size=u.size + self.looks) if u.name == "growing.jsonl" else u for u in super().watched()]


def test_a_file_that_is_still_written_waits(instance: dg.DagsterInstance, workspace: Workspace, uploads: Path) -> None:
    """Half an export would become a dataset that looks whole."""
    drop(uploads, "growing.jsonl")
    drop(uploads, "whole.jsonl")
    platform = Platform(instance, replace(workspace, uploads=GrowingUploads(uploads)))
    requests = platform.tick()
    assert [r.run_config["ops"]["raw_export"]["config"]["file"] for r in requests] == ["whole.jsonl"]


class UnreadableUploads(Uploads):
    """A folder in which one file cannot be read, and one is gone when it is opened."""

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        if name == "unreadable.jsonl":
            raise UnsafePath(name, "it is a link or cannot be opened")
        if name == "gone.jsonl":
            raise FileNotFound(name, [])
        with super().open(name) as file:
            yield file


def test_a_known_file_that_cannot_be_read_does_not_hold_up_the_others(
    instance: dg.DagsterInstance, workspace: Workspace, uploads: Path
) -> None:
    """One file with wrong permissions would stop the sensor for everybody."""
    names = ("gone.jsonl", "readable.jsonl", "unreadable.jsonl")
    paths = [drop(uploads, name) for name in names]
    Platform(instance, workspace).run_everything()
    for path in paths:
        path.write_bytes(path.read_bytes().replace(b"v5", b"v6"))
    requests = Platform(instance, replace(workspace, uploads=UnreadableUploads(uploads))).tick()
    asked = {request.run_config["ops"]["raw_export"]["config"]["file"] for request in requests}
    assert asked == {"readable.jsonl", "unreadable.jsonl"}


class FailingUploads(Uploads):
    """A folder whose listing fails."""

    def watched(self) -> list[Upload]:
        raise PermissionError("the disk went away")


def test_a_failed_listing_is_not_an_empty_folder(instance: dg.DagsterInstance, workspace: Workspace, uploads: Path) -> None:
    """The tick fails, visibly, and nothing is forgotten."""
    with pytest.raises(PermissionError):
        Platform(instance, replace(workspace, uploads=FailingUploads(uploads))).tick()


def test_a_file_that_is_no_trace_export_fails_once_and_stays(platform: Platform, uploads: Path) -> None:
    """A failing file that is tried for ever would fill the queue; one that vanished could not be looked at."""
    path = drop(uploads, "wrong.jsonl", BROKEN)
    platform.run_everything()
    platform.restart()
    assert platform.tick() == []
    assert platform.finished() == {"wrong.jsonl": "failed"}
    assert path.read_bytes() == BROKEN.read_bytes()


def test_a_file_taken_away_before_its_import_is_imported_when_it_comes_back(platform: Platform, uploads: Path) -> None:
    """Its run failed because it was not there, which says nothing of what is in it."""
    path = drop(uploads, "one.jsonl")
    [request] = platform.tick()
    path.rename(uploads.parent / "aside")
    assert not platform.run(request).success
    (uploads.parent / "aside").rename(path)
    platform.run_everything()
    assert platform.finished() == {"one.jsonl": "complete"}


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
