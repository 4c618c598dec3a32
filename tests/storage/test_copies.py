"""Local copies of what lies in a bucket: of exactly that content, a few imports' worth, gone with their process."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from oumi_assets.core.storage_errors import DiskFull
from oumi_assets.storage.copies import LocalCopies
from oumi_assets.storage.manifest import StoredFile

OLD, NEW = StoredFile(3, "old"), StoredFile(3, "new")


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalCopies:
    """Copies below the test's own folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return LocalCopies()


def keep(copies: LocalCopies, folder: str, content: bytes, stored: StoredFile) -> Path:
    """A downloaded file."""
    with copies.working_folder() as aside:
        (aside / "a").write_bytes(content)
        return copies.keep(aside / "a", folder, "raw_export", "a", stored)


def test_a_copy_of_what_was_there_before_is_no_copy(copies: LocalCopies) -> None:
    """Another process published the stage anew; a platform's process lives on."""
    keep(copies, "it", b"old", OLD)
    assert copies.find("it", "raw_export", "a", NEW) is None
    path = keep(copies, "it", b"new", NEW)
    assert copies.find("it", "raw_export", "a", NEW) == path
    assert path.read_bytes() == b"new"


def test_the_import_that_was_used_last_makes_no_room(copies: LocalCopies) -> None:
    """The stages of one import hand their files on while others come and go."""
    for folder in ("first", "second", "third", "fourth", "first", "fifth"):
        keep(copies, folder, b"old", OLD)
    assert copies.find("first", "raw_export", "a", OLD) is not None
    assert copies.find("second", "raw_export", "a", OLD) is None


@pytest.mark.parametrize("missing", ["oumi-assets-", "staging"])
def test_a_full_disk_of_the_copies_is_named_as_people_know_it(
    missing: str, copies: LocalCopies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the one that `TMPDIR` names; a folder of ours in it, gone by the time somebody looks, says nothing."""
    mkdir = os.mkdir

    def full(path: str | Path, *args: int, **kwargs: int) -> None:
        if Path(path).name.startswith(missing):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        mkdir(path, *args, **kwargs)

    monkeypatch.setattr(os, "mkdir", full)
    with pytest.raises(DiskFull, match=rf"no room left in {tmp_path}\."), copies.working_folder():
        raise AssertionError("there is no folder to work in")


_FORKING = """
import os, sys, tempfile
from pathlib import Path
from oumi_assets.storage.copies import LocalCopies
from oumi_assets.storage.manifest import StoredFile
tempfile.tempdir = sys.argv[1]
copies = LocalCopies()
with copies.working_folder() as aside:
    (aside / "a").write_bytes(b"x")
    path = copies.keep(aside / "a", "it", "raw_export", "a", StoredFile(1))
if os.fork() == 0:
    sys.exit()
os.wait()
print(path.is_file())
"""


def test_a_forked_process_does_not_take_the_copies_with_it(tmp_path: Path) -> None:
    """They are its parent's, and go when the parent ends."""
    command = [sys.executable, "-c", _FORKING, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "True"
    assert not [*tmp_path.glob("oumi-assets-*")]
