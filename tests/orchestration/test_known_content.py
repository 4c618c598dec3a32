"""The sensor and files of a known name: new content is imported, content that was imported before is not."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import dagster as dg
import pytest
from ticks import BROKEN, FIXTURE, Platform, drop

from oumi_assets.core.errors import FileNotFound, UnsafePath
from oumi_assets.imports import known_content
from oumi_assets.imports.catalog import delete_import
from oumi_assets.imports.form import Form
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.workspace import RAW_EXPORT, Workspace
from oumi_assets.orchestration.partitions import IMPORTS
from oumi_assets.storage.local_store import LocalStore
from oumi_assets.storage.local_uploads import LocalUploads as Uploads
from oumi_assets.storage.manifest import Manifest


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


def test_a_file_that_was_imported_under_a_key_of_another_version_is_not_imported_again(
    platform: Platform, uploads: Path
) -> None:
    """How keys are made of names may change; what was imported is known by its content."""
    pulled = "langsmith-support-735e981b-20261122T000000Z-20261123T000000Z.jsonl"
    for name in ("one.jsonl", pulled):
        drop(uploads, name)
    for request in platform.tick():
        earlier = request._replace(partition_key=f"longer-{request.partition_key}")
        platform.instance.add_dynamic_partitions(IMPORTS, [str(earlier.partition_key)])
        assert platform.run(earlier).success
    platform.restart()
    assert platform.tick() == []


def test_a_file_that_a_person_imported_is_new_to_the_sensor(platform: Platform, uploads: Path) -> None:
    """That was another import, with settings of its own; whoever drops the file wants it here."""
    drop(uploads, "one.jsonl")
    make_raw_export(platform.workspace, "mine", Form(file="one.jsonl"))
    assert len(platform.tick()) == 1


def test_a_file_touched_when_an_import_of_before_the_restart_ended_is_not_imported_again(
    platform: Platform, uploads: Path
) -> None:
    """It ran while the platform started anew, and ended unseen between two ticks."""
    path = drop(uploads, "one.jsonl")
    [request] = platform.tick()
    running = platform.record(request, dg.DagsterRunStatus.STARTED)
    platform.restart()
    drop(uploads, "two.jsonl")
    assert len(platform.tick()) == 1
    assert platform.run(request).success
    platform.instance.report_run_failed(platform.instance.get_run_by_id(running))
    os.utime(path, ns=(5_000, 5_000))
    assert [one.partition_key for one in platform.tick() if str(one.partition_key).startswith("one")] == []


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


class FlakyStore(LocalStore):
    """A storage on a network disk that fails once, after so many questions."""

    questions = -1

    def _answer(self) -> None:
        self.questions -= 1
        if self.questions == -1:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    def manifests(self, asset: str) -> list[Manifest]:
        self._answer()
        return super().manifests(asset)

    def manifest(self, asset: str, key: str) -> Manifest | None:
        self._answer()
        return super().manifest(asset, key)


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("questions", range(5))
def test_a_storage_that_fails_for_a_moment_is_asked_again(
    questions: int, restarted: bool, instance: dg.DagsterInstance, workspace: Workspace, uploads: Path
) -> None:
    """What a tick could not read is not what was never imported: touched files would be imported twice."""
    assert isinstance(workspace.store, LocalStore)
    store = FlakyStore(workspace.store.root)
    platform = Platform(instance, replace(workspace, store=store))
    first, second = drop(uploads, "one.jsonl"), drop(uploads, "two.jsonl")
    for request in platform.tick():
        platform.run(request)
    if restarted:
        platform.restart()
        os.utime(first, ns=(5_000, 5_000))
    store.questions = questions
    with suppress(OSError):
        platform.tick()
    store.questions = -1
    os.utime(first, ns=(5_000, 5_000))
    os.utime(second, ns=(6_000, 6_000))
    assert platform.tick() == []


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
