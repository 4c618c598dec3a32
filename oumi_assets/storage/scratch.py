"""Folders that belong to a process, found again by its machine, id and start once it is dead.

What is put there is not known here.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from oumi_assets.core.processes import is_alive, process_tag
from oumi_assets.core.storage_errors import DiskFull, is_full

LEFTOVERS_AFTER = timedelta(days=1)
"""Longer than anything is written: nobody can tell from here whether a process of another machine still runs."""
# What `new_folder` makes, and nothing else: the place may be shared, as /tmp is.
_NAME = re.compile(r"([0-9a-f]{8})-(\d+-\d+)-[a-z0-9_]{8}")


def host_tag() -> str:
    """This machine in a folder's name: several may write to one storage, and none sees the others' processes."""
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


def new_folder(parent: Path, prefix: str = "") -> Path:
    """A fresh folder `<prefix><host tag>-<process tag>-<random>`, readable by its owner alone."""
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{host_tag()}-{process_tag(os.getpid())}-", dir=parent))


@contextmanager
def working_folder(parent: Path, prefix: str = "", *, place: Path | None = None) -> Iterator[Path]:
    """A `new_folder` to write into, gone afterwards. Raises `DiskFull` in place of the system's error.

    That one names the place that people know, which is the folder around the parent unless another one is given.
    """
    folder: Path | None = None
    try:
        # A disk may be too full for a folder, too.
        parent.mkdir(parents=True, exist_ok=True)
        folder = new_folder(parent, prefix)
        yield folder
    except Exception as error:
        if is_full(error):
            raise DiskFull(str(place or parent.parent)) from None
        raise
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def sweep_folders(parent: Path, prefix: str = "") -> int:
    """Remove the folders of dead processes, and those of other machines that are a day old; the number removed."""
    leftovers = leftover_folders(parent, prefix)
    for path in leftovers:
        shutil.rmtree(path, ignore_errors=True)
    return len(leftovers)


def leftover_folders(parent: Path, prefix: str = "") -> list[Path]:
    """What `sweep_folders` removes."""
    return [path for path in parent.glob(f"{prefix}*") if _is_leftover(path, path.name.removeprefix(prefix))]


def _is_leftover(path: Path, name: str) -> bool:
    named = _NAME.fullmatch(name)
    try:
        if named is None or not is_own_folder(path):
            return False
        return not is_alive(named[2]) if named[1] == host_tag() else _is_old(path)
    except FileNotFoundError:
        # Its process was ready with it, or another sweep was quicker.
        return False


def is_own_folder(path: Path) -> bool:
    """Whether a path is a folder (no link to one) of this process's user. Raises `FileNotFoundError`."""
    found = path.lstat()
    return found.st_uid == os.getuid() and stat.S_ISDIR(found.st_mode)


def _is_old(folder: Path) -> bool:
    """Whether nothing was written there for `LEFTOVERS_AFTER`."""
    written = max(path.lstat().st_mtime for path in (folder, *folder.iterdir()))
    return time.time() - written > LEFTOVERS_AFTER.total_seconds()
