"""Pulled exports and the notes about them below a bucket's prefix. Objects appear whole.

What is being written lies in the system's temporary folder, and so does the lock: it keeps the
pulls of one machine apart. Pull from one machine only.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from oumi_assets.core.errors import BadSetting
from oumi_assets.pulls.folder import locked, writing_folder
from oumi_assets.pulls.naming import NOTES
from oumi_assets.storage.s3_uploads import S3Uploads
from oumi_assets.storage.scratch import is_own_folder


class S3Folder:
    """The uploads of a bucket."""

    def __init__(self, uploads: S3Uploads) -> None:
        self._uploads = uploads
        self._bucket = uploads.bucket
        self._scratch = _own_folder(Path(tempfile.gettempdir()) / f"oumi-pulls-{os.getuid()}")

    def aside(self) -> AbstractContextManager[Path]:
        return writing_folder(self._scratch)

    def put(self, file: Path, name: str) -> None:
        self._uploads.put(file, name, lambda done, total: None)

    def has(self, name: str) -> bool:
        found = self._bucket.get(name)
        if found is not None:
            found["Body"].close()
        return found is not None

    def note(self, name: str) -> bytes | None:
        return self._bucket.read(f"{NOTES}/{name}")

    def write_note(self, name: str, content: bytes) -> None:
        self._bucket.write(f"{NOTES}/{name}", content)

    def remove_note(self, name: str) -> None:
        self._bucket.delete([f"{NOTES}/{name}"])

    def lock(self, name: str) -> AbstractContextManager[None]:
        return locked(self._scratch, name)


def _own_folder(path: Path) -> Path:
    """The folder, refused when another user of this machine made it or it is a link. Raises `BadSetting`."""
    path.mkdir(mode=0o700, exist_ok=True)
    if not is_own_folder(path):
        raise BadSetting(f"{path} belongs to another user of this machine. Set TMPDIR to a folder of your own.")
    return path
