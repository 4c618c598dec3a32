"""What every stage does around its own work: a manifest of now, and a record of a failure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from oumi_assets.core.errors import StorageTrouble, TraceImportError, TransientError
from oumi_assets.imports.workspace import Workspace
from oumi_assets.stages.files import DROPPED_FILE
from oumi_assets.storage.manifest import Counts, Manifest, Outcome


def new_manifest(asset: str, key: str, run_id: str | None, counts: Counts | None = None) -> Manifest:
    """A manifest of now; what else is known of a stage is put into it with `msgspec.structs.replace`."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    return Manifest(asset=asset, import_key=key, created=now, run_id=run_id, counts=counts or Counts())


@dataclass
class CountsSoFar:
    """What a stage has counted until now: its own to set, and what is published of it when it fails."""

    counts: Counts = field(default_factory=Counts)


@contextmanager
def failures_recorded(workspace: Workspace, folder: Path, manifest: Manifest) -> Iterator[CountsSoFar]:
    """When the stage fails, publish its drops, its error and what it counted, and nothing else, before the error goes on.

    A transient error, or a storage in trouble, says nothing of the file and is not recorded: it is tried again.
    """
    counted = CountsSoFar()
    try:
        yield counted
    except (TransientError, StorageTrouble):
        raise
    except TraceImportError as error:
        for path in folder.iterdir():
            if path.name != DROPPED_FILE:
                path.unlink()
        failed = msgspec.structs.replace(manifest, outcome=Outcome.FAILED, error=str(error), counts=counted.counts)
        with suppress(StorageTrouble):
            # Where the storage itself is the trouble, the first error says so already.
            workspace.store.publish(folder, failed)
        raise
