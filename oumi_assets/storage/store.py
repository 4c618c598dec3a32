"""The storage folder: stages are written aside, then appear whole under their import's name.

    <root>/<asset>/<import>/<files>, manifest.json
    <root>/.staging/<process>-<id>/      what is being written; swept once its process is gone

A folder is published by one rename, so a killed import leaves nothing visible.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil
from polars.exceptions import PolarsError

from oumi_assets.core.errors import BadSetting, DiskFull, MissingImport
from oumi_assets.storage.keys import folder_name
from oumi_assets.storage.manifest import Manifest, Outcome, StoredFile, decode, encode

MANIFEST = "manifest.json"
_STAGING = ".staging"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Store:
    """Published stages of all imports below one local folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """A fresh folder to write a stage's files into; gone afterwards unless it was published."""
        parent = self.root / _STAGING
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{process_tag(os.getpid())}-", dir=parent))
        folder.chmod(0o755)
        try:
            yield folder
        except (OSError, PolarsError) as error:
            if _is_full(error):
                raise DiskFull(str(self.root)) from None
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def publish(self, staged: Path, manifest: Manifest, hashes: Mapping[str, str] | None = None) -> Manifest:
        """Make a staged folder the import's stage, its manifest naming every file in it.

        `hashes` are SHA-256 by file name that are known from writing; the other files are read for theirs.
        """
        known = hashes or {}
        files = {path.name: _describe(path, known.get(path.name)) for path in sorted(staged.iterdir())}
        manifest = msgspec.structs.replace(manifest, files=files)
        (staged / MANIFEST).write_bytes(encode(manifest))
        target = self.folder(manifest.asset, manifest.import_key)
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
            old = Path(tempfile.mkdtemp(prefix=f"{process_tag(os.getpid())}-", dir=self.root / _STAGING))
            target.rename(old / "replaced")
            staged.rename(target)
            shutil.rmtree(old, ignore_errors=True)

    def folder(self, asset: str, key: str) -> Path:
        """Where a stage lies, there or not."""
        return self.root / asset / folder_name(key)

    def manifest(self, asset: str, key: str) -> Manifest | None:
        """The manifest of a stage, or None while there is none."""
        return _read_manifest(self.folder(asset, key) / MANIFEST)

    def complete(self, asset: str, key: str) -> Manifest:
        """The manifest of a stage that succeeded. Raises `MissingImport`."""
        manifest = self.manifest(asset, key)
        if manifest is None or manifest.outcome is not Outcome.COMPLETE:
            raise MissingImport(asset, key)
        return manifest

    def file(self, asset: str, key: str, name: str) -> Path:
        """A file of a published stage, as large as its manifest says. Raises `MissingImport`."""
        manifest = self.manifest(asset, key)
        path = self.folder(asset, key) / name
        stored = manifest.files.get(name) if manifest else None
        if stored is None or not path.is_file() or path.stat().st_size != stored.size:
            raise MissingImport(asset, key)
        return path

    def manifests(self, asset: str) -> list[Manifest]:
        """Every manifest of an asset, oldest first."""
        found = [_read_manifest(path) for path in (self.root / asset).glob(f"*/{MANIFEST}")]
        return sorted((m for m in found if m is not None), key=lambda m: (m.created, m.import_key))

    def remove(self, asset: str, key: str) -> None:
        """Take a stage away for good."""
        folder = self.folder(asset, key)
        if folder.exists():
            with self.staging() as aside:
                folder.rename(aside / "removed")

    def sweep(self) -> int:
        """Remove what dead processes left half-written; the number of folders removed."""
        leftovers = [path for path in (self.root / _STAGING).glob("*") if not is_alive(path.name.rpartition("-")[0])]
        for path in leftovers:
            shutil.rmtree(path, ignore_errors=True)
        return len(leftovers)


def refuse_nesting(uploads: Path, storage: Path) -> None:
    """Storage inside the watched folder (or around it) would import itself."""
    one, other = uploads.resolve(), storage.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise BadSetting(f"OUMI_UPLOADS ({uploads}) and OUMI_STORAGE ({storage}) must not lie inside each other.")


def _describe(path: Path, sha256: str | None) -> StoredFile:
    if sha256 is None:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return StoredFile(path.stat().st_size, sha256)


def _is_full(error: OSError | PolarsError) -> bool:
    """No room, no quota, or the largest file there may be. polars tells the system's error number in its text alone."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    return any(f"(os error {number})" in str(error) for number in _FULL)


def _read_manifest(path: Path) -> Manifest | None:
    try:
        return decode(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        # A manifest that cannot be read names nothing: its folder counts as not there.
        return None


def process_tag(pid: int) -> str:
    """A process id with its start, because ids are used again: `<pid>-<seconds>`."""
    return f"{pid}-{int(psutil.Process(pid).create_time())}"


def is_alive(tag: str) -> bool:
    """Whether the process of a `process_tag` still runs."""
    pid, _, _ = tag.partition("-")
    try:
        return tag == process_tag(int(pid))
    except (ValueError, psutil.Error):
        return False
