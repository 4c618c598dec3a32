"""Whether an upload that looks new holds what its name was imported with before: touched, or copied again.

Content is compared only where name and size are those of an earlier import, a bounded number of
bytes at a time, so that a sensor's tick stays short whatever the size of the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import Enum, auto
from typing import Any, NamedTuple

from blake3 import blake3

from oumi_assets.imports.workspace import RAW_EXPORT
from oumi_assets.storage.keys import key_for_content
from oumi_assets.storage.manifest import Manifest
from oumi_assets.storage.store import Store
from oumi_assets.storage.uploads import Upload, Uploads

MAX_REMEMBERED = 1000
_BLOCK = 1 << 22


class Sameness(Enum):
    """What comparing an upload with earlier imports of its name came to."""

    NEW = auto()
    SAME = auto()
    UNDECIDED = auto()
    """Not all of it is read yet: look again."""


class Comparison(NamedTuple):
    """The verdict on an upload, how many bytes were read for it, and the import that has the same content."""

    sameness: Sameness
    read: int = 0
    key: str | None = None


class KnownContent:
    """What was imported from the uploads folder, by name and size. Lives as long as its process.

    Files found to be the same are remembered in a cursor (the last `MAX_REMEMBERED` keys and nothing
    else), so that they are not read again after a restart. A cursor that cannot be read starts anew.
    """

    def __init__(self) -> None:
        self._imported: dict[tuple[str, int], dict[str, str]] | None = None
        self._expected: dict[str, None] = {}
        self._partial: _PartialDigest | None = None
        self._same: dict[str, str | None] = {}

    def restore(self, cursor: str | None) -> None:
        """Take over what an earlier process remembered."""
        if not self._same:
            self._same = dict.fromkeys(_read_cursor(cursor))

    def cursor(self) -> str:
        """What to remember for the next process."""
        return json.dumps(list(self._same)[-MAX_REMEMBERED:])

    def learn(self, store: Store, key: str) -> None:
        """Take note of an import that finished."""
        manifest = None if self._imported is None else store.manifest(RAW_EXPORT, key)
        # Not before: a storage that fails now is asked again at the next look.
        self._expected.pop(key, None)
        if manifest is not None:
            self._note(manifest)

    def expect(self, keys: Iterable[str]) -> None:
        """Imports that run now: their files may be touched, and have another key, before anybody sees them finished."""
        self._expected.update(dict.fromkeys(keys))

    def has_namesake(self, upload: Upload, store: Store) -> bool:
        """Whether an import of this name and size exists, so that content must be compared."""
        if self._imported is None:
            # First the listing: where it fails, nothing is known yet, which is not the same as nothing imported.
            manifests = store.manifests(RAW_EXPORT)
            self._imported = {}
            for manifest in manifests:
                self._note(manifest)
        for key in [key for key in self._expected if store.manifest(RAW_EXPORT, key) is not None]:
            self.learn(store, key)
        return (upload.name, upload.size) in self._imported

    def _note(self, manifest: Manifest) -> None:
        source = manifest.source
        if self._imported is not None and source is not None and source.watched and source.blake3:
            self._imported.setdefault((source.file, source.size), {})[source.blake3] = manifest.import_key

    def compare(self, upload: Upload, uploads: Uploads, max_bytes: int) -> Comparison:
        """Compare an upload that has a namesake, reading at most so many bytes of it now."""
        if key_for_content(upload.name, upload.content_tag) in self._same:
            return Comparison(Sameness.SAME)
        if self._partial is None or self._partial.upload != upload:
            self._partial = _PartialDigest(upload)
        before = self._partial.read
        digest = self._partial.advance(uploads, max_bytes)
        read = self._partial.read - before
        if digest is None:
            return Comparison(Sameness.UNDECIDED, read)
        self._partial = None
        found = (self._imported or {}).get((upload.name, upload.size), {}).get(digest)
        return Comparison(Sameness.SAME if found else Sameness.NEW, read, found)

    def remember_same(self, upload: Upload) -> None:
        """Not to be compared again."""
        key = key_for_content(upload.name, upload.content_tag)
        self._same.pop(key, None)
        self._same[key] = None
        while len(self._same) > MAX_REMEMBERED:
            del self._same[next(iter(self._same))]


class _PartialDigest:
    """The BLAKE3 hash of an upload, taken in pieces."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self._hash = blake3()
        self.read = 0

    def advance(self, uploads: Uploads, max_bytes: int) -> str | None:
        """Read on; the digest once the end is reached."""
        limit = self.read + max_bytes
        with uploads.open(self.upload.name) as file:
            file.seek(self.read)
            while self.read < limit:
                block = file.read(min(_BLOCK, limit - self.read))
                if not block:
                    return self._hash.hexdigest()
                self._hash.update(block)
                self.read += len(block)
        return self._hash.hexdigest() if self.read >= self.upload.size else None


def _read_cursor(cursor: str | None) -> list[str]:
    """The keys of a cursor; nothing of one that is malformed."""
    try:
        value: Any = json.loads(cursor or "[]")
    except ValueError:
        return []
    return [key for key in value if isinstance(key, str)][-MAX_REMEMBERED:] if isinstance(value, list) else []
