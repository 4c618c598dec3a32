"""deduped_dataset: the dataset users load, with its card."""

from __future__ import annotations

from oumi_assets.imports.card import CARD_FILE, render_card
from oumi_assets.imports.publishing import new_manifest
from oumi_assets.imports.recorded import read_recorded
from oumi_assets.imports.workspace import DEDUPED_DATASET, RAW_EXPORT, RECONSTRUCTED_CONVERSATIONS, STAGES, Workspace
from oumi_assets.stages.dataset import write_dataset
from oumi_assets.stages.files import CONVERSATIONS_FILE, DROPPED_FILE, EXPORT, JSONL_FILE
from oumi_assets.stages.written import count_reasons
from oumi_assets.storage.manifest import Counts, Manifest


def make_deduped_dataset(workspace: Workspace, key: str, *, run_id: str | None = None) -> Manifest:
    """Deduplicate as the import's settings say, and publish the dataset. Raises `MissingImport`."""
    store = workspace.store
    recorded = read_recorded(store, key)
    export = store.file(RAW_EXPORT, key, EXPORT)
    conversations = store.file(RECONSTRUCTED_CONVERSATIONS, key, CONVERSATIONS_FILE)
    with store.staging() as folder:
        counted = write_dataset(
            export,
            conversations,
            folder,
            recorded.platform.name,
            deduplicate=recorded.settings.deduplicate,
            workers=workspace.workers,
            progress=workspace.progress,
        )
        counts = Counts(counted.conversations, counted.kept, count_reasons(folder / DROPPED_FILE))
        funnel = {stage: store.complete(stage, key).counts for stage in STAGES[:-1]} | {DEDUPED_DATASET: counts}
        card = render_card(recorded, funnel, counted.refusals)
        (folder / CARD_FILE).write_text(card, encoding="utf-8")
        return store.publish(folder, new_manifest(DEDUPED_DATASET, key, run_id, counts), {JSONL_FILE: counted.jsonl_blake3})
