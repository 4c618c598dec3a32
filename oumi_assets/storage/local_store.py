"""A store in a local folder, where one rename publishes a stage: a killed import leaves nothing visible.

<root>/<asset>/<import>/<files>, manifest.json
<root>/.staging/<host>-<process>-<id>/   what is being written; swept once its process is gone
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from oumi_assets.core.errors import MissingImport
from oumi_assets.storage.keys import folder_name
from oumi_assets.storage.manifest import Manifest, decode, encode
from oumi_assets.storage.scratch import new_folder, sweep_folders, working_folder
from oumi_assets.storage.store import MANIFEST, Store, describe_all, in_order

_STAGING = ".staging"


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
        target = self._folder(manifest.asset, manifest.import_key)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._replace(staged, target)
        return manifest

    def _replace(self, staged: Path, target: Path) -> None:
        try:
            staged.rename(target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            # Only a stage made again finds its name taken: set the old one aside, take its place.
            old = new_folder(self.root / _STAGING)
            target.rename(old / "replaced")
            staged.rename(target)
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
        """A file of a published stage, as large as its manifest says. Raises `MissingImport`."""
        manifest = self.manifest(asset, key)
        path = self._folder(asset, key) / name
        stored = manifest.files.get(name) if manifest else None
        if stored is None or not path.is_file() or path.stat().st_size != stored.size:
            raise MissingImport(asset, key)
        return path

    def manifests(self, asset: str) -> list[Manifest]:
        """Every manifest of an asset, oldest first."""
        found = [_read_manifest(path) for path in (self.root / asset).glob(f"*/{MANIFEST}")]
        return in_order([manifest for manifest in found if manifest is not None])

    def folders(self, asset: str) -> set[str]:
        """Folder names of all imports with a manifest."""
        return {path.parent.name for path in (self.root / asset).glob(f"*/{MANIFEST}")}

    def remove(self, asset: str, key: str) -> None:
        """Take a stage away for good."""
        folder = self._folder(asset, key)
        if folder.exists():
            with self.staging() as aside:
                folder.rename(aside / "removed")

    def sweep(self) -> int:
        """Remove the staging folders of dead processes."""
        return sweep_folders(self.root / _STAGING)


def _read_manifest(path: Path) -> Manifest | None:
    try:
        return decode(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        # A manifest that cannot be read names nothing: its folder counts as not there.
        return None
