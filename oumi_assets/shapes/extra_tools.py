"""Tool definitions that stand beside the messages: in the payload under a name that its shape does not ask for, and beside
the payloads in metadata, invocation parameters, tool columns.
"""

from __future__ import annotations

import re
from typing import Any

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import parsed, value_at
from oumi_assets.shapes.openinference_attributes import attributes_of
from oumi_assets.shapes.traced_arguments import tools_of_any_name
from oumi_assets.wire.tools import definitions_of, wire_tools

_IN_INPUT = ("tools", "functions", "function_declarations", "functionDeclarations", "kwargs.tools", "kwargs.functions")
"""Keys of the request, and keys inside, joined by dots: where to look first, in this order."""

_IN_MESSAGE = ("tools",)
"""Keys of a message: Langfuse's plugin for OpenCode has the tools in that of the user."""

_PLACES = (
    "invocation_params.tools",
    "invocation_params.functions",
    "tool_columns",
    "model_parameters.tools",
    "model_parameters.functions",
    "metadata.tools",
    "metadata.functions",
    "metadata.toolConfig.tools",
    "metadata.attributes.ai.prompt.tools",
    "metadata.attributes.gen_ai.tool.definitions",
    "metadata.attributes.model_request_parameters.function_tools",
    "metadata.gen_ai.tool.definitions",
    "metadata.model_request_parameters.function_tools",
    "metadata.attributes.mlflow.chat.tools",
    "metadata.attributes.tools",
    "metadata.ls_invocation_params.tools",
)
"""Where to look then: names of `ModelCall.extras`, and keys inside."""

_NUMBERED = re.compile(
    r"(?:attributes\.)?llm\."
    r"(?:tools\.(?P<schema>\d{1,4})\.tool\.json_schema"
    r"|request\.functions\.(?P<function>\d{1,4})\.(?P<field>name|description|parameters|input_schema|arguments))"
)

_FIELDS = {"arguments": "parameters"}
"""What Traceloop for JavaScript calls a function's schema."""


def extra_tools(call: ModelCall) -> list[Any]:
    """The tool definitions of the first place that holds any."""
    return _tools_of_request(call.input) or _logged_beside(call.extras)


def _tools_of_request(request: Any) -> list[Any]:
    """Definitions under a name that the request's shape does not ask for, or in one of its messages (OpenCode's)."""
    if isinstance(request, list):
        told = (_first_of(message, _IN_MESSAGE) for message in reversed(request) if isinstance(message, dict))
        return next(filter(None, told), [])
    if not isinstance(request, dict):
        return []
    return tools_of_any_name(request) or _first_of(request, _IN_INPUT)


def _logged_beside(extras: dict[str, Any]) -> list[Any]:
    # Metadata may be JSON text: parsed once, and not for each place.
    beside = {name: parsed(value) for name, value in extras.items()}
    return _first_of(beside, _PLACES) or _numbered_tools(attributes_of(beside.get("metadata")))


def _first_of(value: dict[str, Any], places: tuple[str, ...]) -> list[Any]:
    for place in places:
        found = definitions_of(value_at(value, place))
        if wire_tools(found):
            return found
    return []


def _numbered_tools(attributes: dict[str, Any]) -> list[Any]:
    """Definitions in attributes of their own: OpenInference's schemas, and Traceloop's functions field by field."""
    schemas: dict[int, Any] = {}
    functions: dict[int, dict[str, Any]] = {}
    for key, value in attributes.items():
        found = _NUMBERED.fullmatch(key)
        if found and found["field"]:
            functions.setdefault(int(found["function"]), {})[_FIELDS.get(found["field"], found["field"])] = value
        elif found:
            schemas[int(found["schema"])] = value
    numbered = schemas or functions
    return [numbered[number] for number in sorted(numbered)]
