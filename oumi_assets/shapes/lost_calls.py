"""Messages with tool calls that no shape could read: such a message is not one that did not call these tools.

Results would answer nobody, and the model would seem to have said nothing. The call is left out instead, and counted.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft
from oumi_assets.shapes.base import kind_of, parsed
from oumi_assets.wire.roles import is_assistant

_ABOUT = frozenset({"id", "type", "index", "status"})
"""Keys that only name a call. The holes of a streamed list have them, too, and so have tools that the provider ran."""


def loses_calls(value: Any, drafts: list[Draft]) -> bool:
    """Whether a message of the assistant made calls and was read without one of them."""
    if not isinstance(value, dict) or not any(is_assistant(draft.role) for draft in drafts):
        return False
    logged = value.get("tool_calls") or value.get("toolCalls")
    read = sum(len(draft.tool_calls) for draft in drafts)
    if read:
        calls = parsed(logged)
        return isinstance(calls, list) and read < sum(_holds(call) and not _is_hole(call) for call in calls)
    if _ended_with_calls(value) and all(map(has_only_words, drafts)):
        return True
    return bool(logged) and _says(logged)


def has_only_words(draft: Draft) -> bool:
    """Whether a message says nothing but texts."""
    parts = draft.content if isinstance(draft.content, list) else []
    return all(kind_of(part) == "text" for part in parts)


def _ended_with_calls(message: dict[str, Any]) -> bool:
    """Whether the model stopped to call tools: OpenLLMetry keeps of Mistral's calls no more, Koog puts them into the text.

    Calls that the provider ran are blocks among the words.
    """
    reason = message.get("finish_reason")
    return isinstance(reason, str) and reason.lower() in ("tool_calls", "tool_call", "function_call")


def _says(logged: Any) -> bool:
    """Whether calls were logged at all: not by `none` or a number; a text that only begins like JSON held some."""
    if isinstance(logged, str) and logged[:1] not in ("[", "{"):
        return len(logged.split()) > 1
    found = parsed(logged)
    found = [call for call in found if not _is_hole(call)] if isinstance(found, list) else found
    return found is None or (isinstance(found, dict | list) and _holds(found))


def _holds(value: Any) -> bool:
    """Whether something is said in it. A loop: a value may be nested deeper than Python's calls."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += [inner for key, inner in value.items() if key not in _ABOUT]
        elif isinstance(value, list):
            left += value
        elif value:
            return True
    return False


def _is_hole(call: Any) -> bool:
    """Whether nothing is called with nothing: a hole that the SDK filled up, or LiteLLM's call of Anthropic's thoughts."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or "name" not in function or function["name"]:
        return False
    return function.get("arguments") in (None, "", "{}")
