"""Tool definitions that a framework logged beside the payloads: metadata, invocation parameters, tool columns."""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall
from oumi_assets.core.json_text import NotJson, parse

_PLACES: tuple[tuple[str, ...], ...] = (
    ("invocation_params", "tools"),
    ("invocation_params", "functions"),
    ("tool_columns",),
    ("model_parameters", "tools"),
    ("model_parameters", "functions"),
    ("metadata", "tools"),
)
"""Where to look, in this order: names of `ModelCall.extras` and keys inside."""


def extra_tools(call: ModelCall) -> list[Any]:
    """The first non-empty list of tool definitions found beside the payloads."""
    for place in _PLACES:
        found = _value(_at(call.extras, place))
        if isinstance(found, list) and found:
            return found
    return []


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = _value(value)
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def _value(value: Any) -> Any:
    """Langfuse keeps metadata and model parameters as JSON text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return parse(value)
        except NotJson:
            return None
    return value
