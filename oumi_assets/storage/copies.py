"""Local copies of published files that lie elsewhere, so that reading by offset never becomes a request.

They belong to this process: one folder, gone with it (or swept when it was killed), the last few imports in it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path

from oumi_assets.core.storage_errors import usable
from oumi_assets.storage.manifest import StoredFile
from oumi_assets.storage.scratch import new_folder, sweep_folders, working_folder

PREFIX = "oumi-assets-"
_KEPT_IMPORTS = 4


class LocalCopies:
    """Verified copies below `TMPDIR`, by import, asset and file name."""

    def __init__(self) -> None:
        self._verified: dict[str, dict[tuple[str, str], StoredFile]] = {}

    @cached_property
    def _root(self) -> Path:
        """Made when first needed: a sensor or a listing never needs it."""
        with usable(tempfile.gettempdir(), "TMPDIR"):
            root = new_folder(Path(tempfile.gettempdir()), PREFIX)
        weakref.finalize(self, _remove, root, os.getpid())
        return root

    def working_folder(self) -> AbstractContextManager[Path]:
        """A fresh folder on the copies' disk, gone afterwards."""
        return working_folder(self._root / "staging", place=Path(tempfile.gettempdir()))

    def find(self, folder: str, asset: str, name: str, stored: StoredFile) -> Path | None:
        """The copy of exactly that content, if there is one."""
        known = self._verified.get(folder, {}).get((asset, name))
        return self._path(folder, asset, name) if known == stored else None

    def keep(self, file: Path, folder: str, asset: str, name: str, stored: StoredFile) -> Path:
        """Take over a file whose content was verified; the copies of the oldest import make room."""
        copies = self._verified.pop(folder, {})
        self._verified[folder] = copies
        path = self._path(folder, asset, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        file.replace(path)
        copies[asset, name] = stored
        while len(self._verified) > _KEPT_IMPORTS:
            self.forget(next(iter(self._verified)))
        return path

    def forget(self, folder: str) -> None:
        """Remove all copies of an import."""
        if self._verified.pop(folder, None) is not None:
            shutil.rmtree(self._root / folder, ignore_errors=True)

    def _path(self, folder: str, asset: str, name: str) -> Path:
        return self._root / folder / asset / name


def sweep_copies() -> int:
    """Remove the copies of dead processes; the number of folders removed."""
    return sweep_folders(Path(tempfile.gettempdir()), PREFIX)


def _remove(root: Path, owner: int) -> None:
    """A forked process must not take its parent's copies away."""
    if os.getpid() == owner:
        shutil.rmtree(root, ignore_errors=True)
