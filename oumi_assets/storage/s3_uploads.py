"""Uploads below a bucket's prefix. Objects appear whole, so one look at them is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from oumi_assets.core.errors import FileNotFound, UnsafePath
from oumi_assets.core.storage_errors import AccessRefused
from oumi_assets.storage.local_uploads import SingleFile
from oumi_assets.storage.s3_bucket import Bucket, Entry, TransferProgress
from oumi_assets.storage.s3_stream import S3File
from oumi_assets.storage.uploads import NO_TEXT, Upload, Uploads, is_left_alone, is_text

_NAMED = 100
"""Names for a message: it shows a few, and a bucket may hold a million."""


class S3Uploads(Uploads):
    """Every object below the prefix is an upload; its name is the key below the prefix."""

    appear_whole = True

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.location = str(bucket.location)

    def prepare(self) -> None:
        """The bucket must be there; it is not made."""
        self.bucket.check()

    def exists(self) -> bool:
        """Prefixes need not exist; a missing bucket is an error of the listing."""
        return True

    def listing(self) -> list[Upload]:
        """All objects, by name; "directories", dotfiles and partial names left out."""
        return sorted(self._found())

    def _found(self) -> Iterator[Upload]:
        return (_upload(entry) for entry in self.bucket.listing() if _is_upload(entry.name))

    def names(self) -> list[str]:
        """The first names, for messages."""
        return [upload.name for upload in islice(self._found(), _NAMED)]

    @contextmanager
    def open(self, name: str) -> Iterator[S3File]:
        """The object as it is now; every later byte is of the same version. Raises `FileNotFound`, `UnsafePath`."""
        if not _is_plain(name):
            raise UnsafePath(name, "it lies outside the uploads folder")
        if not is_text(name):
            raise UnsafePath(name, NO_TEXT)
        found = self.bucket.get(name)
        if found is None:
            raise FileNotFound(name, self.names())
        upload = _upload(Entry(name, found["ContentLength"], found["ETag"].strip('"'), found["LastModified"]))
        with S3File(self.bucket, upload, found["Body"]) as file:
            yield file

    def holds(self, name: str) -> bool:
        """Whoever may only write objects is not told of those that are there."""
        try:
            return any(entry.name == name for entry in islice(self.bucket.listing(name), 1))
        except AccessRefused:
            return False

    def put(self, path: Path, name: str, progress: Callable[[int, int], None]) -> str:
        """Managed transfer: large files in parts, each sent again when it fails."""
        with SingleFile(path).open(str(path)) as source:
            self.bucket.upload(source, name, TransferProgress(source.describe().size, progress))
        return f"{self.bucket.location}/{name}"


def _upload(entry: Entry) -> Upload:
    return Upload(entry.name, entry.size, int(entry.modified.timestamp() * 1e9), entry.etag)


def _is_upload(name: str) -> bool:
    return _is_plain(name) and not any(is_left_alone(segment) for segment in name.split("/"))


def _is_plain(name: str) -> bool:
    """Names with empty or dotted segments are "directories", or mean another key to some servers and tools."""
    return not any(segment in ("", ".", "..") for segment in name.split("/"))
