"""What Dagster loads: the one call that puts everything together."""

from oumi_assets.orchestration.composition import build_definitions

defs = build_definitions()
