"""A store in a local folder, where one rename publishes a stage: a killed import leaves nothing visible.

<root>/<asset>/<import>/<files>, manifest.json
<root>/.staging/<host>-<process>-<id>/   what is being written; swept once its process is gone
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import msgspec

from oumi_assets.core.errors import MissingImport
from oumi_assets.core.storage_errors import StoredFileDamaged
from oumi_assets.storage.durable import sync
from oumi_assets.storage.keys import folder_name
from oumi_assets.storage.manifest import Manifest, Outcome, decode, encode
from oumi_assets.storage.scratch import leftover_folders, new_folder, working_folder
from oumi_assets.storage.store import MANIFEST, Store, describe_all, in_order

_STAGING = ".staging"
_REPLACED = "replaced"
_OTHERS = (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST)
"""What a rename says when somebody else took the stage away, or put one there."""
_MOST_OPEN = 0o775
_TRIES = 10
"""How often a publish tries to take its name; each failure means that another publish of that name got further."""


class LocalStore(Store):
    """Published stages of all imports below one local folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def prepare(self) -> None:
        """Make the folder."""
        self.root.mkdir(parents=True, exist_ok=True)

    def staging(self) -> AbstractContextManager[Path]:
        """A fresh folder on the same disk, so that publishing is a rename."""
        return working_folder(self.root / _STAGING)

    def publish(self, staged: Path, manifest: Manifest, hashes: Mapping[str, str] | None = None) -> Manifest:
        """Make a staged folder the import's stage, its manifest naming every file in it."""
        manifest = msgspec.structs.replace(manifest, files=describe_all(staged, hashes))
        (staged / MANIFEST).write_bytes(encode(manifest))
        _sync_manifest(staged)
        target = self._folder(manifest.asset, manifest.import_key)
        target.parent.mkdir(parents=True, exist_ok=True)
        # As open as the folder around it, which is as the umask says; what is staged is its owner's alone.
        staged.chmod(target.parent.stat().st_mode & _MOST_OPEN)
        self._replace(staged, target)
        return manifest

    def _replace(self, staged: Path, target: Path) -> None:
        """Take the place of the stage that is there, if any; another publish may come or go at every step."""
        for tries_left in reversed(range(_TRIES)):
            try:
                if target.exists():
                    self._swap(staged, target)
                else:
                    staged.rename(target)
                return
            except OSError as error:
                if error.errno not in _OTHERS or not tries_left:
                    raise

    def _swap(self, staged: Path, target: Path) -> None:
        """Set the old stage aside, take its place. A kill in between is what `sweep` makes good."""
        old = new_folder(self.root / _STAGING)
        try:
            target.rename(old / _REPLACED)
            staged.rename(target)
        except BaseException:
            _put_back(old, target)
            raise
        shutil.rmtree(old, ignore_errors=True)

    def _folder(self, asset: str, key: str) -> Path:
        return self.root / asset / folder_name(key)

    def location(self, asset: str, key: str, name: str | None = None) -> str:
        """The path of a stage or of a file of it."""
        return str(self._folder(asset, key) / (name or ""))

    def manifest(self, asset: str, key: str) -> Manifest | None:
        """The manifest of a stage, or None while there is none."""
        return _read_manifest(self._folder(asset, key) / MANIFEST)

    def file(self, asset: str, key: str, name: str) -> Path:
        """A file of a published stage, as large as its manifest says. Raises `MissingImport`, `StoredFileDamaged`."""
        manifest = self.manifest(asset, key)
        path = self._folder(asset, key) / name
        stored = manifest.files.get(name) if manifest else None
        if stored is None or not path.is_file():
            raise MissingImport(asset, key)
        if path.stat().st_size != stored.size:
            raise StoredFileDamaged(asset, key, name)
        return path

    def manifests(self, asset: str) -> list[Manifest]:
        """Every manifest of an asset, oldest first."""
        found = [_read_manifest(path) for path in (self.root / asset).glob(f"*/{MANIFEST}")]
        return in_order([manifest for manifest in found if manifest is not None])

    def folders(self, asset: str) -> set[str]:
        """Folder names of all imports with a manifest that can be read: 0.2 s for 10,000 imports."""
        found = (self.root / asset).glob(f"*/{MANIFEST}")
        return {path.parent.name for path in found if _read_manifest(path) is not None}

    def remove(self, asset: str, key: str) -> None:
        """Take a stage away for good."""
        folder = self._folder(asset, key)
        if folder.exists():
            with self.staging() as aside:
                folder.rename(aside / "removed")

    def sweep(self) -> int:
        """Remove the staging folders of dead processes. A stage that one of them had set aside returns to its place."""
        leftovers = leftover_folders(self.root / _STAGING)
        for folder in leftovers:
            old = _read_manifest(folder / _REPLACED / MANIFEST)
            if old is None or self._is_deleted(old.import_key):
                shutil.rmtree(folder, ignore_errors=True)
            else:
                _put_back(folder, self._folder(old.asset, old.import_key))
        return len(leftovers)

    def _is_deleted(self, key: str) -> bool:
        """Whether any stage of an import is the note of its deletion: nothing of it may return."""
        notes = map(_read_manifest, self.root.glob(f"*/{folder_name(key)}/{MANIFEST}"))
        return any(note is not None and note.outcome is Outcome.DELETED for note in notes)


def _sync_manifest(staged: Path) -> None:
    """After a loss of power a stage has its whole manifest, or is not there.

    The files it names may be torn then, and their sizes and hashes tell: waiting for gigabytes would cost too much.
    """
    sync(staged / MANIFEST)
    with suppress(OSError):
        # Some network file systems refuse this for a folder.
        sync(staged)


def _put_back(old: Path, target: Path) -> None:
    """Return what was set aside to its place, unless another stage has taken it. Where that fails it stays for a sweep."""
    try:
        (old / _REPLACED).rename(target)
    except OSError as error:
        if error.errno not in _OTHERS:
            return
    shutil.rmtree(old, ignore_errors=True)


def _read_manifest(path: Path) -> Manifest | None:
    try:
        return decode(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
