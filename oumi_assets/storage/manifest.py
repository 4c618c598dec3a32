"""The manifest of one asset of one import: what readers trust, written after everything it names."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """What became of a stage. A deleted import leaves its manifest, so that the sensor does not bring it back."""

    COMPLETE = "complete"
    FAILED = "failed"
    DELETED = "deleted"


NOT_HASHED = ""
"""In place of the hash of a file that was not copied, or that an earlier version described by another hash."""


class Settings(msgspec.Struct, frozen=True):
    """The form's fields as an import was made with them; `source_platform` is `auto` when it was detected."""

    dataset_name: str
    source_platform: str
    deduplicate: bool


class Source(msgspec.Struct, frozen=True):
    """The upload an import was made of: its name below the uploads (or as given), size in bytes, content tag, BLAKE3 hash.

    `watched` says that the sensor found it: files of this name and size are compared with it later.
    """

    file: str
    size: int
    content_tag: str
    blake3: str = NOT_HASHED
    watched: bool = False


class StoredFile(msgspec.Struct, frozen=True):
    """Size in bytes and BLAKE3 hash of a published file."""

    size: int
    blake3: str = NOT_HASHED


class Counts(msgspec.Struct, frozen=True):
    """What came in, what went out, and the rest by reason; `extra` holds counts that are no drops."""

    incoming: int = 0
    outgoing: int = 0
    dropped: dict[str, int] = {}
    extra: dict[str, int] = {}

    @property
    def total_dropped(self) -> int:
        return sum(self.dropped.values())


class Pull(msgspec.Struct, frozen=True):
    """The pull that wrote an upload: project, window (ISO-8601, UTC, half open), its Dagster run, what it counted.

    `earlier` traces had been unfinished when their own window was pulled, `unfinished` ones are still to come.
    """

    export: str
    platform: str
    project: str
    start: str
    end: str
    pulled: str
    filter: str | None = None
    run_id: str | None = None
    rows: int = 0
    traces: int = 0
    bytes: int = 0
    earlier: int = 0
    unfinished: int = 0


class Manifest(msgspec.Struct, frozen=True):
    """Everything about one stage of one import. `settings`, `source`, `platform` and `pull` are raw_export's.

    `created` is ISO-8601 in UTC with microseconds; `run_id` the Dagster run's; `error` what users read of a failed stage.
    """

    asset: str
    import_key: str
    created: str
    outcome: Outcome = Outcome.COMPLETE
    error: str | None = None
    run_id: str | None = None
    counts: Counts = Counts()
    files: dict[str, StoredFile] = {}
    settings: Settings | None = None
    source: Source | None = None
    platform: str | None = None
    pull: Pull | None = None


def encode(manifest: Manifest) -> bytes:
    """The manifest's file content."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def decode(content: bytes | None) -> Manifest | None:
    """The manifest in a file's content; None where there is no file.

    One that cannot be read names nothing: its stage counts as not there.
    """
    try:
        return None if content is None else _decode(content)
    except ValueError:
        return None


_decode = msgspec.json.Decoder(Manifest).decode
