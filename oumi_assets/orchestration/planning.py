"""What the sensor should launch, as a pure function of what it saw: no clock, no disk, no Dagster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from oumi_assets.storage.keys import key_for_content
from oumi_assets.storage.uploads import Upload


class Launch(NamedTuple):
    """One import to start: its key, and the upload it is made of."""

    key: str
    upload: Upload


def new_uploads(uploads: Iterable[Upload], is_known: Callable[[str], bool]) -> list[Launch]:
    """Uploads whose content no run and no manifest knows, oldest first.

    Planned against runs and manifests, not against partitions: Dagster commits partitions before
    it reserves the runs, and a file whose tick died in between would never be imported.
    """
    launches = [Launch(key_for_content(upload.name, upload.content_tag), upload) for upload in uploads]
    return sorted(
        (launch for launch in launches if not is_known(launch.key)),
        key=lambda launch: (launch.upload.mtime_ns, launch.upload.name),
    )


def settled(launches: Iterable[Launch], look_again: Callable[[str], Upload | None]) -> list[Launch]:
    """Launches whose file had the same size and time at a second look: it is written completely."""
    return [launch for launch in launches if launch.upload.size and look_again(launch.upload.name) == launch.upload]
