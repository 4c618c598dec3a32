"""The four assets of an import, linear, partitioned by import. A body reads, calls one stage, reports.

A stage is imported where it runs: Dagster's code server and daemon only list assets, and start without polars.
"""

import warnings
from collections.abc import Callable
from enum import StrEnum

import dagster as dg
from pydantic import Field

from oumi_assets.imports.form import AUTO, Form
from oumi_assets.imports.workspace import DEDUPED_DATASET, PARSED_TRACES, RAW_EXPORT, RECONSTRUCTED_CONVERSATIONS
from oumi_assets.orchestration.partitions import imports_partitions
from oumi_assets.orchestration.reporting import CHECK, materialized
from oumi_assets.orchestration.resources import WorkspaceSource
from oumi_assets.orchestration.steps import opened
from oumi_assets.orchestration.tags import ANY_CONTENT, CONTENT_TAG
from oumi_assets.orchestration.typed_form import TypedForm

GROUP = "trace_import"
OWNERS = ["team:data-platform"]


class SourcePlatform(StrEnum):
    """What the form offers, so that the UI refuses anything else while it is typed."""

    auto = AUTO
    langfuse = "langfuse"
    langsmith = "langsmith"


class ImportForm(TypedForm):
    """The four fields of the import form."""

    dataset_name: str = Field("", description="A human-readable name, up to 128 characters. Empty: the file's name.")
    source_platform: SourcePlatform = Field(SourcePlatform.auto, description="langfuse, langsmith, or auto to detect it.")
    file: str = Field("", description="A file below the uploads folder, like by-hand/traces.jsonl. Empty: the stored bytes.")
    deduplicate: bool = Field(True, description="Keep only the longest of conversations that begin alike.")


def _check_spec(asset: str) -> dg.AssetCheckSpec:
    """A check on a partitioned asset needs its partitions, or the last import's result hides the others."""
    with warnings.catch_warnings():
        # Dagster calls that parameter a preview; exactly that warning is silenced.
        warnings.filterwarnings(
            "ignore", message="Specifying a partitions_def on an AssetCheckSpec", category=dg.PreviewWarning
        )
        return dg.AssetCheckSpec(
            CHECK,
            asset=asset,
            description=(
                "What came in equals what went out plus what was dropped, counted again from the files. "
                # Dagster calls a planned check that never ran not passed.
                'Red with "Execution failed": an import failed before this stage existed; no rows were lost. '
                "`oumi-assets retry` or `delete` that import."
            ),
            blocking=True,
            partitions_def=imports_partitions,
        )


def _stage(
    asset: str, kinds: set[str], *, after: dg.AssetsDefinition | None = None
) -> Callable[[Callable[..., dg.MaterializeResult]], dg.AssetsDefinition]:
    """The asset of a stage: what all four have in common, and the one that comes before it."""
    return dg.asset(
        group_name=GROUP,
        partitions_def=imports_partitions,
        owners=OWNERS,
        kinds=kinds,
        deps=[after] if after is not None else [],
        check_specs=[_check_spec(asset)],
    )


@_stage(RAW_EXPORT, {"jsonl", "file"})
def raw_export(
    context: dg.AssetExecutionContext, config: ImportForm, workspace: dg.ResourceParam[WorkspaceSource]
) -> dg.MaterializeResult:
    """The upload made safe: its bytes kept once, its platform, its settings, an index of its rows.

    Lines that are no rows (broken JSON, no trace id, ...) are dropped with a reason and kept beside it.
    """
    key, run, form = context.partition_key, context.run, Form(**config.model_dump(mode="json"))
    with opened(context, workspace, RAW_EXPORT) as found:
        from oumi_assets.imports.raw_export import make_raw_export

        tag = run.tags.get(CONTENT_TAG)
        # Whoever runs a failed import again wants what is in the file now.
        expected = tag if run.parent_run_id is None and tag != ANY_CONTENT else None
        manifest = make_raw_export(found, key, form, run_id=run.run_id, content_tag=expected, watched=tag is not None)
        return materialized(found, manifest)


@_stage(PARSED_TRACES, {"polars", "parquet"}, after=raw_export)
def parsed_traces(context: dg.AssetExecutionContext, workspace: dg.ResourceParam[WorkspaceSource]) -> dg.MaterializeResult:
    """One row per trace with a model call: id, name, session, sequence key, its rows, its model calls."""
    with opened(context, workspace, PARSED_TRACES) as found:
        from oumi_assets.imports.parsed_traces import make_parsed_traces

        return materialized(found, make_parsed_traces(found, context.partition_key, run_id=context.run.run_id))


@_stage(RECONSTRUCTED_CONVERSATIONS, {"polars", "parquet"}, after=parsed_traces)
def reconstructed_conversations(
    context: dg.AssetExecutionContext, workspace: dg.ResourceParam[WorkspaceSource]
) -> dg.MaterializeResult:
    """One row per conversation: OpenAI wire messages and tools of the trace's most complete model call."""
    with opened(context, workspace, RECONSTRUCTED_CONVERSATIONS) as found:
        from oumi_assets.imports.reconstructed_conversations import make_reconstructed_conversations

        return materialized(found, make_reconstructed_conversations(found, context.partition_key, run_id=context.run.run_id))


@_stage(DEDUPED_DATASET, {"jsonl", "parquet"}, after=reconstructed_conversations)
def deduped_dataset(context: dg.AssetExecutionContext, workspace: dg.ResourceParam[WorkspaceSource]) -> dg.MaterializeResult:
    """The Conversation dataset users load: conversations.jsonl, dataset.parquet and a dataset card.

    When one conversation is the beginning of another, only the longest is kept (unless the import says otherwise).
    """
    with opened(context, workspace, DEDUPED_DATASET) as found:
        from oumi_assets.imports.deduped_dataset import make_deduped_dataset

        return materialized(found, make_deduped_dataset(found, context.partition_key, run_id=context.run.run_id))
