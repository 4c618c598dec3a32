"""What became of an import, read back from its manifests: for the command line and for programs."""

from __future__ import annotations

from typing import NamedTuple

from oumi_assets.imports.workspace import DEDUPED_DATASET, PARSED_TRACES, RAW_EXPORT, RECONSTRUCTED_CONVERSATIONS, STAGES
from oumi_assets.stages.files import JSONL_FILE, PARQUET_FILE
from oumi_assets.storage.manifest import Counts, Outcome
from oumi_assets.storage.store import Store

_COUNTED = {
    "rows": RAW_EXPORT,
    "traces": PARSED_TRACES,
    "conversations": RECONSTRUCTED_CONVERSATIONS,
    "kept": DEDUPED_DATASET,
}


class Summary(NamedTuple):
    """One import: counts and drops of the stages it reached; the error when it did not reach the last."""

    key: str
    dataset: str | None
    platform: str | None
    conversations_path: str | None
    dataset_path: str | None
    funnel: dict[str, Counts]
    error: str | None

    @property
    def counts(self) -> dict[str, int]:
        """Rows read, traces found, conversations made, conversations kept."""
        by_stage = {name: self.funnel.get(stage, Counts()) for name, stage in _COUNTED.items()}
        return {name: counts.incoming if name == "traces" else counts.outgoing for name, counts in by_stage.items()}

    @property
    def drops(self) -> dict[str, int]:
        """Everything left out, by reason, over all stages."""
        return {reason: count for counts in self.funnel.values() for reason, count in counts.dropped.items()}


def refused(error: str) -> Summary:
    """Of an import that was not even started."""
    return Summary("", None, None, None, None, {}, error)


def summarize(store: Store, key: str, error: str | None = None) -> Summary:
    """The summary of an import as far as it came."""
    manifests = {stage: manifest for stage in STAGES if (manifest := store.manifest(stage, key)) is not None}
    raw, last = manifests.get(RAW_EXPORT), manifests.get(DEDUPED_DATASET)
    done = last is not None and last.outcome is Outcome.COMPLETE and error is None
    return Summary(
        key=key,
        dataset=raw.settings.dataset_name if raw and raw.settings else None,
        platform=raw.platform if raw else None,
        conversations_path=store.location(DEDUPED_DATASET, key, JSONL_FILE) if done else None,
        dataset_path=store.location(DEDUPED_DATASET, key, PARQUET_FILE) if done else None,
        funnel={stage: manifest.counts for stage, manifest in manifests.items()},
        error=error,
    )
