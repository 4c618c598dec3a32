"""Rule 9: tool definitions of every dialect become `{"type": "function", "function": {...}}`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from oumi_assets.core.json_text import parse_or

_SCHEMA_KEYS = ("parameters", "input_schema", "inputSchema", "parameters_json_schema", "parametersJsonSchema")
_DECLARATION_KEYS = ("function_declarations", "functionDeclarations")
_NESTED_KEYS = ("function", "toolSpec")
_TYPED_KEYS = ("type", "description")
_WRAPPED_SCHEMA_KEYS = ("jsonSchema", "json")


def wire_tools(definitions: Iterable[Any]) -> list[dict[str, Any]]:
    """Function tools in wire form, the first of each name; hosted tools have no function and are left to source_raw."""
    tools: dict[str, dict[str, Any]] = {}
    for definition in definitions:
        for function in _functions(definition):
            tools.setdefault(function["name"], {"type": "function", "function": function})
    return list(tools.values())


def definitions_of(value: Any) -> list[Any]:
    """The definitions in whatever writers keep them in: a list, one definition, a map by name, or JSON text of these."""
    value = _parsed(value)
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("name"), str) or any(key in value for key in (*_NESTED_KEYS, *_DECLARATION_KEYS)):
        return [value]
    return [_named(name, _parsed(definition)) for name, definition in value.items()]


def _named(name: str, definition: Any) -> Any:
    """A map's entry as a definition: the map's key is the name that the model calls."""
    if isinstance(definition, dict) and any(key in definition for key in ("description", *_SCHEMA_KEYS)):
        return {**definition, "name": name}
    return definition


def _functions(definition: Any) -> Iterator[dict[str, Any]]:
    """The function descriptions in one logged definition: usually one, Google's hold several."""
    definition = _parsed(definition)
    if not isinstance(definition, dict):
        return
    declared = next((definition[key] for key in _DECLARATION_KEYS if isinstance(definition.get(key), list)), None)
    if declared is not None:
        for declaration in declared:
            if isinstance(declaration, dict) and not any(key in declaration for key in _DECLARATION_KEYS):
                yield from _functions(declaration)
        return
    nested = next((definition[key] for key in _NESTED_KEYS if isinstance(definition.get(key), dict)), None)
    function = _described(_own_function(definition) if nested is None else nested)
    if function is not None:
        yield function


def _parsed(value: Any) -> Any:
    return parse_or(value, None) if isinstance(value, str) else value


def _own_function(definition: dict[str, Any]) -> dict[str, Any]:
    """A flat definition, or nothing when it is a hosted tool's configuration."""
    kind = definition.get("type")
    return definition if kind is None or kind == "function" or _schema(definition) is not None else {}


def _described(fields: dict[str, Any]) -> dict[str, Any] | None:
    """`{name, description?, parameters?, strict?}` and whatever else was said of the function, nulls aside."""
    name = fields.get("name")
    if not isinstance(name, str) or not name:
        return None
    function: dict[str, Any] = {"name": name}
    if isinstance(fields.get("description"), str):
        function["description"] = fields["description"]
    schema = _schema(fields)
    if schema is not None:
        function["parameters"] = schema
    for key, value in fields.items():
        if key not in _SCHEMA_KEYS and key not in _TYPED_KEYS and value is not None:
            function[key] = value
    return function


def _schema(fields: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON schema under the first key that holds one; Langfuse's tool columns keep it as JSON text.

    The AI SDK wraps it as `{"jsonSchema": ...}` beside its validator, Bedrock as `{"json": ...}`.
    """
    for key in _SCHEMA_KEYS:
        schema = _parsed(fields.get(key))
        if isinstance(schema, dict):
            return next((schema[inner] for inner in _WRAPPED_SCHEMA_KEYS if isinstance(schema.get(inner), dict)), schema)
    return None
