"""The requests we make of a bucket, each with its errors explained. What the objects mean is not known here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from oumi_assets.core.storage_errors import StorageRefused
from oumi_assets.storage.location import S3Location
from oumi_assets.storage.s3_errors import MISSING, OTHER_VERSION, code_of, explained

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_PART = 16 << 20
_AT_ONCE = 1000
_TRANSFER = TransferConfig(multipart_threshold=_PART, multipart_chunksize=_PART, max_concurrency=4)


class Entry(NamedTuple):
    """One listed object: its name below the prefix, size in bytes, ETag without quotes, and time of writing."""

    name: str
    size: int
    etag: str
    modified: datetime


class Bucket:
    """A bucket and prefix; every name is below the prefix. All methods raise `StorageTrouble`."""

    def __init__(self, client: S3Client, location: S3Location) -> None:
        self.client = client
        self.location = location

    def explained(self, name: str = "") -> AbstractContextManager[None]:
        """Errors of requests made inside are explained as those of that name."""
        where = S3Location(self.location.bucket, self.location.key(name) if name else self.location.prefix)
        return explained(self.location.bucket, str(where), self.client.meta.endpoint_url)

    def check(self) -> None:
        """One small listing: the bucket is there and may be read."""
        with self.explained():
            self.client.list_objects_v2(Bucket=self.location.bucket, Prefix=self.location.below, MaxKeys=1)

    def listing(self, below: str = "") -> Iterator[Entry]:
        """All objects whose names begin so, in the server's order, a page of 1,000 at a time."""
        prefix = self.location.below
        pages = self.client.get_paginator("list_objects_v2")
        with self.explained(below):
            for page in pages.paginate(Bucket=self.location.bucket, Prefix=prefix + below):
                for found in page.get("Contents", ()):
                    name = found["Key"].removeprefix(prefix)
                    yield Entry(name, found["Size"], found["ETag"].strip('"'), found["LastModified"])

    def get(self, name: str, *, start: int = 0, etag: str | None = None) -> GetObjectOutputTypeDef | None:
        """An object from a byte on, and only the version of its ETag when one is given; None when that is not there."""
        asked: dict[str, str] = {"Range": f"bytes={start}-"} if start else {}
        if etag is not None:
            asked["IfMatch"] = f'"{etag}"'
        with self.explained(name):
            try:
                return self.client.get_object(Bucket=self.location.bucket, Key=self.location.key(name), **asked)  # type: ignore[arg-type]
            except ClientError as error:
                if code_of(error) in (*MISSING, *OTHER_VERSION):
                    return None
                raise

    def read(self, name: str) -> bytes | None:
        """A small object, or None when it is not there."""
        found = self.get(name)
        if found is None:
            return None
        with self.explained(name):
            return found["Body"].read()

    def write(self, name: str, content: bytes) -> None:
        """A small object, in one request."""
        with self.explained(name):
            self.client.put_object(Bucket=self.location.bucket, Key=self.location.key(name), Body=content)

    def upload(self, file: BinaryIO, name: str, progress: Callable[[int], None] | None = None) -> None:
        """An open file, in parts sent again when they fail; the object appears when the last one has arrived."""
        with self.explained(name):
            self.client.upload_fileobj(
                file, self.location.bucket, self.location.key(name), Callback=progress, Config=_TRANSFER
            )

    def download(self, name: str, path: Path) -> bool:
        """An object as a local file, in parts of one version; False when it is not there."""
        with self.explained(name):
            try:
                with path.open("wb") as out:
                    self.client.download_fileobj(self.location.bucket, self.location.key(name), out, Config=_TRANSFER)
            except ClientError as error:
                if code_of(error) in MISSING:
                    return False
                raise
        return True

    def delete(self, names: Sequence[str]) -> None:
        """Objects that may be there or not."""
        for start in range(0, len(names), _AT_ONCE):
            keys = [{"Key": self.location.key(name)} for name in names[start : start + _AT_ONCE]]
            with self.explained():
                answer = self.client.delete_objects(
                    Bucket=self.location.bucket,
                    Delete={"Objects": keys, "Quiet": True},  # type: ignore[typeddict-item]
                )
            for refused in answer.get("Errors", ()):
                raise StorageRefused(str(self.location), refused.get("Code", "an unknown error"))

    def abort_uploads(self, below: str, before: datetime) -> int:
        """Give up multipart uploads begun before then whose names begin so; their number."""
        bucket, aborted = self.location.bucket, 0
        pages = self.client.get_paginator("list_multipart_uploads")
        with self.explained(below):
            for page in pages.paginate(Bucket=bucket, Prefix=self.location.below + below):
                for upload in page.get("Uploads", ()):
                    if upload["Initiated"] < before:
                        self.client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
                        aborted += 1
        return aborted


class TransferProgress:
    """Adds up what the threads of a transfer report; a part sent again takes back what it had reported."""

    def __init__(self, total: int, progress: Callable[[int, int], None]) -> None:
        self._total = total
        self._progress = progress
        self._lock = threading.Lock()
        self._done = 0

    def __call__(self, count: int) -> None:
        with self._lock:
            self._done += count
            self._progress(self._done, self._total)
