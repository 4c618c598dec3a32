"""Tool definitions that were logged as messages: Langfuse's LangChain handler appends one for each of the model's tools.

`{"role": "tool", "content": {definition}}`, without a `tool_call_id`. They are tools and no messages; definitions of what a
provider runs are neither, and are left out by `wire.tools`. `langfuse-vercel` appends the AI SDK's definitions as the JSON
texts that they are in its telemetry.
Source of the format: Langfuse's LangChain handlers, which append what the model was bound to; Python's turn it into
OpenAI's form (`_normalize_tool_definition`); `langfuse-vercel` 3.38 for the AI SDK 4.
"""

from __future__ import annotations

import math
from typing import Any

from oumi_assets.shapes.base import Shape, first_list, parsed, role_of
from oumi_assets.wire.tools import wire_tools

_SCHEMA_KEYS = frozenset({"parameters", "input_schema", "inputSchema", "schema"})
_DEFINITION_KEYS = ("description", "toolSpec", "function_declarations", "functionDeclarations", "parameter_definitions")
_HOSTED_KEYS = frozenset(
    {
        "google_search",
        "googleSearch",
        "google_search_retrieval",
        "googleSearchRetrieval",
        "code_execution",
        "codeExecution",
        "url_context",
        "urlContext",
        "google_maps",
        "googleMaps",
        "cachePoint",
        "systemTool",
    }
)
"""Tools that a provider runs, named by a key instead of a type: Google's, Bedrock's."""

_KINDS = ("function", "provider-defined", "provider")
_NAMES = """
    bash code_execution computer memory str_replace_based_edit_tool str_replace_editor tool_search_tool_bm25
    tool_search_tool_regex web_fetch web_search
"""
_HOSTED_NAMES = frozenset(_NAMES.split())
"""Anthropic's names for tools of its own, by which it knows them."""

_CALLING_KEYS = ("toolCalls", "function_call", "additional_kwargs", "parts", "blocks", "toolInvocations")
_ANSWER_KEYS = frozenset({"text", "result", "content", "output", "value", "data"})


def tool(value: Any) -> Any | None:
    """A tool definition logged as a message: role `tool`, a definition as content, no `tool_call_id`; or its JSON text."""
    if isinstance(value, str):
        return _written(value)
    content = _possible_definition(value)
    if content is None:
        return None
    if _is_hosted_function(content):
        return _without_function(content)
    if isinstance(content.get("function"), dict) or _SCHEMA_KEYS.intersection(content):
        return content if wire_tools([content]) else None
    return content if _is_hosted_tool(content) else None


def _written(text: str) -> dict[str, Any] | None:
    """A definition of the AI SDK's, of a function or of what the provider runs."""
    found = parsed(text)
    return found if isinstance(found, dict) and isinstance(found.get("name"), str) and found.get("type") in _KINDS else None


def _possible_definition(value: Any) -> dict[str, Any] | None:
    if role_of(value) != "tool" or value.get("tool_call_id"):
        return None
    content = value.get("content")
    return content if isinstance(content, dict) else None


def _is_hosted_tool(content: dict[str, Any]) -> bool:
    """`{type: "web_search_20250305", name: "web_search"}` and the like: no function, and no message either."""
    kind, name = content.get("type"), content.get("name")
    if not isinstance(kind, str) or not isinstance(name, str):
        return False
    return kind.startswith(name) and kind.removeprefix(name)[1:].isdigit()


def _is_hosted_function(content: dict[str, Any]) -> bool:
    """What the handler makes of such a definition: a function of nothing but a name, and LangChain's own have parameters."""
    function = content.get("function")
    if not isinstance(function, dict) or function.keys() != {"name"}:
        return False
    return isinstance(function["name"], str) and function["name"] in _HOSTED_NAMES


def _without_function(content: dict[str, Any]) -> dict[str, Any]:
    """A hosted tool as its provider defines it, which is no function."""
    return {"type": content["function"]["name"]} if _is_hosted_function(content) else content


def without_appended_tools(messages: list[Any]) -> tuple[list[Any], list[Any]]:
    """The messages, and the contents of those that Langfuse's handler appended for the model's tools.

    It appends one for each tool, and some providers' definitions look like results: a server's address, a bare type.
    At the end of a list, and behind anything but a call for tools, they answer nobody.
    """
    end = len(messages)
    while end and _is_appended(messages[end - 1]):
        end -= 1
    if _may_be_answered(messages[:end]):
        return messages, []
    return messages[:end], [_without_function(value["content"]) for value in messages[end:]]


def _may_be_answered(before: list[Any]) -> bool:
    """Whether results may follow: where a call waits for its own, and in a log of new messages alone."""
    asker = len(before)
    while asker and role_of(before[asker - 1]) == "tool":
        asker -= 1
    if all(role_of(value) in ("system", "developer", "tool") for value in before):
        return True
    return asker > 0 and _calls(before[asker - 1]) > len(before) - asker


def _is_appended(value: Any) -> bool:
    content = _possible_definition(value)
    if not content or value.keys() != {"role", "content"}:
        return False
    is_typed = isinstance(content.get("type"), str) and _ANSWER_KEYS.isdisjoint(content)
    return is_typed or content.keys() <= _HOSTED_KEYS or _is_described(content)


def _is_described(content: dict[str, Any]) -> bool:
    has_sign = any(key in content for key in (*_SCHEMA_KEYS, *_DEFINITION_KEYS))
    return has_sign and bool(wire_tools([content]))


def _calls(value: Any) -> float:
    """How many tools a message calls: none unless the model says it, any number where another form may hide some."""
    if role_of(value) is None:
        return math.inf
    if value["role"].lower() not in ("ai", "assistant", "model"):
        return 0
    if isinstance(value.get("content"), list) or any(value.get(key) for key in _CALLING_KEYS):
        return math.inf
    return len(first_list(value, "tool_calls"))


SHAPE = Shape("appended_tools", tool=tool)
