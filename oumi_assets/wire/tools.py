"""Rule 9: tool definitions of every dialect become `{"type": "function", "function": {...}}`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from oumi_assets.core.json_text import NotJson, parse

_SCHEMA_KEYS = ("parameters", "input_schema", "inputSchema", "parameters_json_schema", "parametersJsonSchema")
_DECLARATION_KEYS = ("function_declarations", "functionDeclarations")


def wire_tools(definitions: Iterable[Any]) -> list[dict[str, Any]]:
    """Function tools in wire form, the first of each name; hosted tools have no function and are left to source_raw."""
    tools: dict[str, dict[str, Any]] = {}
    for definition in definitions:
        for function in _functions(definition):
            tools.setdefault(function["name"], {"type": "function", "function": function})
    return list(tools.values())


def _functions(definition: Any) -> Iterator[dict[str, Any]]:
    """The function descriptions in one logged definition: usually one, Google's hold several."""
    if isinstance(definition, str):
        definition = _parsed(definition)
    if not isinstance(definition, dict):
        return
    for key in _DECLARATION_KEYS:
        declarations = definition.get(key)
        if isinstance(declarations, list):
            for declaration in declarations:
                yield from _functions(declaration)
            return
    nested = definition.get("function")
    function = _described(nested if isinstance(nested, dict) else definition)
    if function is not None:
        yield function


def _parsed(text: str) -> Any:
    try:
        return parse(text)
    except NotJson:
        return None


def _described(fields: dict[str, Any]) -> dict[str, Any] | None:
    """`{name, description?, parameters?, strict?}` and whatever else was said of the function, nulls aside."""
    name = fields.get("name")
    if not isinstance(name, str) or not name:
        return None
    function: dict[str, Any] = {"name": name}
    if isinstance(fields.get("description"), str):
        function["description"] = fields["description"]
    for key in _SCHEMA_KEYS:
        if isinstance(fields.get(key), dict):
            function["parameters"] = fields[key]
            break
    for key, value in fields.items():
        if key not in function and key not in _SCHEMA_KEYS and key != "type" and value is not None:
            function[key] = value
    return function
