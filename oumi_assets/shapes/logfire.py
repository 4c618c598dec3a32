"""Logfire's instrumentations of OpenAI's Responses API and of the OpenAI Agents SDK: a message for each item.

- items of one turn are messages of their own, in parts or as events (`event.name`): calls made beside each other look
  like calls made one after the other, and the answer's like alternatives
- as events, the answer stands behind the request, and the output is empty. The Agents SDK's span tells both apart: the
  attributes `raw_input` and `response` are what the API got and gave
Source of the format: logfire `_internal.integrations.llm_providers.openai`, `integrations.openai_agents`, as Langfuse
receives them.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import first_list, kind_of, parsed, value_at
from oumi_assets.shapes.openai_agents import is_whole_response
from oumi_assets.shapes.span_scope import scope_of

_SCOPE = "logfire.openai"
_EVENT = "event.name"
_LISTS = ("parts", "tool_calls")


def opened(call: ModelCall) -> ModelCall:
    """A call of Logfire's with its turns whole, and its answer in its place; any other as it is."""
    messages = call.input
    if not _are_messages(messages) or not scope_of(call).startswith(_SCOPE):
        return call
    if all(_EVENT in message for message in messages):
        return call if call.output or call.failed else _with_answer(call)
    return msgspec.structs.replace(call, input=_turns(messages), output=_answer(call.output))


def _with_answer(call: ModelCall) -> ModelCall:
    """The request and the answer of events; nobody sends a request that ends with the assistant's items."""
    sent = parsed(value_at(call.extras, "metadata.attributes.raw_input"))
    response = parsed(value_at(call.extras, "metadata.attributes.response"))
    if sent and is_whole_response(response):
        return msgspec.structs.replace(call, input={"input": sent, "model": response.get("model")}, output=response)
    turns = _turns(call.input)
    answer = turns[-1:] if _is_assistants(turns[-1]) else []
    return msgspec.structs.replace(call, input=turns[: -len(answer)], output=answer) if answer else call


def _answer(output: Any) -> Any:
    """The answer's items as one message; without a call among them they are alternatives."""
    calls = _are_messages(output) and any(map(_calls, output))
    return _turns(output) if calls else output


def _turns(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages, those of the assistant that follow each other as one."""
    turns: list[dict[str, Any]] = []
    for is_assistants, run in groupby(messages, _is_assistants):
        items = list(run)
        turns += [_joined(items)] if is_assistants else items
    return turns


def _joined(items: list[dict[str, Any]]) -> dict[str, Any]:
    lists = {key: [part for item in items for part in first_list(item, key)] for key in _LISTS}
    said = [item["content"] for item in items if isinstance(item.get("content"), str) and item["content"]]
    words = {"content": "\n".join(said)} if said else {}
    return {**items[0], **words, **{key: found for key, found in lists.items() if found}}


def _calls(message: dict[str, Any]) -> bool:
    return any(kind_of(part) == "tool_call" for part in first_list(message, "parts"))


def _is_assistants(message: dict[str, Any]) -> bool:
    """Whether a message is an item of the assistant's; a chat completion's are whole turns, without parts or a name."""
    is_item = "parts" in message or _EVENT in message
    return is_item and message.get("role") == "assistant" and not isinstance(message.get("content"), list)


def _are_messages(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(message, dict) for message in value)
