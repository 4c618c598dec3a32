"""What boto3 raises, as errors of ours: one sentence, and nothing of the request that might be secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    LoginError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from s3transfer.exceptions import RetriesExceededError

from oumi_assets.core.errors import StorageTrouble
from oumi_assets.core.storage_errors import AccessRefused, BucketMissing, StorageRefused, StorageUnreachable

DROPPED_CONNECTION = (HTTPClientError, IncompleteReadError, NoConnectionError, ConnectionError)
"""What a connection that breaks raises, at its start or in the middle of an object."""

_NO_LOGIN = (CredentialRetrievalError, LoginError, SSOError, TokenRetrievalError)
"""What is raised before any request, of a profile that fetches its credentials: its program failed, its session is over."""

MISSING = ("NoSuchKey", "404", "NotFound")
OTHER_VERSION = ("PreconditionFailed", "412")
_REFUSED = {
    "AccessDenied": "these credentials may not do this",
    "403": "these credentials may not do this",
    "InvalidAccessKeyId": "the access key is not known there",
    "SignatureDoesNotMatch": "the secret key is wrong",
    "ExpiredToken": "the session token has expired",
    "InvalidToken": "the session token is not valid",
    "RequestTimeTooSkewed": "this machine's clock is wrong",
}
_BUSY = ("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "500", "502", "503", "504")


@contextmanager
def explained(bucket: str, where: str, endpoint: str) -> Iterator[None]:
    """Errors of requests for `where` (an `s3://` URL) leave as `StorageTrouble`, without their cause."""
    try:
        yield
    except ClientError as error:
        raise _of_answer(code_of(error), bucket, where, endpoint) from None
    except (NoCredentialsError, PartialCredentialsError):
        raise AccessRefused(where, "no credentials are set") from None
    except _NO_LOGIN:
        raise AccessRefused(where, "the profile's credentials could not be fetched; log in again") from None
    except (*DROPPED_CONNECTION, RetriesExceededError):
        raise StorageUnreachable(_server_of(endpoint)) from None
    except BotoCoreError as error:
        raise StorageRefused(where, type(error).__name__) from None


def code_of(error: ClientError) -> str:
    """The server's error code, only as far as it is a plain word."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    return code if re.fullmatch(r"\w{1,64}", code) else "an unknown error"


def _server_of(endpoint: str) -> str:
    """Host and port of an endpoint, without credentials that someone put into it."""
    parts = urlsplit(endpoint)
    return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or "(no name)"


def _of_answer(code: str, bucket: str, where: str, endpoint: str) -> StorageTrouble:
    if code == "NoSuchBucket":
        return BucketMissing(bucket)
    if code in _REFUSED:
        return AccessRefused(where, _REFUSED[code])
    if code in _BUSY:
        return StorageUnreachable(_server_of(endpoint))
    return StorageRefused(where, code)
