"""What users read when a place, not a file, is the trouble. No text repeats a key, a secret or a presigned URL."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from oumi_assets.core.characters import shown
from oumi_assets.core.errors import StorageTrouble, TransientError

_BUSY_DISK = (errno.EIO, errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ESTALE, errno.ENFILE, errno.EMFILE)
_NO_NETWORK = (errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EHOSTUNREACH)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_IN_TEXT = re.compile(r"\(os error (\d+)\)")
_FOOTER_NOT_WRITTEN = "Invalid thrift: transport error"
"""Of a Parquet file: polars says so only where it writes one, never of one that it reads."""

_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)


class DiskFull(StorageTrouble):
    """No room left for the stored export or a stage's files."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"The disk is full: no room left in {where}. Free some space and run it again; nothing unfinished was kept."
        )


class PlaceUnusable(StorageTrouble):
    """A folder that cannot be made, read or written to: permissions, a read-only disk, a file in its place."""

    def __init__(self, place: object, setting: str, why: str) -> None:
        super().__init__(
            f"{place} cannot be used: {why}. Check that it is a folder that can be made and written to, "
            f"or set {setting} to another place."
        )


@contextmanager
def usable(place: object, setting: str) -> Iterator[None]:
    """While a place is made or written to: raises `DiskFull` or `PlaceUnusable` for whatever the system says."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise DiskFull(str(place)) from None
        raise PlaceUnusable(place, setting, error.strerror or type(error).__name__) from None


def is_full(error: Exception) -> bool:
    """Whether there is no room: on the disk, in a quota, or below the largest size of a file.

    For a footer that cannot be written polars tells no number at all.
    """
    return _number(error) in _NO_ROOM or (not isinstance(error, OSError) and _FOOTER_NOT_WRITTEN in str(error))


def _number(error: Exception) -> int | None:
    """The system's number of an error. polars tells it in its text alone, also where it raises an `OSError`."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    told = _IN_TEXT.search(str(error))
    return int(told[1]) if told else None


def is_refused(error: OSError) -> bool:
    """Whether the system does not let us use a place, however often we try."""
    return error.errno in _REFUSED


def passes(error: OSError) -> bool:
    """Whether the machine's error is worth another try: connections, time-outs, a busy or stale (network) disk."""
    return isinstance(error, ConnectionError | TimeoutError) or _number(error) in _BUSY_DISK + _NO_NETWORK


class BucketMissing(StorageTrouble):
    """The server knows no such bucket."""

    def __init__(self, bucket: str) -> None:
        super().__init__(
            f"The bucket {bucket} does not exist. Create it, or correct OUMI_UPLOADS, OUMI_STORAGE or AWS_ENDPOINT_URL."
        )


class AccessRefused(StorageTrouble):
    """Credentials that are missing, wrong, expired, or not allowed to do this."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            f"Access to {shown(where)} was refused: {why}. Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
            "AWS_SESSION_TOKEN or AWS_PROFILE, and that they may list, read, write and delete there."
        )


class StorageUnreachable(StorageTrouble, TransientError):
    """No answer, or a connection that kept breaking: worth trying again later."""

    def __init__(self, server: str) -> None:
        super().__init__(
            f"The S3 server {server} cannot be reached, or the connection kept breaking. "
            "Check AWS_ENDPOINT_URL and the network, then run it again."
        )


class UploadUnreachable(StorageUnreachable):
    """The same of the server of a presigned URL, which no setting of ours names."""

    def __init__(self, server: str) -> None:
        StorageTrouble.__init__(
            self,
            f"The server {server} of the upload URL cannot be reached, or the connection kept breaking. "
            "Check the URL and the network, then run it again.",
        )


class StorageRefused(StorageTrouble):
    """The server answered with an error that no other class explains."""

    def __init__(self, where: str, code: str) -> None:
        super().__init__(
            f"The S3 server refused a request for {shown(where)}: {code}. Its documentation explains this code."
        )


class StoredFileDamaged(StorageTrouble):
    """A published file is not what its manifest says: changed by hand, or being published again this moment."""

    def __init__(self, asset: str, key: str, name: str) -> None:
        super().__init__(
            f"{name} of {asset}, import {key}, is not what was published: it was changed, or is being written again. "
            f"Materialize {asset} for this partition again."
        )


class UploadTimedOut(StorageTrouble):
    """A presigned URL that expired before or while it was used."""

    def __init__(self) -> None:
        super().__init__(
            "Upload timed out: the upload URL has expired. Ask for a new URL and retry at once; "
            "if the file is too large for the time the URL allows, split it by date range, session or tag."
        )
