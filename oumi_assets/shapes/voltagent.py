"""VoltAgent, by its Langfuse exporter: an agent's whole run is one model call, its request and its last text.

What it called on the way stands in rows below it, without the words between: of such a run nobody knows what was said.
Source of the format: VoltAgent/voltagent `langfuse-exporter`, `core` `agent.open-telemetry`.
"""

from __future__ import annotations

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import value_at


def is_run(call: ModelCall) -> bool:
    """Whether a call is an agent's run."""
    return value_at(call.extras, "metadata.voltagent.agent.id") is not None
