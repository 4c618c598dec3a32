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

_PLACES = (
    "input.tools",
    "input.functions",
    "input.function_declarations",
    "input.functionDeclarations",
    "input.kwargs.tools",
    "input.kwargs.functions",
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
"""Where to look, in this order: the input or names of `ModelCall.extras`, and keys inside, joined by dots."""

_NUMBERED = re.compile(
    r"(?:attributes\.)?llm\."
    r"(?:tools\.(?P<schema>\d{1,4})\.tool\.json_schema"
    r"|request\.functions\.(?P<function>\d{1,4})\.(?P<field>name|description|parameters|input_schema|arguments))"
)

_FIELDS = {"arguments": "parameters"}
"""What Traceloop for JavaScript calls a function's schema."""


def extra_tools(call: ModelCall) -> list[Any]:
    """The tool definitions of the first place that holds any."""
    # Metadata may be JSON text: parsed once, and not for each place.
    beside = {name: parsed(value) for name, value in call.extras.items()}
    if isinstance(call.input, dict):
        beside["input"] = call.input
        found = tools_of_any_name(call.input)
        if found:
            return found
    for place in _PLACES:
        found = definitions_of(value_at(beside, place))
        if wire_tools(found):
            return found
    return _numbered_tools(attributes_of(beside.get("metadata")))


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
