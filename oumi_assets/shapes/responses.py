"""OpenAI Responses API: a conversation as a flat list of items.

Input: `{input: text | items, instructions?, tools?}`, `{messages: items}` or bare items; output: one item, a list of
items or `{output: items}`. Items of one model turn (reasoning, message, calls) become one assistant message;
items of hosted tools (web search, code interpreter, MCP, ...) have no wire message and stay in source_raw.
Source of the format: OpenAI API reference, responses; `langfuse.openai` and `wrap_openai`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall, Reply, Request
from oumi_assets.shapes.base import Shape, first_list, given_text, kind_of, role_of, tools_beside
from oumi_assets.shapes.openai_agents_js import as_item
from oumi_assets.shapes.system_prompts import is_system

_CALLS = {"function_call": "arguments", "custom_tool_call": "input"}
_OUTPUTS = frozenset({"function_call_output", "custom_tool_call_output"})
_HOSTED_NAMES = "additional_tools compaction compaction_trigger item_reference program program_output tool_search_output"
_HOSTED = frozenset(_HOSTED_NAMES.split())
_HOSTED_ENDS = ("_call", "_call_output", "_call_result", "_list_tools", "_approval_request", "_approval_response")
_NOT_HOSTED = frozenset({"tool_call"})
_REQUEST_KEYS = ("instructions", "model", "tools", "previous_response_id", "reasoning", "max_output_tokens", "store")
"""Arguments of `responses.create`: a text `input` beside one of them is a chat's."""

_SETTINGS = """
    background context_management conversation extra_body extra_headers extra_query include metadata prompt_cache_key
    prompt_cache_retention safety_identifier service_tier stream_options text timeout tool_choice truncation user
"""
_NOT_SAID = frozenset({*_REQUEST_KEYS, *_SETTINGS.split()})


def request(value: Any) -> Request | None:
    """Messages of bare items, or of `{input, instructions}`; None for lists without a single item."""
    if isinstance(value, list):
        return Request(messages_of(value)) if _has_items(value) else None
    if not isinstance(value, dict):
        return None
    messages = _among_messages(value["messages"]) if isinstance(value.get("messages"), list) else _sent(value)
    if messages is None:
        return None
    return Request([*system_messages(value.get("instructions")), *messages], tools_beside(value, "tools"))


def _among_messages(messages: list[Any]) -> list[Any] | None:
    """Items that are called messages (LiteLLM); None for lists of nothing but messages, which are read as any chat's."""
    return messages_of(messages) if any(_is_item(item) and not _has_role(item) for item in messages) else None


def _sent(value: dict[str, Any]) -> list[Any] | None:
    """What `input` says; Langfuse logs instructions alone where there was no input.

    A function's own arguments may be called so, too: beside a history, or beside a question, they are not all that was said.
    """
    sent = value.get("input")
    others = [said for key, said in value.items() if key not in _NOT_SAID and key != "input" and said]
    if isinstance(sent, str) and sent:
        is_whole = not any(map(_is_history, others))
        return [{"role": "user", "content": sent}] if is_whole and any(key in value for key in _REQUEST_KEYS) else None
    if isinstance(sent, list) and sent and (_has_items(sent) or all(map(_has_role, sent))):
        return messages_of(sent)
    is_alone = sent is None and not any(isinstance(other, (str, list, dict)) for other in others)
    return [] if is_alone and isinstance(value.get("instructions"), str) else None


def _is_history(value: Any) -> bool:
    """Whether it is a list of messages, others than the system's."""
    return isinstance(value, list) and all(map(_has_role, value)) and not all(map(is_system, value))


def prompt(value: Any) -> Request | None:
    """A request that is one bare text, for replies that only a chat gives."""
    text = value.get("input") if isinstance(value, dict) else value
    return Request([{"role": "user", "content": text}]) if isinstance(text, str) and text else None


def reply(value: Any) -> Reply | None:
    """The answer's items, of whatever wrapper."""
    if isinstance(value, dict):
        if _is_item(value):
            value = [value]
        elif isinstance(value.get("output"), dict):
            return reply(value["output"])
        else:
            value = value.get("output")
    if not isinstance(value, list) or not _has_items(value) or not all(_is_item(item) or _has_role(item) for item in value):
        return None
    return Reply([item for item in messages_of(value) if role_of(item) == "assistant"], prompt_is_text=True)


def continues_stored_response(call: ModelCall) -> bool:
    """Whether the API itself kept the history: such a call was really sent without it."""
    output = call.output[0] if isinstance(call.output, list) and call.output else call.output
    places = (call.input, output, call.extras.get("metadata"))
    return any(isinstance(place, dict) and given_text(place.get("previous_response_id")) is not None for place in places)


def system_messages(instructions: Any) -> list[Any]:
    """`instructions` as messages: a text, or a list of items."""
    if (text := given_text(instructions)) is not None:
        return [{"role": "system", "content": text}]
    return messages_of(instructions) if isinstance(instructions, list) else []


def messages_of(items: list[Any]) -> list[Any]:
    """Wire-like messages of a list of items; what is no item stays as it is."""
    turns = _Turns()
    for item in items:
        turns.add(item)
    return turns.messages


class _Turns:
    """Puts the items of one assistant turn together: reasoning, a message, calls made beside each other."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self._reasoning: list[str] = []
        self._turn: dict[str, Any] | None = None

    def add(self, item: Any) -> None:
        item = as_item(item)
        kind = kind_of(item)
        if kind == "reasoning":
            self._reasoning += _reasoning_texts(item)
        elif kind in _CALLS:
            turn = self._assistant()
            turn["tool_calls"] = [*first_list(turn, "tool_calls"), _call(item)]
        elif role_of(item) == "assistant" and kind in (None, "message"):
            self._say(item)
        elif kind in _OUTPUTS:
            self._other({"role": "tool", "tool_call_id": item.get("call_id"), "content": item.get("output")})
        elif not _is_item(item) or kind == "message":
            self._other(item)

    def _other(self, message: Any) -> None:
        self._turn, self._reasoning = None, []
        self.messages.append(message)

    def _say(self, item: dict[str, Any]) -> None:
        """A message opens a turn, or speaks within one that has called tools already."""
        if self._turn is None or not self._turn.get("tool_calls"):
            self._turn = {key: value for key, value in item.items() if key not in ("type", "id", "status")}
            self.messages.append(self._turn)
        else:
            self._turn["content"] = [*_parts(self._turn.get("content")), *_parts(item.get("content"))]
        self._think(self._turn)

    def _assistant(self) -> dict[str, Any]:
        if self._turn is None:
            self._turn = {"role": "assistant", "content": None}
            self.messages.append(self._turn)
        self._think(self._turn)
        return self._turn

    def _think(self, turn: dict[str, Any]) -> None:
        if self._reasoning:
            before = turn.get("reasoning_content")
            said = [before] if isinstance(before, str) and before else []
            turn["reasoning_content"] = "\n".join([*said, *self._reasoning])
            self._reasoning = []


def _reasoning_texts(item: dict[str, Any]) -> list[str]:
    """The summary, or the reasoning itself where the model shows it."""
    parts = first_list(item, "summary", "content")
    return [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str) and part["text"]]


def _call(item: dict[str, Any]) -> dict[str, Any]:
    function = {"name": item.get("name"), "arguments": item.get(_CALLS[item["type"]])}
    return {"id": item.get("call_id") or item.get("id"), "type": "function", "function": function}


def _parts(content: Any) -> list[Any]:
    if isinstance(content, list):
        return content
    return [content] if content else []


def _has_items(values: list[Any]) -> bool:
    return any(map(_is_item, values))


def _is_item(value: Any) -> bool:
    kind = kind_of(value)
    if kind is None or kind in _NOT_HOSTED:
        return False
    if kind == "message":
        return _has_role(value)
    return kind == "reasoning" or kind in _HOSTED or kind.endswith(_HOSTED_ENDS)


def _has_role(value: Any) -> bool:
    return role_of(value) is not None


SHAPE = Shape("responses", request=request, reply=reply)
