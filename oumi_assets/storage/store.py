"""What a store of published stages is: stages are written aside, then appear whole under their import's name.

    <root>/<asset>/<import>/<files>, manifest.json

Readers trust only what a manifest names. The two kinds are `local_store` and `s3_store`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from oumi_assets.core.errors import MissingImport
from oumi_assets.core.hashing import hash_of
from oumi_assets.storage.manifest import NOT_HASHED, Manifest, Outcome, StoredFile

MANIFEST = "manifest.json"


class Store(ABC):
    """Published stages of all imports below one root."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the root ready to be written to. Raises when it cannot be."""

    @abstractmethod
    def staging(self) -> AbstractContextManager[Path]:
        """A fresh local folder to write a stage's files into; gone afterwards."""

    @abstractmethod
    def publish(self, staged: Path, manifest: Manifest, hashes: Mapping[str, str] | None = None) -> Manifest:
        """Make a staged folder the import's stage, its manifest naming every file in it; the staged folder is used up.

        `hashes` are those by file name that are known from writing; the other files are read for theirs.
        """

    @abstractmethod
    def location(self, asset: str, key: str, name: str | None = None) -> str:
        """Where a stage or a file of it lies, there or not, as people open it: a path or an `s3://` URL."""

    @abstractmethod
    def manifest(self, asset: str, key: str) -> Manifest | None:
        """The manifest of a stage, or None while there is none."""

    @abstractmethod
    def file(self, asset: str, key: str, name: str) -> Path:
        """A local path to a file of a published stage, as its manifest describes it.

        Raises `MissingImport` where there is none, and `StoredFileDamaged` where it is another one.
        """

    @abstractmethod
    def manifests(self, asset: str) -> list[Manifest]:
        """Every manifest of an asset, oldest first."""

    @abstractmethod
    def folders(self, asset: str) -> set[str]:
        """The folder names (`keys.folder_name`) of all imports that have a manifest of the asset: one quick listing."""

    @abstractmethod
    def remove(self, asset: str, key: str) -> None:
        """Take a stage away for good."""

    @abstractmethod
    def sweep(self) -> int:
        """Remove what dead processes of this machine left half-written; the number of folders removed."""

    def sweep_remote(self, assets: Iterable[str]) -> int:
        """Remove what killed publishes of these assets left in the root itself, which may list all of it; the number.

        A local folder never has such leftovers.
        """
        return 0

    def complete(self, asset: str, key: str) -> Manifest:
        """The manifest of a stage that succeeded. Raises `MissingImport`."""
        manifest = self.manifest(asset, key)
        if manifest is None or manifest.outcome is not Outcome.COMPLETE:
            raise MissingImport(asset, key)
        return manifest


def is_described(path: Path, stored: StoredFile) -> bool:
    """Whether a file is the one that a manifest names."""
    return path.stat().st_size == stored.size and stored.blake3 in (NOT_HASHED, hash_of(path))


def describe_all(folder: Path, hashes: Mapping[str, str] | None) -> dict[str, StoredFile]:
    """Size and hash of each file of a staged folder, by name; those with a known hash are not read again."""
    known = hashes or {}
    files = sorted(folder.iterdir())
    return {path.name: StoredFile(path.stat().st_size, known.get(path.name) or hash_of(path)) for path in files}


def in_order(manifests: list[Manifest]) -> list[Manifest]:
    """Oldest first."""
    return sorted(manifests, key=lambda manifest: (manifest.created, manifest.import_key))
