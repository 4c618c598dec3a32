"""Everything a stage of an import works with, passed in one piece; and the stages by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from oumi_assets.core.errors import BadSetting
from oumi_assets.core.pace import Progress, no_progress
from oumi_assets.settings import Environment, worker_count
from oumi_assets.storage.local_store import LocalStore
from oumi_assets.storage.local_uploads import LocalUploads
from oumi_assets.storage.location import Location, refuse_nesting
from oumi_assets.storage.store import Store
from oumi_assets.storage.uploads import Uploads, UploadSource

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RAW_EXPORT = "raw_export"
PARSED_TRACES = "parsed_traces"
RECONSTRUCTED_CONVERSATIONS = "reconstructed_conversations"
DEDUPED_DATASET = "deduped_dataset"
STAGES = (RAW_EXPORT, PARSED_TRACES, RECONSTRUCTED_CONVERSATIONS, DEDUPED_DATASET)
UNITS = {
    RAW_EXPORT: "lines -> rows",
    PARSED_TRACES: "traces",
    RECONSTRUCTED_CONVERSATIONS: "traces -> conversations",
    DEDUPED_DATASET: "conversations",
}
"""What a stage counts: what comes in, and what goes out if that is something else."""


@dataclass(frozen=True)
class Workspace:
    """Places, limits and the reporting of progress."""

    store: Store
    uploads: UploadSource
    max_upload_bytes: int
    progress: Progress = no_progress
    workers: int = 1


Connect = Callable[[], "S3Client"]
"""Makes a connection to S3; only asked for when a location is there."""


def _no_connection() -> S3Client:
    """For callers that work on folders alone."""
    raise BadSetting("This program was given no connection to S3.")


def open_workspace(
    environment: Environment,
    *,
    uploads: UploadSource | None = None,
    connect: Connect = _no_connection,
) -> Workspace:
    """The workspace of these settings. Raises `BadSetting` when one place lies inside the other."""
    refuse_nesting(environment.uploads, environment.storage)
    connect = cache(connect)
    return Workspace(
        store=_open_store(environment.storage, connect),
        uploads=uploads or open_uploads(environment.uploads, connect),
        max_upload_bytes=environment.max_upload_bytes,
        workers=worker_count(),
    )


def _open_store(location: Location, connect: Connect) -> Store:
    """The store at a location. boto3 is imported only for a bucket."""
    if isinstance(location, Path):
        return LocalStore(location)
    from oumi_assets.storage.s3_bucket import Bucket
    from oumi_assets.storage.s3_store import S3Store

    return S3Store(Bucket(connect(), location))


def open_uploads(location: Location, connect: Connect) -> Uploads:
    """The uploads at a location. boto3 is imported only for a bucket."""
    if isinstance(location, Path):
        return LocalUploads(location)
    from oumi_assets.storage.s3_bucket import Bucket
    from oumi_assets.storage.s3_uploads import S3Uploads

    return S3Uploads(Bucket(connect(), location))
