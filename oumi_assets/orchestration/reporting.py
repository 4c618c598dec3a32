"""What Dagster shows of a stage: counts to plot, a table of reasons, where it lies; of one that failed, too.

Nothing here shows trace text: an example is a place (line, id, path), at most 200 escaped characters.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from oumi_assets.core.characters import shown
from oumi_assets.core.program import program
from oumi_assets.imports.workspace import RAW_EXPORT, STAGES, UNITS, Workspace
from oumi_assets.stages.files import DROPPED_FILE, JSONL_FILE
from oumi_assets.storage.manifest import Counts, Manifest, Outcome, Pull

if TYPE_CHECKING:
    from oumi_assets.imports.recount import Recount

CHECK = "rows_are_conserved"
DROPPED = "dropped_"
"""Before a reason, the metadata that counts it."""
_MAX_EXAMPLE = 200
_PLACES = ("line", "offset", "path", "trace_id", "conversation_id")
_REASONS_TABLE = dg.TableSchema(
    columns=[
        dg.TableColumn("reason", "string", description="Why it was left out."),
        dg.TableColumn("count", "int"),
        dg.TableColumn("share", "string", description="Of what came in."),
        dg.TableColumn("example", "string", description="Where to find one: never its text."),
    ]
)


def materialized(workspace: Workspace, manifest: Manifest) -> dg.MaterializeResult:
    """The result of a published stage, with its conservation check recounted from disk."""
    from oumi_assets.imports.recount import recount

    return dg.MaterializeResult(
        metadata=_stage_metadata(workspace, manifest),
        check_results=[_check(recount(workspace.store, manifest.asset, manifest.import_key))],
    )


def _stage_metadata(workspace: Workspace, manifest: Manifest) -> dict[str, Any]:
    """Integers for the plots, the table of reasons, the place of the files."""
    counts = manifest.counts
    metadata: dict[str, Any] = {
        "dagster/row_count": counts.outgoing,
        "in": counts.incoming,
        "out": counts.outgoing,
        "dropped": counts.total_dropped,
        "unit": UNITS[manifest.asset],
        **{f"{DROPPED}{reason}": count for reason, count in counts.dropped.items()},
    }
    if counts.dropped:
        metadata["reasons"] = _reasons(workspace, manifest)
    metadata |= counts.extra
    metadata["location"] = dg.MetadataValue.path(workspace.store.location(manifest.asset, manifest.import_key))
    if JSONL_FILE in manifest.files:
        file = workspace.store.location(manifest.asset, manifest.import_key, JSONL_FILE)
        metadata["conversations"] = dg.MetadataValue.path(file)
    raw = workspace.store.manifest(RAW_EXPORT, manifest.import_key)
    if raw is not None and raw.settings is not None:
        metadata["dataset"] = _escaped(raw.settings.dataset_name)
    return metadata | _upload_metadata(manifest)


def _upload_metadata(manifest: Manifest) -> dict[str, Any]:
    """What an import was made of and how: only raw_export's manifest tells it."""
    metadata: dict[str, Any] = {}
    if manifest.settings is not None:
        metadata["source_platform"] = manifest.platform or manifest.settings.source_platform
        metadata["deduplicate"] = manifest.settings.deduplicate
    if manifest.source is not None:
        metadata["file"] = _escaped(manifest.source.file)
    if manifest.pull is not None:
        metadata |= _pull_metadata(manifest.pull)
    return metadata


def _pull_metadata(pull: Pull) -> dict[str, Any]:
    """The pull that an import was made of, its window, and the Dagster run it happened in."""
    metadata: dict[str, Any] = {
        "pull": f"{pull.platform} project {_escaped(pull.project)}",
        "pull_window": f"{pull.start} to {pull.end}",
    }
    if pull.run_id is not None:
        metadata["pull_run"] = dg.MetadataValue.dagster_run(pull.run_id)
    return metadata


def failure_metadata(workspace: Workspace, asset: str, key: str) -> Mapping[str, Any]:
    """What can be done now, and what the stages up to the one that failed have counted and left out."""
    typed, ours = shlex.quote(_escaped(key)), program()
    metadata: dict[str, Any] = {
        "what now": f"Fix the cause and run `{ours} retry {typed}`, or remove the import with `{ours} delete {typed}`. "
        "A file of another name is another import."
    }
    for stage in STAGES[: STAGES.index(asset) + 1]:
        manifest = workspace.store.manifest(stage, key)
        if manifest is not None and manifest.counts != Counts():
            metadata[f"{stage}: in"] = manifest.counts.incoming
            metadata[f"{stage}: dropped"] = manifest.counts.total_dropped
            metadata[f"{stage}: reasons"] = _reasons(workspace, manifest)
        if manifest is not None and manifest.outcome is Outcome.FAILED and DROPPED_FILE in manifest.files:
            where = workspace.store.location(stage, key, DROPPED_FILE)
            metadata[f"{stage}: what was dropped"] = dg.MetadataValue.path(where)
    return metadata


def _check(found: Recount) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=CHECK,
        passed=found.holds,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{found.incoming:,} in = {found.outgoing:,} out + {found.dropped:,} dropped, counted again from disk.",
        metadata={
            "in": found.incoming,
            "out": found.outgoing,
            "dropped": found.dropped,
            **{name: f"{one:,} = {other:,}" for name, (one, other) in found.also.items()},
        },
    )


def _reasons(workspace: Workspace, manifest: Manifest) -> dg.TableMetadataValue:
    examples = _examples(workspace, manifest)
    records = [
        dg.TableRecord(
            {
                "reason": reason,
                "count": count,
                "share": f"{count / max(manifest.counts.incoming, 1):.1%}",
                "example": examples.get(reason, ""),
            }
        )
        for reason, count in manifest.counts.dropped.items()
    ]
    return dg.MetadataValue.table(records=records, schema=_REASONS_TABLE)


def _examples(workspace: Workspace, manifest: Manifest) -> dict[str, str]:
    """The place of the first drop of each reason."""
    if DROPPED_FILE not in manifest.files:
        return {}
    from oumi_assets.stages.written import first_of_each_reason

    path = workspace.store.file(manifest.asset, manifest.import_key, DROPPED_FILE)
    return {reason: _place(row) for reason, row in first_of_each_reason(path, _PLACES).items()}


def _place(row: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_escaped(str(value))}" for name, value in row.items() if value is not None)[:_MAX_EXAMPLE]


def _escaped(text: str) -> str:
    """A name or an id with its unprintable characters as escapes; a long one is cut."""
    return shown(text[:_MAX_EXAMPLE])[:_MAX_EXAMPLE]
