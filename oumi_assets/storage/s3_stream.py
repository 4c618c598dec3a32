"""An object as an open file: one version of it, read in order, taken up again where a connection broke."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from oumi_assets.core.errors import FileChanged
from oumi_assets.core.storage_errors import StorageRefused
from oumi_assets.storage.s3_bucket import Bucket
from oumi_assets.storage.s3_errors import DROPPED_CONNECTION
from oumi_assets.storage.uploads import Upload

if TYPE_CHECKING:
    from botocore.response import StreamingBody

BUFFER = 1 << 20
_ATTEMPTS = 6
"""At one place; every byte that arrives begins the count anew."""


class _VersionReader(io.RawIOBase):
    """The bytes of one version; anything but reading on costs a request."""

    def __init__(self, bucket: Bucket, upload: Upload, body: StreamingBody) -> None:
        super().__init__()
        self._bucket = bucket
        self._upload = upload
        self._body: StreamingBody | None = body
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        target = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._upload.size}[whence]
        if target != self._position:
            self._hang_up()
            self._position = target
        return self._position

    def readinto(self, buffer: Any) -> int:
        if self._position >= self._upload.size:
            return 0
        with self._bucket.explained(self._upload.name):
            return self._attempts()(self._read_some, memoryview(buffer).cast("B"))

    def _attempts(self) -> Retrying:
        return Retrying(
            retry=retry_if_exception_type(DROPPED_CONNECTION),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_exponential(multiplier=0.1, max=10),
            reraise=True,
        )

    def _read_some(self, buffer: memoryview) -> int:
        self._body = self._body or self._reopened()
        try:
            count: int = self._body.readinto(buffer)  # type: ignore[arg-type]
        except DROPPED_CONNECTION:
            self._hang_up()
            raise
        self._position += count
        return count

    def _reopened(self) -> StreamingBody:
        """The same version from here on. Raises `FileChanged` when another has taken its place."""
        found = self._bucket.get(self._upload.name, start=self._position, etag=self._upload.etag)
        if found is None:
            raise FileChanged(self._upload.name)
        if self._position and "ContentRange" not in found:
            # It would begin anew in the middle of what was read already.
            raise StorageRefused(self._upload.name, "it ignores ranges of bytes")
        return found["Body"]

    def _hang_up(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def close(self) -> None:
        self._hang_up()
        super().close()


class S3File(io.BufferedReader):
    """An open object. Small steps back, as to its first bytes, are served from the buffer."""

    def __init__(self, bucket: Bucket, upload: Upload, body: StreamingBody) -> None:
        super().__init__(_VersionReader(bucket, upload, body), BUFFER)
        self._upload = upload

    def describe(self) -> Upload:
        """Always the version that was opened: no other is ever read."""
        return self._upload
