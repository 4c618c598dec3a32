"""The named job: every import, whichever way it came in, is one Dagster run of it."""

import dagster as dg

from oumi_assets.orchestration.assets import GROUP

JOB = "trace_import"

# A Dagster run is a process already: a process for each of four short steps made them ten times slower.
trace_import = dg.define_asset_job(
    JOB,
    selection=dg.AssetSelection.groups(GROUP),
    executor_def=dg.in_process_executor,
    description="One trace export in, one Conversation dataset out.",
)
