"""Whether an upload that looks new holds what its name was imported with before: touched, or copied again."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property

from oumi_assets.imports.workspace import RAW_EXPORT
from oumi_assets.storage.store import Store
from oumi_assets.storage.uploads import Upload, Uploads

MAX_REMEMBERED = 1000


class KnownContent:
    """Compares content only when name and size are those of an earlier import.

    What was compared is remembered in the sensor's cursor, so that a file is read once and not
    at every tick; the cursor keeps the last `MAX_REMEMBERED` and nothing else. A cursor that
    cannot be read starts anew.
    """

    def __init__(self, store: Store, cursor: str | None) -> None:
        self._store = store
        self._same = _read_cursor(cursor)

    @cached_property
    def _imported(self) -> dict[tuple[str, int], set[str]]:
        """SHA-256 of what was imported, by name and size."""
        found: dict[tuple[str, int], set[str]] = {}
        for manifest in self._store.manifests(RAW_EXPORT):
            source = manifest.source
            if source is not None and source.watched and source.sha256:
                found.setdefault((source.file, source.size), set()).add(source.sha256)
        return found

    def has_same_content(self, upload: Upload, uploads: Uploads) -> bool:
        """True when this content was imported under this name before."""
        if self._same.get(upload.name) == upload.content_tag:
            return True
        # On S3 equal content has an equal tag: what has a new one is new, and nothing is downloaded to compare.
        hashes = None if uploads.appear_whole else self._imported.get((upload.name, upload.size))
        if not hashes:
            return False
        with uploads.open(upload.name) as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() in hashes  # type: ignore[arg-type]
        if same:
            self._same.pop(upload.name, None)
            self._same[upload.name] = upload.content_tag
        return same

    def cursor(self) -> str:
        """What to remember for the next tick."""
        return json.dumps(dict(list(self._same.items())[-MAX_REMEMBERED:]))


def _read_cursor(cursor: str | None) -> dict[str, str]:
    try:
        value = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}
