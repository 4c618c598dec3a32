"""The uploads folder: what lies in it, and how a file in it is opened without being led astray."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from oumi_assets.core.errors import FileNotFound, UnsafePath

BY_HAND = "by-hand"
_PARTIAL_SUFFIXES = (".part", ".partial", ".crdownload", ".tmp")


class Upload(NamedTuple):
    """One regular file: its name below the uploads folder (POSIX), size in bytes, modification time in ns."""

    name: str
    size: int
    mtime_ns: int

    @property
    def content_tag(self) -> str:
        """Changes whenever the file was written again."""
        return f"{self.size}-{self.mtime_ns}"


class Uploads:
    """One local folder that people and pulls put exports into."""

    appear_whole = False
    """Files are seen while they are written, and a copy of the same bytes has another tag: look twice, compare."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.location = str(root)

    def exists(self) -> bool:
        """Whether the folder is there to be listed."""
        return self.root.is_dir()

    def listing(self) -> list[Upload]:
        """All regular files that are ready to be looked at, by name; links, dotfiles and partial names left out.

        A failed listing raises: it is not an empty one.
        """
        return sorted(self._walk(""))

    def watched(self) -> list[Upload]:
        """The listing without `by-hand/`, which the sensor leaves to people."""
        return [upload for upload in self.listing() if not upload.name.startswith(f"{BY_HAND}/")]

    def _walk(self, below: str) -> Iterator[Upload]:
        with os.scandir(self.root / below) as entries:
            for entry in entries:
                name = f"{below}{entry.name}"
                if entry.name.startswith(".") or entry.name.endswith(_PARTIAL_SUFFIXES) or not _is_text(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    yield from self._walk(f"{name}/")
                elif entry.is_file(follow_symlinks=False):
                    found = _stat_or_none(entry)
                    if found is not None:
                        yield Upload(name, found.st_size, found.st_mtime_ns)

    def names(self) -> list[str]:
        """What is there, for messages that say so."""
        return [upload.name for upload in self.listing()] if self.root.is_dir() else []

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A file below the folder, opened component by component without following links."""
        parts = PurePosixPath(name).parts
        if not parts or name.startswith(("/", "\\")) or ".." in parts or "\0" in name:
            raise UnsafePath(_shown(name), "it lies outside the uploads folder")
        folder = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in parts[:-1]:
                folder = _step_into(folder, part, name, self)
            with open_regular(parts[-1], name, self.names, dir_fd=folder) as file:
                yield file
        finally:
            os.close(folder)


class SingleFile:
    """The file named on a command line: same safety, any place."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """What lies beside it."""
        parent = self.path.parent
        return sorted(entry.name for entry in parent.iterdir() if entry.is_file()) if parent.is_dir() else []

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """The file itself; links on the way there are the caller's own business, the file may not be one."""
        with open_regular(str(self.path), name, self.names, where="that folder") as file:
            yield file


def upload_of(name: str, file: BinaryIO) -> Upload:
    """Size and times of an open file."""
    found = os.fstat(file.fileno())
    return Upload(name, found.st_size, found.st_mtime_ns)


@contextmanager
def open_regular(path, name, present, *, where="the uploads folder", dir_fd=None):  # type: ignore[no-untyped-def]
    """Open a regular file for reading; a link, FIFO or device is refused, and never blocks."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=dir_fd)
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFound(_shown(name), [_shown(n) for n in present()], where) from None
    except OSError:
        raise UnsafePath(_shown(name), "it is a link or cannot be opened") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnsafePath(_shown(name), "it is not a regular file")
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        yield file


def _step_into(folder: int, part: str, name: str, uploads: Uploads) -> int:
    try:
        inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        raise FileNotFound(_shown(name), [_shown(n) for n in uploads.names()]) from None
    except OSError:
        raise UnsafePath(_shown(name), "its folder is a link or no folder") from None
    os.close(folder)
    return inner


def _stat_or_none(entry: os.DirEntry[str]) -> os.stat_result | None:
    """A file that vanished between the listing and the look is simply not there."""
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None


def _is_text(name: str) -> bool:
    """Names that are no UTF-8 cannot be shown, tagged or typed; they are left alone."""
    return name.isprintable() or all(ord(character) < 0xD800 or ord(character) > 0xDFFF for character in name)


def _shown(name: str) -> str:
    return name.encode("unicode_escape", "replace").decode() if not name.isprintable() else name
