"""Pulls into a bucket: the same promises as into a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oumi_assets.core.errors import BadSetting
from oumi_assets.imports.workspace import Workspace
from oumi_assets.pulls import s3_folder
from oumi_assets.pulls.client import Row
from oumi_assets.pulls.folder import export_folder
from oumi_assets.pulls.pull import Asked, Pulled, pull
from oumi_assets.pulls.s3_folder import S3Folder
from oumi_assets.pulls.state import pull_of
from oumi_assets.pulls.window import Window
from oumi_assets.storage.s3_uploads import S3Uploads

DAY = datetime(2026, 11, 20, tzinfo=UTC)
WINDOW = Window(DAY, DAY + timedelta(days=1))


class Scripted:
    """A platform without a network."""

    def __init__(self, *rows: Row) -> None:
        self._rows = rows

    def window_rows(self, window: Window, filter: str | None) -> Iterator[Row]:
        return iter(self._rows)

    def trace_rows(self, trace: str, started: datetime) -> Iterator[Row]:
        return iter([Row(trace, started, True, True, b'{"late": true}')])


@pytest.fixture
def uploads(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> S3Uploads:
    """The test's uploads, and a scratch folder of its own."""
    monkeypatch.setattr(s3_folder.tempfile, "gettempdir", lambda: str(tmp_path))
    assert isinstance(workspace.uploads, S3Uploads)
    return workspace.uploads


def pulled(uploads: S3Uploads, *rows: Row, window: Window = WINDOW, hours: int = 1) -> Pulled:
    """Pull a window so many hours after its end."""
    now = window.end + timedelta(hours=hours)
    return pull(Scripted(*rows), export_folder(uploads), Asked("langsmith", "p", window), now=now)


def test_an_export_and_its_record_appear_in_the_bucket_once(uploads: S3Uploads) -> None:
    """The sensor sees the export and no note; the import finds the record."""
    done = Row("t", DAY, True, True, b"{}")
    first, second = pulled(uploads, done), pulled(uploads, done)
    assert [upload.name for upload in uploads.watched()] == [first.record.export]
    assert (second.before, pull_of(uploads, first.record.export)) == (True, first.record)


def test_unfinished_traces_are_remembered_in_the_bucket(uploads: S3Uploads) -> None:
    """Scratch folders do not outlive a machine; what is remembered must."""
    assert pulled(uploads, Row("t", WINDOW.end - timedelta(hours=1), False, True, b"{}")).record.unfinished == 1
    later = pulled(uploads, window=Window(WINDOW.end, WINDOW.end + timedelta(days=1)))
    with uploads.open(later.record.export) as file:
        assert file.read() == b'{"late": true}\n'
    assert later.record.earlier == 1


def test_a_pull_killed_before_its_export_appeared_did_not_happen(
    uploads: S3Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its record alone would keep the window from ever being pulled."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    done = Row("t", DAY, True, True, b"{}")
    with monkeypatch.context() as patched:
        patched.setattr(S3Folder, "put", killed)
        with pytest.raises(KeyboardInterrupt):
            pulled(uploads, done)
    assert uploads.watched() == []
    assert pulled(uploads, done).record.rows


def test_a_scratch_folder_of_somebody_else_is_refused(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody may write to the temporary folder; whoever was there first must not choose where traces are written."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "theirs").mkdir()
    (tmp_path / f"oumi-pulls-{os.getuid()}").symlink_to(tmp_path / "theirs")
    assert isinstance(workspace.uploads, S3Uploads)
    with pytest.raises(BadSetting, match="belongs to another user of this machine"):
        S3Folder(workspace.uploads)
