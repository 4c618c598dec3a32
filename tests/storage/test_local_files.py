"""Opening the file that somebody named: what is said when that does not go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from oumi_assets.core.errors import FileNotFound, UnreadableFile, UnsafePath
from oumi_assets.storage.local_uploads import LocalUploads, SingleFile


@contextmanager
def no_superuser() -> Iterator[None]:
    """Nothing is denied to root, as whom tests may run."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


def test_a_file_that_may_not_be_read_is_said_to_be_denied(tmp_path: Path) -> None:
    """It is no link, and no other file would help."""
    path = tmp_path / "mine.jsonl"
    path.write_text("{}")
    path.chmod(0)
    denied = pytest.raises(UnreadableFile, match=r"^mine\.jsonl cannot be read: permission denied")
    with no_superuser(), denied, SingleFile(path).open(path.name):
        pass


def test_a_few_names_are_listed_the_closest_first(tmp_path: Path) -> None:
    """A folder of downloads holds hundreds of files, and the right one has nearly that name."""
    for number in range(50):
        (tmp_path / f"a download {number:02}.bin").write_text("")
    (tmp_path / "monday.jsonl").write_text("")
    (tmp_path / ("x" * 200)).write_text("")
    with pytest.raises(FileNotFound) as raised, SingleFile(tmp_path / "mondya.jsonl").open("mondya.jsonl"):
        pass
    listed = str(raised.value).partition("It holds: ")[2]
    assert listed.startswith("monday.jsonl, a download 00.bin, ")
    assert listed.endswith(" and 47 more.")


def test_a_long_name_is_cut_in_the_list(tmp_path: Path) -> None:
    """One name must not fill the screen."""
    (tmp_path / ("x" * 200)).write_text("")
    with pytest.raises(FileNotFound, match=rf"It holds: {'x' * 80}\.\.\.\.$"), SingleFile(tmp_path / "y").open("y"):
        pass


def test_a_link_that_leads_nowhere_and_a_folder_are_no_files(tmp_path: Path) -> None:
    """Following a link ends at a regular file or not at all."""
    (tmp_path / "dangling.jsonl").symlink_to(tmp_path / "gone.jsonl")
    (tmp_path / "folder.jsonl").symlink_to(tmp_path)
    (tmp_path / "loop.jsonl").symlink_to(tmp_path / "loop.jsonl")
    for name, error in (("dangling.jsonl", FileNotFound), ("folder.jsonl", UnsafePath), ("loop.jsonl", UnsafePath)):
        with pytest.raises(error), SingleFile(tmp_path / name).open(name):
            pass


def test_the_uploads_folder_follows_no_link(tmp_path: Path) -> None:
    """Whoever may drop files into it may not thereby read the server's."""
    (tmp_path / "uploads" / "secret.jsonl").symlink_to(tmp_path / "secret.jsonl")
    (tmp_path / "secret.jsonl").write_text("{}")
    with pytest.raises(UnsafePath, match="link"), LocalUploads(tmp_path / "uploads").open("secret.jsonl"):
        pass
