"""An upload to a presigned URL: one PUT, sent again when the connection breaks, refused by name when the URL has expired."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import urllib3
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, LocationParseError

from oumi_assets.core.errors import BadSetting
from oumi_assets.core.storage_errors import (
    AccessRefused,
    StorageRefused,
    StorageUnreachable,
    UploadTimedOut,
    UploadUnreachable,
)
from oumi_assets.storage.local_uploads import SingleFile

_ATTEMPTS = 4
_TIMEOUT = urllib3.Timeout(connect=30, read=300)
_ANSWER_BYTES = 64 << 10
_CODE = re.compile("[A-Za-z]{1,64}")
"""S3's codes are words; a signature that a server gives back is none, nor is a page of text."""


class _Hearing:
    """A server that refuses in the middle of an upload answers and hangs up; urllib3 reads that answer only after
    a broken pipe, so a reset connection is told to it as one."""

    def send(self, data: Any) -> None:
        try:
            super().send(data)  # type: ignore[misc]
        except ConnectionResetError as error:
            raise BrokenPipeError(*error.args) from None


class _Http(_Hearing, HTTPConnection):
    pass


class _Https(_Hearing, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _Reported:
    """A file that reports how far it was read."""

    def __init__(self, file: BinaryIO, size: int, progress: Callable[[int, int], None]) -> None:
        self._file = file
        self._size = size
        self._progress = progress

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self._progress(self._file.tell(), self._size)
        return block


def put_presigned(path: Path, url: str, progress: Callable[[int, int], None]) -> str:
    """Send a file; where it lies now, without the URL's signature.

    Raises `UploadTimedOut`, `AccessRefused`, `StorageRefused`, `UploadUnreachable`; `BadSetting` for what is no URL.
    """
    where = _without_signature(url)
    pools = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)
    pools.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    attempts = Retrying(
        retry=retry_if_exception_type(StorageUnreachable),
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential(multiplier=0.5, max=20),
        reraise=True,
    )
    attempts(_send, pools, path, url, where, progress)
    return where


def _send(pools: urllib3.PoolManager, path: Path, url: str, where: str, progress: Callable[[int, int], None]) -> None:
    with SingleFile(path).open(str(path)) as file:
        size = file.describe().size
        try:
            answer = pools.request(
                "PUT",
                url,
                body=_Reported(file, size, progress),  # type: ignore[arg-type]
                headers={"Content-Length": str(size)},
                redirect=False,
                preload_content=False,
            )
            status, text = answer.status, answer.read(_ANSWER_BYTES)
            answer.release_conn()
        except (HTTPError, OSError):
            # The texts of these exceptions hold the URL and its signature: none of them goes on.
            if _has_expired(url):
                raise UploadTimedOut from None
            raise UploadUnreachable(urlsplit(where).netloc) from None
    if status >= 300:
        raise _refusal(status, text, where)


def _refusal(status: int, text: bytes, where: str) -> Exception:
    code, message = _answered(text)
    if code == "ExpiredToken" or (status == 403 and "expired" in message.lower()):
        return UploadTimedOut()
    if status == 403:
        return AccessRefused(where, "the upload URL is not valid for this request; ask for a new one")
    if status >= 500 or code in ("SlowDown", "RequestTimeout"):
        return UploadUnreachable(urlsplit(where).netloc)
    return StorageRefused(where, code if _CODE.fullmatch(code) else f"HTTP status {status}")


def _answered(text: bytes) -> tuple[str, str]:
    """Code and message of S3's error document; empty when it is none."""
    try:
        document = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return "", ""
    return document.findtext("Code", ""), document.findtext("Message", "")


def _has_expired(url: str) -> bool:
    """Whether the URL itself says so (signature version 4 or 2), for connections that ended without an answer."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    try:
        end = _end(query)
    except (ValueError, OverflowError):
        return False
    return end is not None and datetime.now(UTC) >= end


def _end(query: Mapping[str, str]) -> datetime | None:
    if "X-Amz-Date" in query and "X-Amz-Expires" in query:
        begun = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return begun + timedelta(seconds=int(query["X-Amz-Expires"]))
    return datetime.fromtimestamp(int(query["Expires"]), UTC) if "Expires" in query else None


def _without_signature(url: str) -> str:
    """Scheme, host and path. Raises `BadSetting` for anything else than an http(s) URL."""
    try:
        parts = urlsplit(url)
        host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    except (ValueError, LocationParseError):
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise BadSetting("--url must be the whole presigned URL, beginning with https:// or http://.")
    return f"{parts.scheme}://{host}{parts.path}"
