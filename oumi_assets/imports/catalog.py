"""Imports and the datasets that they made: listing, finding by name or key, reading, deleting; which ones are finished."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import msgspec

from oumi_assets.core.errors import AmbiguousDataset, NoDatasetOfImport, UnknownDataset
from oumi_assets.imports.workspace import DEDUPED_DATASET, RAW_EXPORT, RECONSTRUCTED_CONVERSATIONS, STAGES
from oumi_assets.stages.files import DROPPED_FILE, JSONL_FILE
from oumi_assets.storage.manifest import Counts, Manifest, Outcome
from oumi_assets.storage.store import Store

_EXCERPT = 200


class ListedImport(NamedTuple):
    """One import as people list it.

    `dropped` adds up all stages, each in its own unit (lines, traces, conversations). `created` is ISO-8601 in UTC. `error`
    says why it has no dataset.
    """

    name: str
    platform: str | None
    conversations: int
    dropped: int
    created: str
    key: str
    error: str | None = None

    @property
    def when(self) -> str:
        """The minute it was made in (UTC), as people read it."""
        return self.created[:16].replace("T", " ")


class _Import(NamedTuple):
    """An import with any outcome; a deleted one is listed only while a stage of it is there."""

    listed: ListedImport
    is_made: bool
    is_deleted: bool


def list_datasets(store: Store) -> list[ListedImport]:
    """Every dataset that is whole, oldest first."""
    return [found.listed for found in _list_imports(store) if found.is_made]


def list_unfinished(store: Store) -> list[ListedImport]:
    """Every import that failed, or runs right now, oldest first."""
    return [found.listed for found in _list_imports(store) if not found.is_made and not found.is_deleted]


def is_finished(store: Store, key: str) -> bool:
    """Whether an import needs nothing more: it has its dataset, was deleted, or failed for what is in its file."""
    raw = store.manifest(RAW_EXPORT, key)
    if raw is None:
        return False
    if raw.outcome is not Outcome.COMPLETE:
        return True
    if (made := store.manifest(DEDUPED_DATASET, key)) is not None and made.outcome is Outcome.COMPLETE:
        return True
    reconstructed = store.manifest(RECONSTRUCTED_CONVERSATIONS, key)
    return reconstructed is not None and reconstructed.outcome is Outcome.FAILED


def find_dataset(store: Store, name: str, *, any_import: bool) -> ListedImport:
    """The dataset of that key or name; with `any_import` also an import that failed.

    Where there is neither, `any_import` also finds a deleted import of which a stage is there: another machine was making
    it, and published that stage after the deletion.
    Raises `UnknownDataset`, `NoDatasetOfImport`, and `AmbiguousDataset` when several are called so.
    """
    imports = _list_imports(store)
    there = [one.listed for one in imports if not one.is_deleted]
    sought = there if any_import else [one.listed for one in imports if one.is_made]
    found = called(name, sought)
    if not found and any_import:
        found = called(name, [one.listed for one in imports if one.is_deleted])
    if len(found) > 1:
        raise ambiguous(name, found)
    failed = called(name, there)
    if not found and failed:
        raise NoDatasetOfImport(name, failed[-1].error)
    if not found:
        raise UnknownDataset(name, list(dict.fromkeys(dataset.name for dataset in sought)))
    return found[0]


def called(name: str, imports: list[ListedImport]) -> list[ListedImport]:
    """The import of that key, else all of that name."""
    return [one for one in imports if one.key == name] or [one for one in imports if one.name == name]


def ambiguous(name: str, found: list[ListedImport]) -> AmbiguousDataset:
    """The error for a name that several imports have."""
    kind = "import" if any(one.error for one in found) else "dataset"
    return AmbiguousDataset(name, {one.key: one.when for one in found}, kind)


def read_conversations(store: Store, key: str, count: int) -> Iterator[bytes]:
    """The first rows of a dataset, as bytes of conversations.jsonl."""
    with store.file(DEDUPED_DATASET, key, JSONL_FILE).open("rb") as file:
        yield from (line.rstrip(b"\n") for line in islice(file, count))


class Drop(NamedTuple):
    """One thing left out: by which stage, why, where it was in the export, its id, and what is kept instead of it.

    A line that is no row has no id, but an excerpt: how it begins.
    """

    stage: str
    reason: str
    line: int | None
    trace_id: str | None
    kept_instead: str | None
    excerpt: str | None


def read_drops(store: Store, key: str, count: int) -> Iterator[Drop]:
    """What an import left out, stage by stage, `count` of each stage at most; for failed imports too."""
    from oumi_assets.stages.written import first_rows

    for stage in STAGES:
        manifest = store.manifest(stage, key)
        if manifest is None or DROPPED_FILE not in manifest.files:
            continue
        for row in first_rows(store.file(stage, key, DROPPED_FILE), count):
            trace_id = row.get("trace_id") or row.get("conversation_id")
            yield Drop(
                stage, row["reason"], row.get("line"), trace_id, row.get("kept_instead"), _beginning(row.get("excerpt"))
            )


def _beginning(line: bytes | None) -> str | None:
    """A line may be no UTF-8 at all, which is then why it was dropped."""
    return None if line is None else line.decode(errors="replace")[:_EXCERPT]


def delete_import(store: Store, key: str) -> None:
    """Remove all stages; what the upload was stays noted, so that the sensor does not import it again.

    raw_export goes last: whoever is killed in between can delete again.
    """
    raw = store.manifest(RAW_EXPORT, key)
    for stage in reversed(STAGES[1:]):
        store.remove(stage, key)
    if raw is not None:
        with store.staging() as folder:
            store.publish(
                folder, msgspec.structs.replace(raw, outcome=Outcome.DELETED, counts=Counts(), error=None, files={})
            )


def _list_imports(store: Store) -> list[_Import]:
    """Every import of which anything is there, oldest first; one pass over the manifests of each stage."""
    stages = [{manifest.import_key: manifest for manifest in store.manifests(stage)} for stage in STAGES]
    imports = [[stage[key] for stage in stages if key in stage] for key in stages[0]]
    return [_import(manifests) for manifests in imports if not _is_deleted(manifests) or len(manifests) > 1]


def _import(manifests: list[Manifest]) -> _Import:
    deleted = _is_deleted(manifests)
    return _Import(_listed(manifests), _is_made(manifests[-1]) and not deleted, deleted)


def _is_deleted(manifests: list[Manifest]) -> bool:
    return manifests[0].outcome is Outcome.DELETED


def _is_made(last: Manifest) -> bool:
    return last.asset == DEDUPED_DATASET and last.outcome is Outcome.COMPLETE


def _listed(manifests: list[Manifest]) -> ListedImport:
    """One import, of its manifests in the order of the stages."""
    raw, last = manifests[0], manifests[-1]
    return ListedImport(
        name=raw.settings.dataset_name if raw.settings else raw.import_key,
        platform=raw.platform,
        conversations=last.counts.outgoing if _is_made(last) else 0,
        dropped=sum(manifest.counts.total_dropped for manifest in manifests),
        created=raw.created,
        key=raw.import_key,
        error=last.error,
    )
