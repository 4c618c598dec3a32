"""Rule 9: tool definitions of every dialect, and every place where they are logged beside the payloads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.extra_tools import extra_tools
from oumi_assets.wire.tools import definitions_of, wire_tools

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
FUNCTION = {"name": "weather", "description": "Weather now", "parameters": SCHEMA}
WIRE = {"type": "function", "function": FUNCTION}
SAID = {"name": "weather", "description": "Weather now"}

DIALECTS: dict[str, Any] = {
    "OpenAI": WIRE,
    "OpenAI functions": FUNCTION,
    "OpenAI Responses": {"type": "function", **FUNCTION},
    "Anthropic": {**SAID, "input_schema": SCHEMA},
    "Anthropic, named custom": {**SAID, "type": "custom", "input_schema": SCHEMA},
    "AI SDK": {**SAID, "type": "function", "inputSchema": SCHEMA},
    "AI SDK before conversion": {**SAID, "inputSchema": {"jsonSchema": SCHEMA}},
    "pydantic-ai": {**SAID, "parameters_json_schema": SCHEMA},
    "Google": {"function_declarations": [FUNCTION], "google_search": None},
    "Google REST": {"functionDeclarations": [{**SAID, "parametersJsonSchema": SCHEMA}]},
    "Google with what is no declaration": {"function_declarations": [None, {"function_declarations": [{}]}, FUNCTION]},
    "other keys first": {"parameters": SCHEMA, "type": "function", "description": "Weather now", "name": "weather"},
    "JSON text": json.dumps(WIRE),
    "a schema as JSON text": {"type": "function", "function": {**FUNCTION, "parameters": json.dumps(SCHEMA)}},
    "Bedrock": {"toolSpec": {**SAID, "inputSchema": {"json": SCHEMA}}},
    "with nulls": {"type": "function", "function": {**FUNCTION, "strict": None}},
}


@pytest.mark.parametrize("definition", DIALECTS.values(), ids=DIALECTS)
def test_every_dialect_becomes_the_nested_form(definition: Any) -> None:
    """A dataset mixes frameworks: its tools must have one form, down to the order of keys."""
    assert json.dumps(wire_tools([definition])) == json.dumps([WIRE])


@pytest.mark.parametrize("description", [5, ["Weather now"], {"text": "Weather now"}, False, None])
def test_a_description_that_is_no_text_is_left_out(description: Any) -> None:
    """One such tool is refused by every API, and Arrow finds two types in one column."""
    function = {"name": "weather", "description": description, "parameters": SCHEMA}
    assert wire_tools([function]) == [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]


def test_the_first_of_a_name_is_kept_with_all_its_keys() -> None:
    """A framework may log a tool twice; what it said beside the usual keys may matter to a trainer."""
    strict = {"type": "function", "function": {**FUNCTION, "strict": True, "x-scope": "read"}}
    assert wire_tools([strict, WIRE]) == [strict]


NO_FUNCTIONS: dict[str, Any] = {
    "a search": {"type": "web_search_preview", "search_context_size": "low"},
    "Anthropic's editor": {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"},
    "a server": {"type": "mcp", "server_label": "docs", "server_url": "https://x.test"},
    "Google's search": {"google_search": {}},
    "the AI SDK's provider tool": {"type": "provider-defined", "id": "openai.web_search", "name": "web_search", "args": {}},
    "a free-form tool": {"type": "custom", "name": "shell", "format": {"type": "text"}},
    "an unset argument": "<openai.Omit object at 0x7f00>",
    "a name": "weather",
    "nothing": None,
}


@pytest.mark.parametrize("definition", NO_FUNCTIONS.values(), ids=NO_FUNCTIONS)
def test_what_is_no_function_is_left_out(definition: Any) -> None:
    """A trained model could not call it: the wire knows functions only."""
    assert wire_tools([definition]) == []


MAP = {"weather": json.dumps({"description": "Weather now", "parameters": SCHEMA})}
KEPT: dict[str, Any] = {
    "a list": [WIRE],
    "a list of JSON texts": [json.dumps(WIRE)],
    "a list as JSON text": json.dumps([json.dumps(WIRE)]),
    "one definition": WIRE,
    "one of Bedrock's": DIALECTS["Bedrock"],
    "Google's alone": DIALECTS["Google"],
    "Google's alone, in camel case": DIALECTS["Google REST"],
    "a map of JSON texts by name": MAP,
    "a map as JSON text": json.dumps(MAP),
    "a map of wire tools": {"weather": WIRE},
}


@pytest.mark.parametrize("value", KEPT.values(), ids=KEPT)
def test_definitions_are_found_in_whatever_keeps_them(value: Any) -> None:
    """Columns, metadata and parameters each keep tools in another container."""
    assert wire_tools(definitions_of(value)) == [WIRE]


def test_a_map_that_describes_nothing_holds_no_tools() -> None:
    """People count tool calls in metadata called `tools`: a number is no definition."""
    assert wire_tools(definitions_of({"weather": 3, "search": {"calls": 2}})) == []


TEXTS = json.dumps([json.dumps(WIRE)])
PARAMETERS = {"function_tools": [{**SAID, "parameters_json_schema": SCHEMA}], "output_mode": "text"}
PLACES: dict[str, dict[str, Any]] = {
    "LangChain's invocation parameters": {"invocation_params": {"tools": [WIRE], "model": "m"}},
    "older invocation parameters": {"invocation_params": {"functions": [FUNCTION]}},
    "the tool column": {"tool_columns": MAP},
    "the tool column as Langfuse writes it": {
        "tool_columns": {"weather": json.dumps({"description": "Weather now", "parameters": json.dumps(SCHEMA)})}
    },
    "the tool column as a list": {"tool_columns": [WIRE]},
    "model parameters as an object": {"model_parameters": {"tools": [WIRE]}},
    "model parameters as JSON text": {"model_parameters": json.dumps({"tools": json.dumps([WIRE])})},
    "metadata": {"metadata": {"tools": [WIRE]}},
    "model parameters before tools": {"model_parameters": {"functions": [FUNCTION]}},
    "metadata before tools": {"metadata": {"functions": [FUNCTION]}},
    "Bedrock's arguments in the metadata": {"metadata": {"toolConfig": {"tools": [DIALECTS["Bedrock"]]}}},
    "the conventions among LangSmith's metadata": {"metadata": {"gen_ai.tool.definitions": json.dumps([WIRE])}},
    "pydantic-ai among LangSmith's metadata": {"metadata": {"model_request_parameters": json.dumps(PARAMETERS)}},
    "MLflow's attribute": {"metadata": {"attributes": {"mlflow.chat.tools": json.dumps([WIRE])}}},
    "an attribute of no convention": {"metadata": {"attributes": {"tools": json.dumps([WIRE])}}},
    "LangSmith's invocation parameters in the metadata": {"metadata": {"ls_invocation_params": {"tools": [WIRE]}}},
    "metadata as JSON text": {"metadata": json.dumps({"tools": [WIRE]})},
    "AI SDK telemetry": {"metadata": {"attributes": {"ai.prompt.tools": TEXTS}}},
    "AI SDK telemetry in an events row": {"metadata": {"attributes.ai.prompt.tools": TEXTS}},
    "the conventions": {"metadata": {"attributes": {"gen_ai.tool.definitions": json.dumps([WIRE])}}},
    "the conventions in an events row": {"metadata": {"attributes.gen_ai.tool.definitions": json.dumps([WIRE])}},
    "pydantic-ai": {"metadata": {"attributes": {"model_request_parameters": json.dumps(PARAMETERS)}}},
    "pydantic-ai, parsed": {"metadata": {"attributes": {"model_request_parameters": PARAMETERS}}},
    "pydantic-ai in an events row": {"metadata": {"attributes.model_request_parameters": json.dumps(PARAMETERS)}},
    "pydantic-ai, flattened through": {
        "metadata": {"attributes.model_request_parameters.function_tools": json.dumps(PARAMETERS["function_tools"])}
    },
    "OpenInference": {"metadata": {"attributes": {"llm.tools.0.tool.json_schema": json.dumps(WIRE)}}},
    "OpenInference in an events row": {"metadata": {"attributes.llm.tools.0.tool.json_schema": json.dumps(WIRE)}},
    "Traceloop": {
        "metadata": {
            "attributes": {
                "llm.request.functions.0.name": "weather",
                "llm.request.functions.0.description": "Weather now",
                "llm.request.functions.0.parameters": json.dumps(SCHEMA),
            }
        }
    },
    "a later place when an earlier one holds none": {
        "tool_columns": {"weather": "not JSON"},
        "model_parameters": {"tools": "<omitted>"},
        "metadata": {"tools": [WIRE]},
    },
}


@pytest.mark.parametrize("extras", PLACES.values(), ids=PLACES)
def test_tools_are_found_wherever_they_hide(extras: dict[str, Any]) -> None:
    """Calls whose tools were logged apart would teach a model to call tools nobody offered."""
    assert wire_tools(extra_tools(ModelCall(input=None, output=None, extras=extras))) == [WIRE]


@pytest.mark.parametrize("extras", [{}, {"metadata": None}, {"metadata": "tools"}, {"metadata": {"tools": 3}}])
def test_no_tools_are_found_where_none_are(extras: dict[str, Any]) -> None:
    """Rule 9: without tools the key is absent."""
    assert extra_tools(ModelCall(input=None, output=None, extras=extras)) == []
