"""The sensor tick by tick: what is dropped is imported once, and what is no export of its own is left alone."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
from ticks import BROKEN, FIXTURE, Platform, drop

from oumi_assets.imports.workspace import Workspace
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


def test_an_uploads_folder_that_is_away_stops_nothing(platform: Platform, uploads: Path) -> None:
    """A network disk comes back, and what lies there then is imported."""
    uploads.rmdir()
    assert platform.tick() == []
    uploads.mkdir()
    drop(uploads, "one.jsonl")
    platform.run_everything()
    assert platform.finished() == {"one.jsonl": "complete"}


def test_odd_names_are_imported_like_any_other(platform: Platform, uploads: Path) -> None:
    """People name files as they like; a name reaches a path, a tag and a partition only in safe forms."""
    for name in ODD_NAMES:
        drop(uploads, name)
    platform.run_everything()
    assert platform.finished() == dict.fromkeys(ODD_NAMES, "complete")


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
