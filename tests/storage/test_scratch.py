"""Folders of processes: those of dead ones are swept, and whatever else lies beside them is let be."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path, PosixPath

import pytest

from oumi_assets.core.storage_errors import DiskFull
from oumi_assets.storage.copies import sweep_copies
from oumi_assets.storage.scratch import LEFTOVERS_AFTER, host_tag, new_folder, sweep_folders, working_folder

_KILLED = """
import os, sys
from pathlib import Path
from oumi_assets.storage.scratch import new_folder
print(new_folder(Path(sys.argv[1]), sys.argv[2]), flush=True)
os.kill(os.getpid(), 9)
"""


def folder_of_a_killed_process(parent: Path, prefix: str = "") -> Path:
    """What a process left that was killed for real."""
    command = [sys.executable, "-c", _KILLED, str(parent), prefix]
    folder = Path(subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout.strip())
    (folder / "half").write_bytes(b"x")
    return folder


def test_folders_of_dead_processes_are_swept_and_of_living_ones_not(tmp_path: Path) -> None:
    """Leftovers cost disk; sweeping what is being written would destroy it."""
    dead, mine = folder_of_a_killed_process(tmp_path, "a-"), new_folder(tmp_path, "a-")
    assert sweep_folders(tmp_path, "a-") == 1
    assert not dead.exists()
    assert mine.is_dir()


@pytest.mark.parametrize(
    "name", ["oumi-assets-main", "oumi-assets-2", "oumi-assets-", "oumi-assets-00000000-1-1-notes of mine"]
)
def test_folders_of_other_names_are_left_alone(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The temporary folder is everybody's: a checkout that somebody calls oumi-assets-main lies there too."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / name).mkdir()
    (tmp_path / name / "work").write_bytes(b"precious")
    assert sweep_copies() == 0
    assert (tmp_path / name / "work").read_bytes() == b"precious"


def test_a_link_that_is_called_like_a_leftover_is_left_alone(tmp_path: Path) -> None:
    """We make folders; a link of that name is somebody's, and so is what it leads to."""
    dead = folder_of_a_killed_process(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    link = dead.with_name(dead.name[:-8] + "abcdefgh")
    link.symlink_to(tmp_path / "elsewhere")
    assert sweep_folders(tmp_path) == 1
    assert link.is_symlink()


class Vanishing(PosixPath):
    """A folder that lists one more than there is when it is looked at."""

    def glob(self, pattern: str) -> Iterator[Path]:  # type: ignore[override]
        """The folder that a quick process made and removed comes first."""
        yield self / f"{host_tag()}-999999999-1-abcdefgh"
        yield from super().glob(pattern)


def test_a_folder_that_goes_away_while_it_is_looked_at_stops_no_sweep(tmp_path: Path) -> None:
    """Imports begin and end all the time, also while another program starts and sweeps."""
    folder_of_a_killed_process(tmp_path)
    assert sweep_folders(Vanishing(tmp_path)) == 1


def test_folders_of_another_machine_are_swept_only_after_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two machines may share a storage: a process that is not seen from here may be in the middle of an import."""
    theirs = folder_of_a_killed_process(tmp_path)
    monkeypatch.setattr(socket, "gethostname", lambda: "another")
    assert sweep_folders(tmp_path) == 0
    long_ago = time.time() - LEFTOVERS_AFTER.total_seconds() - 1
    os.utime(theirs, (long_ago, long_ago))
    assert sweep_folders(tmp_path) == 0, "a file in it was written just now"
    os.utime(theirs / "half", (long_ago, long_ago))
    assert sweep_folders(tmp_path) == 1
    assert not theirs.exists()


@pytest.mark.parametrize("exists", [True, False])
def test_a_disk_without_room_for_a_folder_is_a_full_one(
    exists: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is nobody's bug, and the sensor tries such an import again once there is room."""
    parent, mkdir = tmp_path / "storage" / ".staging", os.mkdir
    if exists:
        parent.mkdir(parents=True)

    def full(path: str | Path, *args: int, **kwargs: int) -> None:
        if Path(path).is_relative_to(parent):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        mkdir(path, *args, **kwargs)

    monkeypatch.setattr(os, "mkdir", full)
    with pytest.raises(DiskFull, match=f"no room left in {tmp_path / 'storage'}"), working_folder(parent):
        raise AssertionError("there is no folder to work in")
