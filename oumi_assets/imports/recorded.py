"""What raw_export recorded of an import, for the stages after it: nothing of it is ever missing there."""

from __future__ import annotations

from typing import NamedTuple

from oumi_assets.core.errors import MissingImport
from oumi_assets.imports.workspace import RAW_EXPORT
from oumi_assets.platforms import PLATFORMS, Platform
from oumi_assets.storage.manifest import Settings, Source
from oumi_assets.storage.store import Store


class Recorded(NamedTuple):
    """An import's key, settings, upload and platform, and when it was made (ISO-8601, UTC)."""

    key: str
    created: str
    settings: Settings
    source: Source
    platform: Platform


def read_recorded(store: Store, key: str) -> Recorded:
    """What the manifest of raw_export says. Raises `MissingImport`, also for a manifest that lacks any of it."""
    raw = store.complete(RAW_EXPORT, key)
    if raw.settings is None or raw.source is None or raw.platform not in PLATFORMS:
        raise MissingImport(RAW_EXPORT, key)
    return Recorded(key, raw.created, raw.settings, raw.source, PLATFORMS[raw.platform])
