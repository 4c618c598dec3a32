"""Everything a stage of an import works with, passed in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from oumi_assets.core.errors import NoConvertibleConversations, TraceImportError, TransientError
from oumi_assets.core.parallel import worker_count
from oumi_assets.settings import Environment
from oumi_assets.stages.index import DROPPED_FILE
from oumi_assets.stages.sources import Progress, no_progress
from oumi_assets.storage.manifest import Counts, Manifest, Outcome
from oumi_assets.storage.store import Store, refuse_nesting
from oumi_assets.storage.uploads import SingleFile, Uploads

RAW_EXPORT = "raw_export"
PARSED_TRACES = "parsed_traces"
RECONSTRUCTED_CONVERSATIONS = "reconstructed_conversations"
DEDUPED_DATASET = "deduped_dataset"
STAGES = (RAW_EXPORT, PARSED_TRACES, RECONSTRUCTED_CONVERSATIONS, DEDUPED_DATASET)


@dataclass(frozen=True)
class Workspace:
    """Folders, limits and the reporting of progress."""

    store: Store
    uploads: Uploads | SingleFile
    max_upload_bytes: int
    progress: Progress = no_progress
    workers: int = 1


def open_workspace(
    environment: Environment, *, uploads: Uploads | SingleFile | None = None, progress: Progress = no_progress
) -> Workspace:
    """A workspace on local folders. Raises `BadSetting` when one lies inside the other."""
    refuse_nesting(environment.uploads, environment.storage)
    return Workspace(
        store=Store(environment.storage),
        uploads=uploads or Uploads(environment.uploads),
        max_upload_bytes=environment.max_upload_bytes,
        progress=progress,
        workers=worker_count(),
    )


def new_manifest(asset: str, key: str, run_id: str | None) -> Manifest:
    """A manifest of now, to be completed with `msgspec.structs.replace`."""
    return Manifest(asset=asset, import_key=key, created=datetime.now(UTC).isoformat(timespec="microseconds"), run_id=run_id)


@contextmanager
def failures_recorded(workspace: Workspace, folder: Path, manifest: Manifest, counts: dict[str, Counts]) -> Iterator[None]:
    """When the stage fails, publish its drops and its error, and nothing else, before the error goes on.

    A transient error says nothing of the file and is not recorded: the stage is tried again.
    `counts` may gain the entry "counts" while the stage works; a failed stage has let nothing out.
    """
    try:
        yield
    except TransientError:
        raise
    except TraceImportError as error:
        for path in folder.iterdir():
            if path.name != DROPPED_FILE:
                path.unlink()
        failed = msgspec.structs.replace(
            manifest, outcome=Outcome.FAILED, error=str(error), counts=counts.get("counts", Counts())
        )
        workspace.store.publish(folder, failed)
        raise


def refuse_nothing_convertible(store: Store, key: str, counts: Counts) -> None:
    """Raise with every reason of this and the former stage when no conversation came out."""
    if counts.outgoing == 0:
        former = store.complete(PARSED_TRACES, key).counts
        raise NoConvertibleConversations({**former.dropped, **counts.dropped})
