"""The named job: every import, whichever way it came in, is one Dagster run of it."""

import dagster as dg

from oumi_assets.orchestration import assets
from oumi_assets.orchestration.resources import WorkspaceSource
from oumi_assets.orchestration.tags import SLOT_TAG, WORKER
from oumi_assets.orchestration.terminal import LOGGERS

JOB = "trace_import"
IMPORT_ASSETS = [assets.raw_export, assets.parsed_traces, assets.reconstructed_conversations, assets.deduped_dataset]

# A Dagster run is a process already: a process for each of four short steps made them ten times slower.
trace_import = dg.define_asset_job(
    JOB,
    selection=dg.AssetSelection.groups(assets.GROUP),
    executor_def=dg.in_process_executor,
    tags={SLOT_TAG: WORKER},
    description="One trace export in, one Conversation dataset out.",
)


def imports_job(workspace: WorkspaceSource) -> dg.JobDefinition:
    """The job ready to be executed in this process, on that workspace."""
    definitions = dg.Definitions(
        assets=IMPORT_ASSETS, jobs=[trace_import], resources={"workspace": workspace}, loggers=LOGGERS
    )
    return definitions.resolve_job_def(JOB)
