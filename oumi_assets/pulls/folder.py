"""Where pulled exports and the notes about them go. A finished file is handed over in one call.

The local uploads folder is here, a bucket in `s3_folder`.

    <uploads>/<export>.jsonl             what the sensor sees, by one rename
    <uploads>/.pulls/<export>.jsonl.json the pull's record
    <uploads>/.pulls/<series>.json       its unfinished traces
    <uploads>/.pulls/aside-*/            what is being written; swept once its process is gone
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import tenacity

from oumi_assets.core.errors import BadSetting, FileNotFound, UnsafePath
from oumi_assets.pulls.errors import PullBusy
from oumi_assets.pulls.naming import NOTES
from oumi_assets.storage.durable import sync
from oumi_assets.storage.local_uploads import LocalUploads
from oumi_assets.storage.scratch import sweep_folders, working_folder
from oumi_assets.storage.uploads import UploadSource

LOCK_SECONDS = 3600
"""How long a pull waits for another one of the same project, as in a backfill."""
_ASIDE = "aside-"


class ExportFolder(Protocol):
    """What a pull needs of the place it writes to."""

    def aside(self) -> AbstractContextManager[Path]:
        """A local folder to write into; gone afterwards."""
        ...

    def put(self, file: Path, name: str) -> None:
        """Let a finished file appear under its name, whole or not at all."""
        ...

    def has(self, name: str) -> bool:
        """Whether an export of that name is there."""
        ...

    def note(self, name: str) -> bytes | None:
        """A note, or None while there is none."""
        ...

    def write_note(self, name: str, content: bytes) -> None:
        """Write or replace a note, whole or not at all."""
        ...

    def remove_note(self, name: str) -> None:
        """Forget a note, there or not."""
        ...

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Keep other pulls of that series out. Raises `PullBusy`."""
        ...


class LocalFolder:
    """The uploads folder on this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._notes = root / NOTES

    def aside(self) -> AbstractContextManager[Path]:
        return writing_folder(self._notes)

    def put(self, file: Path, name: str) -> None:
        sync(file)
        file.rename(self._root / name)

    def has(self, name: str) -> bool:
        return (self._root / name).is_file()

    def note(self, name: str) -> bytes | None:
        # As an upload is opened: whoever may put exports here must not have a pull follow a link, or wait for ever.
        try:
            with LocalUploads(self._root).open(f"{NOTES}/{name}") as file:
                return file.read()
        except (FileNotFound, UnsafePath):
            return None

    def write_note(self, name: str, content: bytes) -> None:
        self._notes.mkdir(parents=True, exist_ok=True)
        # Under a name that nobody can have taken before.
        partial = self._notes / f"{name}.{secrets.token_hex(8)}.part"
        with partial.open("xb") as file:
            file.write(content)
        sync(partial)
        partial.rename(self._notes / name)

    def remove_note(self, name: str) -> None:
        (self._notes / name).unlink(missing_ok=True)

    def lock(self, name: str) -> AbstractContextManager[None]:
        return locked(self._notes, name)


def writing_folder(parent: Path) -> AbstractContextManager[Path]:
    """A fresh folder, gone afterwards; those of dead processes are swept. Raises `DiskFull`."""
    sweep_folders(parent, _ASIDE)
    return working_folder(parent, _ASIDE)


@contextmanager
def locked(parent: Path, name: str) -> Iterator[None]:
    """Keep other processes of this machine out. Raises `PullBusy`."""
    parent.mkdir(parents=True, exist_ok=True)
    # Without following links: whoever may write to that folder must not choose what is opened.
    descriptor = os.open(parent / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        waiting = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(BlockingIOError),
            stop=tenacity.stop_after_delay(LOCK_SECONDS),
            wait=tenacity.wait_fixed(1),
            retry_error_callback=lambda _: _busy(name),
        )
        waiting(fcntl.flock, file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def export_folder(uploads: UploadSource) -> ExportFolder:
    """Where the exports of these uploads are put. boto3 is imported only for a bucket. Raises `BadSetting`."""
    if isinstance(uploads, LocalUploads):
        return LocalFolder(uploads.root)
    from oumi_assets.pulls.s3_folder import S3Folder
    from oumi_assets.storage.s3_uploads import S3Uploads

    if isinstance(uploads, S3Uploads):
        return S3Folder(uploads)
    raise BadSetting("Pulls go into the uploads, not into a single file.")


def _busy(name: str) -> None:
    raise PullBusy(name)
