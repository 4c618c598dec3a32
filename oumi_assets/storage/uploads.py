"""What the place people put exports into is: listed, and opened one upload at a time.

The kinds are `local_uploads` and `s3_uploads`. Nothing here reads an export.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol

BY_HAND = "by-hand"
NO_TEXT = "its path is not valid UTF-8, so nothing could name it"
_PARTIAL_SUFFIXES = (".part", ".partial", ".crdownload", ".tmp")


class Upload(NamedTuple):
    """One export: its name below the uploads (POSIX), size in bytes, modification time in ns, and its ETag on S3."""

    name: str
    size: int
    mtime_ns: int
    etag: str = ""

    @property
    def content_tag(self) -> str:
        """Changes whenever the content may have: the ETag, else size and time of writing."""
        return self.etag or f"{self.size}-{self.mtime_ns}"


class UploadFile(Protocol):
    """An open upload, read from its beginning."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Read on from there."""
        ...

    def describe(self) -> Upload:
        """The upload as it is now: another value than before says that it was written meanwhile."""
        ...


class UploadSource(Protocol):
    """Where an import takes its file from."""

    def names(self) -> list[str]:
        """What is there, for messages that say so."""
        ...

    def open(self, name: str) -> AbstractContextManager[UploadFile]:
        """The upload of that name. Raises `FileNotFound`, `UnsafePath`."""
        ...


class Uploads(ABC):
    """The uploads folder or prefix."""

    location: str
    """Its path or `s3://` URL."""

    appear_whole: bool
    """Uploads are never seen half-written, and equal content has an equal tag: one look is enough."""

    unreadable: Sequence[str] = ()
    """Folders that the last listing left out, since nobody lets us look into them."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the place ready to receive uploads. Raises when it cannot be."""

    @abstractmethod
    def exists(self) -> bool:
        """Whether the place is there to be listed."""

    @abstractmethod
    def listing(self) -> list[Upload]:
        """All uploads that are ready to be looked at, by name; dotfiles and partial names left out.

        A failed listing raises: it is not an empty one.
        """

    @abstractmethod
    def open(self, name: str) -> AbstractContextManager[UploadFile]:
        """The upload of that name. Raises `FileNotFound`, `UnsafePath`."""

    @abstractmethod
    def put(self, path: Path, name: str, progress: Callable[[int, int], None]) -> str:
        """Copy a local file here, visible only when it is whole; where it lies now. `progress` hears bytes done, of all."""

    @abstractmethod
    def holds(self, name: str) -> bool:
        """Whether an upload of that name is there. One that may not be asked for is not."""

    def watched(self) -> list[Upload]:
        """The listing without `by-hand/`, which the sensor leaves to people."""
        return [upload for upload in self.listing() if not upload.name.startswith(f"{BY_HAND}/")]

    def names(self) -> list[str]:
        """What is there, for messages that say so."""
        return [upload.name for upload in self.listing()] if self.exists() else []


def is_left_alone(base_name: str) -> bool:
    """Dotfiles, and names that programs give to what they are still writing."""
    return base_name.startswith(".") or base_name.endswith(_PARTIAL_SUFFIXES)


def is_text(name: str) -> bool:
    """Names that are no UTF-8 cannot be shown, tagged or typed; they are left alone."""
    return name.isprintable() or all(ord(character) < 0xD800 or ord(character) > 0xDFFF for character in name)
