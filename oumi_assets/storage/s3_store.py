"""A store below a bucket's prefix: a stage is what its manifest names, and the manifest is one object.

    <prefix>/<asset>/<import>/<files>, manifest.json

Files are uploaded first and the manifest last, so a killed first publish leaves nothing that a reader sees.
When a stage is made again, files that stay the same are left alone; before others are replaced, the old
manifest is replaced by one that does not name them. Readers check every file against its manifest, so they
never see a mixture: they see the old stage, no stage, or the new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from oumi_assets.core.errors import MissingImport
from oumi_assets.core.storage_errors import StoredFileDamaged
from oumi_assets.storage.copies import LocalCopies, sweep_copies
from oumi_assets.storage.keys import folder_name
from oumi_assets.storage.manifest import Manifest, StoredFile, decode, encode
from oumi_assets.storage.s3_bucket import Bucket, Entry
from oumi_assets.storage.scratch import LEFTOVERS_AFTER
from oumi_assets.storage.store import MANIFEST, Store, describe_all, in_order, is_described

_READERS = 16


class S3Store(Store):
    """Published stages of all imports below one prefix."""

    def __init__(self, bucket: Bucket, *, leftovers_after: timedelta = LEFTOVERS_AFTER) -> None:
        self._bucket = bucket
        self._copies = LocalCopies()
        self._leftovers_after = leftovers_after
        self._read: dict[str, tuple[str, Manifest | None]] = {}

    def prepare(self) -> None:
        """The bucket must be there; it is not made."""
        self._bucket.check()

    def staging(self) -> AbstractContextManager[Path]:
        """A local folder: nothing of it is in the bucket before it is published."""
        return self._copies.working_folder()

    def publish(self, staged: Path, manifest: Manifest, hashes: Mapping[str, str] | None = None) -> Manifest:
        """Upload what is new, then the manifest, then delete what it does not name; what was staged serves as the copy."""
        asset, key = manifest.asset, manifest.import_key
        manifest = msgspec.structs.replace(manifest, files=describe_all(staged, hashes))
        present = {entry.name: entry.size for entry in self._bucket.listing(_name(asset, key, ""))}
        former = self.manifest(asset, key) if _name(asset, key, MANIFEST) in present else None
        same = _same_files(former, manifest, present)
        if former is not None and any(name in manifest.files and name not in same for name in former.files):
            self._write(msgspec.structs.replace(former, files=same))
        for name in manifest.files.keys() - same.keys():
            with (staged / name).open("rb") as file:
                self._bucket.upload(file, _name(asset, key, name))
        self._write(manifest)
        named = {_name(asset, key, name) for name in (*manifest.files, MANIFEST)}
        self._bucket.delete([name for name in present if name not in named])
        for name, stored in manifest.files.items():
            self._copies.keep(staged / name, folder_name(key), asset, name, stored)
        return manifest

    def _write(self, manifest: Manifest) -> None:
        self._bucket.write(_name(manifest.asset, manifest.import_key, MANIFEST), encode(manifest))

    def location(self, asset: str, key: str, name: str | None = None) -> str:
        """The `s3://` URL of a stage or of a file of it."""
        return f"{self._bucket.location}/{_name(asset, key, name or '')}".rstrip("/")

    def manifest(self, asset: str, key: str) -> Manifest | None:
        """The manifest of a stage, or None while there is none; one request."""
        return decode(self._bucket.read(_name(asset, key, MANIFEST)))

    def file(self, asset: str, key: str, name: str) -> Path:
        """The verified local copy, downloaded at most once. Raises `MissingImport`, `StoredFileDamaged`."""
        manifest, folder = self.manifest(asset, key), folder_name(key)
        stored = manifest.files.get(name) if manifest else None
        if stored is None:
            raise MissingImport(asset, key)
        return self._copies.find(folder, asset, name, stored) or self._downloaded(asset, key, name, stored)

    def _downloaded(self, asset: str, key: str, name: str, stored: StoredFile) -> Path:
        with self._copies.working_folder() as folder:
            path = folder / name
            if not self._bucket.download(_name(asset, key, name), path):
                raise MissingImport(asset, key)
            if not is_described(path, stored):
                raise StoredFileDamaged(asset, key, name)
            return self._copies.keep(path, folder_name(key), asset, name, stored)

    def manifests(self, asset: str) -> list[Manifest]:
        """Every manifest of an asset, oldest first; what was read before is not read again while it stays the same."""
        with ThreadPoolExecutor(_READERS) as pool:
            found = list(pool.map(self._manifest_of, self._manifest_entries(asset)))
        return in_order([manifest for manifest in found if manifest is not None])

    def _manifest_of(self, entry: Entry) -> Manifest | None:
        etag, manifest = self._read.get(entry.name, ("", None))
        if etag != entry.etag:
            manifest = decode(self._bucket.read(entry.name))
            self._read[entry.name] = entry.etag, manifest
        return manifest

    def _manifest_entries(self, asset: str) -> list[Entry]:
        return [entry for entry in self._bucket.listing(f"{asset}/") if _is_manifest(entry.name)]

    def folders(self, asset: str) -> set[str]:
        """Folder names of all imports with a manifest, from the listing alone."""
        return {entry.name.split("/")[1] for entry in self._manifest_entries(asset)}

    def remove(self, asset: str, key: str) -> None:
        """The manifest first: no reader may find it naming files that are gone."""
        names = [entry.name for entry in self._bucket.listing(_name(asset, key, ""))]
        manifest = _name(asset, key, MANIFEST)
        if manifest in names:
            self._bucket.delete([manifest])
        self._bucket.delete([name for name in names if name != manifest])
        self._copies.forget(folder_name(key))

    def sweep(self) -> int:
        """Remove the local copies of dead processes."""
        return sweep_copies()

    def sweep_remote(self, assets: Iterable[str]) -> int:
        """Remove what publishes left that ended before their manifest, a day ago or longer; parts of uploads too."""
        before, swept = datetime.now(UTC) - self._leftovers_after, 0
        for asset in assets:
            stages: dict[str, list[Entry]] = {}
            for entry in self._bucket.listing(f"{asset}/"):
                stages.setdefault(entry.name.rpartition("/")[0], []).append(entry)
            leftovers = [entry.name for stage in stages.values() if _is_leftover(stage, before) for entry in stage]
            self._bucket.delete(leftovers)
            swept += len(leftovers) + self._bucket.abort_uploads(f"{asset}/", before)
        return swept


def _name(asset: str, key: str, name: str) -> str:
    return f"{asset}/{folder_name(key)}/{name}"


def _same_files(former: Manifest | None, manifest: Manifest, present: dict[str, int]) -> dict[str, StoredFile]:
    """Files that need no upload: the former manifest names the same content, and the object is still there."""
    if former is None:
        return {}
    return {
        name: stored
        for name, stored in former.files.items()
        if manifest.files.get(name) == stored
        and present.get(_name(manifest.asset, manifest.import_key, name)) == stored.size
    }


def _is_manifest(name: str) -> bool:
    return name.count("/") == 2 and name.endswith(f"/{MANIFEST}")


def _is_leftover(stage: list[Entry], before: datetime) -> bool:
    return not any(_is_manifest(entry.name) for entry in stage) and all(entry.modified < before for entry in stage)
