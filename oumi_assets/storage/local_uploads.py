"""A local uploads folder, and the one file of a command line: how a file is opened without being led astray."""

from __future__ import annotations

import errno
import io
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from oumi_assets.core.errors import FileNotFound, FolderNotFound, UnreadableFile, UnsafePath
from oumi_assets.storage.scratch import new_folder, sweep_folders
from oumi_assets.storage.uploads import BY_HAND, NO_TEXT, Upload, Uploads, is_left_alone, is_text

_BLOCK = 1 << 20
_ASIDE = ".upload-"
"""Begins the names of folders that hold what is being copied into the uploads."""
_GONE = (errno.ENOENT, errno.ENOTDIR)
_CLOSED = (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG)
"""What the system says of a folder that it does not let us look into, however often: not ours, or too deep for a path."""


class LocalFile(io.FileIO):
    """An open regular file of a given name."""

    def __init__(self, descriptor: int, name: str) -> None:
        super().__init__(descriptor, "rb")
        self._upload_name = name

    def describe(self) -> Upload:
        """Size and times as they are now."""
        found = os.fstat(self.fileno())
        return Upload(self._upload_name, found.st_size, found.st_mtime_ns)


class LocalUploads(Uploads):
    """One local folder that people and pulls put exports into."""

    appear_whole = False

    def __init__(self, root: Path) -> None:
        self.root = root
        self.location = str(root)
        self.unreadable: list[str] = []

    def prepare(self) -> None:
        """Make the folder, and the one the sensor ignores; remove what a killed `put` left."""
        (self.root / BY_HAND).mkdir(parents=True, exist_ok=True)
        sweep_folders(self.root, _ASIDE)

    def exists(self) -> bool:
        """Whether the folder is there."""
        return self.root.is_dir()

    def listing(self) -> list[Upload]:
        """All regular files, by name; links, what is no text, and folders that may not be read left out."""
        self.unreadable = []
        return sorted(self._walk())

    def _walk(self) -> Iterator[Upload]:
        """The uploads of the folder and of all those in it. One that may not be looked into is noted and left out.

        A volume's `lost+found` must not stop the imports of everything else, nor a tree of a thousand folders.
        """
        below = [""]
        while below:
            folder = below.pop()
            try:
                yield from self._look_into(folder, below)
            except OSError as error:
                if not folder or error.errno not in _GONE + _CLOSED:
                    raise
                if error.errno in _CLOSED:
                    self.unreadable.append(folder)

    def _look_into(self, folder: str, below: list[str]) -> Iterator[Upload]:
        """The uploads of one folder; `below` gains the folders in it."""
        with os.scandir(self.root / folder) as entries:
            for entry in entries:
                name = f"{folder}{entry.name}"
                if is_left_alone(entry.name) or not is_text(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    below.append(f"{name}/")
                elif entry.is_file(follow_symlinks=False):
                    found = _stat_or_none(entry)
                    if found is not None:
                        yield Upload(name, found.st_size, found.st_mtime_ns)

    @contextmanager
    def open(self, name: str) -> Iterator[LocalFile]:
        """A file below the folder, opened component by component without following links."""
        parts = PurePosixPath(name).parts
        if not parts or name.startswith(("/", "\\")) or ".." in parts or "\0" in name:
            raise UnsafePath(name, "it lies outside the uploads folder")
        if not is_text(name):
            raise UnsafePath(name, NO_TEXT)
        if _is_missing(self.root):
            raise FolderNotFound(name, str(self.root))
        folder = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in parts[:-1]:
                folder = _step_into(folder, part, name, self)
            with _open_regular(parts[-1], name, self.names, dir_fd=folder) as file:
                yield file
        finally:
            os.close(folder)

    def holds(self, name: str) -> bool:
        """Whatever lies there, `put` would take its place."""
        return os.path.lexists(self.root / name)

    def put(self, path: Path, name: str, progress: Callable[[int, int], None]) -> str:
        """Copy aside under a name the sensor ignores, then rename."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep_folders(self.root, _ASIDE)
        with SingleFile(path).open(str(path)) as source, _folder_aside(self.root) as aside:
            size, copied = source.describe().size, 0
            with (aside / "upload").open("wb") as out:
                while block := source.read(_BLOCK):
                    copied += out.write(block)
                    progress(copied, size)
            os.replace(out.name, target)
        return str(target)


@contextmanager
def _folder_aside(root: Path) -> Iterator[Path]:
    folder = new_folder(root, _ASIDE)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class SingleFile:
    """The file named on a command line: any place, links followed; still a regular file only."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """What lies beside it, but for dotfiles, which nobody means."""
        parent = self.path.parent
        if not parent.is_dir():
            return []
        return sorted(entry.name for entry in parent.iterdir() if not entry.name.startswith(".") and entry.is_file())

    @contextmanager
    def open(self, name: str) -> Iterator[LocalFile]:
        """The file itself. Whoever types its name may read what a link there leads to."""
        if not is_text(str(self.path)):
            raise UnsafePath(name, NO_TEXT)
        if _is_missing(self.path.parent):
            raise FolderNotFound(name, str(self.path.parent))
        with _open_regular(str(self.path), name, self.names, where="its folder", follow=True) as file:
            yield file


@contextmanager
def _open_regular(
    path: str,
    name: str,
    present: Callable[[], list[str]],
    *,
    where: str = "the uploads folder",
    dir_fd: int | None = None,
    follow: bool = False,
) -> Iterator[LocalFile]:
    """Open a regular file for reading; a FIFO, a device or (unless `follow`) a link is refused, and never blocks."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW), dir_fd=dir_fd)
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFound(name, present(), where) from None
    except PermissionError:
        raise UnreadableFile(name) from None
    except OSError:
        raise UnsafePath(name, "it is a link or cannot be opened") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        os.close(descriptor)
        raise UnsafePath(name, "it is a folder" if is_folder else "it is not a regular file")
    with LocalFile(descriptor, name) as file:
        yield file


def _step_into(folder: int, part: str, name: str, uploads: LocalUploads) -> int:
    try:
        inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        raise FileNotFound(name, uploads.names()) from None
    except PermissionError:
        raise UnreadableFile(name) from None
    except OSError:
        raise UnsafePath(name, "its folder is a link, or is not a folder") from None
    os.close(folder)
    return inner


def _is_missing(folder: Path) -> bool:
    """Whether there is no such folder; one that we may not look at is there."""
    try:
        return not stat.S_ISDIR(folder.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False


def _stat_or_none(entry: os.DirEntry[str]) -> os.stat_result | None:
    """A file that vanished between the listing and the look is simply not there."""
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
