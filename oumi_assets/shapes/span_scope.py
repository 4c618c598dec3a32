"""Which library made an OpenTelemetry span, as Langfuse keeps it: `metadata.scope.name`, nested or as one key.

For what a payload alone does not tell. Looking costs more than looking at a payload: ask last.
"""

from __future__ import annotations

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import value_at


def is_of_scope(call: ModelCall, scope: str) -> bool:
    """Whether the call's span was made by the library of this name."""
    return scope_of(call) == scope


def scope_of(call: ModelCall) -> str:
    """The library's name, "" where none is told."""
    found = value_at(call.extras, "metadata.scope.name")
    return found if isinstance(found, str) else ""
