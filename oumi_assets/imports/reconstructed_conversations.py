"""reconstructed_conversations: one row per conversation: messages, tools, prefix hashes."""

from __future__ import annotations

import msgspec

from oumi_assets.core.errors import NoConvertibleConversations, OutdatedStage
from oumi_assets.imports.publishing import failures_recorded, new_manifest
from oumi_assets.imports.recorded import read_recorded
from oumi_assets.imports.workspace import PARSED_TRACES, RAW_EXPORT, RECONSTRUCTED_CONVERSATIONS, Workspace
from oumi_assets.stages.files import DROPPED_FILE, EXPORT, TRACES_FILE
from oumi_assets.stages.reconstruct import reconstruct
from oumi_assets.stages.traces import TRACES
from oumi_assets.stages.written import count_reasons, has_columns
from oumi_assets.storage.manifest import Counts, Manifest
from oumi_assets.storage.store import Store


def make_reconstructed_conversations(workspace: Workspace, key: str, *, run_id: str | None = None) -> Manifest:
    """Reconstruct and publish.

    Raises `NoConvertibleConversations` (its drops are published), `MissingImport` and `OutdatedStage`.
    """
    store = workspace.store
    platform = read_recorded(store, key).platform
    export, traces = store.file(RAW_EXPORT, key, EXPORT), store.file(PARSED_TRACES, key, TRACES_FILE)
    if not has_columns(traces, TRACES):
        raise OutdatedStage(PARSED_TRACES, key)
    manifest = new_manifest(RECONSTRUCTED_CONVERSATIONS, key, run_id)
    with store.staging() as folder, failures_recorded(workspace, folder, manifest) as counted:
        made = reconstruct(export, traces, folder, platform, workers=workspace.workers, progress=workspace.progress)
        counted.counts = Counts(made.traces, made.conversations, count_reasons(folder / DROPPED_FILE))
        _refuse_nothing_convertible(store, key, counted.counts)
        return store.publish(folder, msgspec.structs.replace(manifest, counts=counted.counts))


def _refuse_nothing_convertible(store: Store, key: str, counts: Counts) -> None:
    """Raise with every reason of this and the former stages when no conversation came out."""
    if counts.outgoing == 0:
        raw, parsed = (store.complete(stage, key).counts for stage in (RAW_EXPORT, PARSED_TRACES))
        raise NoConvertibleConversations({**raw.dropped, **parsed.dropped, **counts.dropped}, traces=parsed.incoming)
