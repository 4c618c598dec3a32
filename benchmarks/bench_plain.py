"""The plain design to compare with: the same platform, but every upload gets a Dagster run of its own."""

from oumi_assets.orchestration import planning

planning.MAX_SINGLE = 1_000_000

from oumi_assets.definitions import defs  # noqa: E402

__all__ = ["defs"]
