"""Uploads folders that others may write to: what lies there must not choose what a pull opens or overwrites."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from oumi_assets.pulls.folder import LocalFolder
from oumi_assets.pulls.naming import NOTES

NOTE = "series.json"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """The folder of the notes about pulls, in an uploads folder."""
    folder = tmp_path / "uploads" / NOTES
    folder.mkdir(parents=True)
    return folder


def test_a_note_is_written_where_no_link_can_have_been_put(notes: Path, tmp_path: Path) -> None:
    """The id of a process is no secret, and easily guessed."""
    precious = tmp_path / "precious"
    precious.write_text("as it was")
    for name in (NOTE, f"{NOTE}.part", f"{NOTE}.{os.getpid()}.part"):
        (notes / name).symlink_to(precious)
    folder = LocalFolder(notes.parent)
    folder.write_note(NOTE, b"{}")
    assert precious.read_text() == "as it was"
    assert folder.note(NOTE) == b"{}"


def test_a_note_is_read_through_no_link(notes: Path, tmp_path: Path) -> None:
    """What it leads to is none of ours."""
    (tmp_path / "secret").write_text("{}")
    (notes / NOTE).symlink_to(tmp_path / "secret")
    assert LocalFolder(notes.parent).note(NOTE) is None


@pytest.mark.timeout(30)
def test_a_pipe_in_the_place_of_a_note_keeps_nobody_waiting(notes: Path) -> None:
    """Nobody writes into it."""
    os.mkfifo(notes / NOTE)
    assert LocalFolder(notes.parent).note(NOTE) is None


def test_a_missing_note_is_none(tmp_path: Path) -> None:
    """Also where the folder of the notes is missing, or that of the uploads."""
    assert LocalFolder(tmp_path).note(NOTE) is None
    assert LocalFolder(tmp_path / "uploads").note(NOTE) is None
