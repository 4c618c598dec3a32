"""Messages with tool calls that no shape could read: such a message is not one that did not call these tools.

Results would answer nobody, and the model would seem to have said nothing. The call is left out instead, and counted.
Nor are calls read that were not logged: Langfuse's LangChain handlers before 3.3.4 kept of an answer what the provider's
package put among the additional arguments, which is nothing for Ollama, the last call for Google, and the ids of the calls
for OpenAI's Responses API.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft
from oumi_assets.shapes.base import kind_of, parsed
from oumi_assets.wire.roles import WIRE_ROLES, is_assistant

_ABOUT = frozenset({"id", "type", "index", "status"})
"""Keys that only name a call. The holes of a streamed list have them, too, and so have tools that the provider ran."""


_FIELDS = ("kwargs", "data")
"""Where LangChain's constructors and `{type, data}` have a message's fields."""

_IDS_OF_CALLS = "__openai_function_call_ids__"
"""Where `langchain_openai` keeps the Responses API's own ids of a message's calls."""


def loses_calls(value: Any, drafts: list[Draft]) -> bool:
    """Whether a message of the assistant made calls and was read without one of them."""
    if not isinstance(value, dict) or not any(is_assistant(draft.role) for draft in drafts):
        return False
    logged = value.get("tool_calls") or value.get("toolCalls") or _legacy_calls(value)
    read = sum(len(draft.tool_calls) for draft in drafts)
    if read < _named_calls(value):
        return True
    if read:
        calls = parsed(logged)
        return isinstance(calls, list) and read < sum(map(_holds, calls))
    if _ended_with_calls(value) and all(map(has_only_words, drafts)):
        return True
    return bool(logged) and _says(logged)


def _legacy_calls(message: dict[str, Any]) -> list[Any]:
    """A call as OpenAI logged it first, in a message of its own or in one of LangChain's."""
    fields = next((message[key] for key in _FIELDS if isinstance(message.get(key), dict)), message)
    additional = fields.get("additional_kwargs")
    places = (fields, additional if isinstance(additional, dict) else {})
    return [{"function": place["function_call"]} for place in places if isinstance(place.get("function_call"), dict)][:1]


def _named_calls(message: dict[str, Any]) -> int:
    """How many calls a message names, whether or not it has them."""
    additional = message.get("additional_kwargs")
    ids = additional.get(_IDS_OF_CALLS) if isinstance(additional, dict) else None
    return len(ids) if isinstance(ids, dict) else 0


def answers_lost_calls(drafts: list[Draft]) -> bool:
    """Whether results follow a turn that said nothing and called nothing, or several of them one call without an id.

    No API takes such results. A turn with words may have called in its own words, and one before it by the result's id.
    """
    turn: Draft | None = None
    called: set[str] = set()
    answered: set[str] = set()
    for draft in drafts:
        result = draft.tool_call_id if isinstance(draft.tool_call_id, str) else None
        if WIRE_ROLES.get(draft.role.lower()) != "tool":
            turn, answered = (draft if is_assistant(draft.role) else None), set()
            called.update(call.id for call in draft.tool_calls if isinstance(call.id, str))
        elif turn is not None and may_lack_calls(turn) and result not in called:
            answered.update([result] if result is not None else [])
            if not turn.tool_calls or len(answered) > 1:
                return True
    return False


def may_lack_calls(turn: Draft) -> bool:
    """Whether a turn said and called nothing, or has a single call without an id: Google's last of any number."""
    if turn.tool_calls:
        return len(turn.tool_calls) == 1 and not turn.tool_calls[0].id
    return not turn.content and not turn.refusal


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
    return found is None or (isinstance(found, dict | list) and _holds(found))


def _holds(value: Any) -> bool:
    """Whether something is said in it. A loop and no recursion: a value may be nested deeper than Python's calls go."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict) and not _is_hole(value):
            left += [inner for key, inner in value.items() if key not in _ABOUT]
        elif isinstance(value, list):
            left += value
        elif value and not isinstance(value, dict):
            return True
    return False


def _is_hole(call: Any) -> bool:
    """Whether nothing is called with nothing: a hole that the SDK filled up, or LiteLLM's call of Anthropic's thoughts."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or "name" not in function or function["name"]:
        return False
    return function.get("arguments") in (None, "", "{}", {})
