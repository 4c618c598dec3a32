"""OpenLLMetry (Traceloop), whose span attributes hold texts alone: what else a message says is JSON text in them.

- version 0.47: blocks as JSON text in `content`, Anthropic's thinking as a message of role `thinking` before the answer
- both 0.47 and 0.62, for the Responses API: reasoning as JSON text of summary parts
- version 0.62, for the Responses API: a message of parts for each item, calls by the ids of items (`fc_`), results by the
  ids of calls (`call_`)
- all of them, and Traceloop for JavaScript: contents of several parts as JSON text
A text that looks like blocks may be what somebody wrote, so only the instrumentation's scope in the metadata proves it.
Source of the format: opentelemetry-instrumentation-openai and -anthropic, as Langfuse receives them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import first_list, kind_of, may_mention, parsed, texts_of, without_reply
from oumi_assets.shapes.span_scope import scope_of

_SCOPE = "opentelemetry.instrumentation."
_JAVASCRIPT = "@traceloop/instrumentation-"
_OPENAI = _SCOPE + "openai"
_WORDLESS = [{"role": "assistant"}]
"""Ollama's answer that called: neither its text, which is empty, nor its calls are written. OpenAI's have a reason."""

_OTHERS = frozenset({"openai_v2", "google_genai"})
"""OpenTelemetry's own instrumentations, which write what the conventions say."""

_KINDS = """
    document file image image_url input_audio input_file input_image input_text output_text reasoning redacted_thinking
    refusal summary_text text thinking tool_result tool_use
"""
_BLOCKS = frozenset(_KINDS.split())
_ITEM_ID = "fc_"


def is_writer(call: ModelCall) -> bool:
    """Whether one of its instrumentations logged the call."""
    scope = scope_of(call) if may_mention(call.extras.get("metadata"), _SCOPE, _JAVASCRIPT) else ""
    return scope.startswith(_JAVASCRIPT) or (scope.startswith(_SCOPE) and scope.removeprefix(_SCOPE) not in _OTHERS)


def opened(call: ModelCall) -> ModelCall:
    """A call of OpenLLMetry's with its messages as they were before they became attributes; any other as it is."""
    if not is_writer(call):
        return call
    if call.output == _WORDLESS:
        call = without_reply(call)
    if scope_of(call).startswith(_OPENAI):
        call = msgspec.structs.replace(call, input=_with_arguments(call.input), output=_with_arguments(call.output))
    return msgspec.structs.replace(call, input=_unfolded(call.input), output=_unfolded_answer(_named(call.output)))


def _with_arguments(messages: Any) -> Any:
    """OpenAI's messages with `{}` for the arguments that were an empty text: such an attribute is not written."""
    return list(map(_with_calls, messages)) if _are_messages(messages) else messages


def _with_calls(message: dict[str, Any]) -> dict[str, Any]:
    calls = first_list(message, "tool_calls")
    return {**message, "tool_calls": list(map(_call, calls))} if calls else message


def _call(call: Any) -> Any:
    return {**call, "arguments": "{}"} if isinstance(call, dict) and call.keys() == {"id", "name"} else call


def _named(answer: Any) -> Any:
    """An answer whose role was not logged (Mistral's stream has none) as the assistant's, which it always is."""
    if not _are_messages(answer) or not any(message.get("role") == "" for message in answer):
        return answer
    return [{**message, "role": message.get("role") or "assistant"} for message in answer]


def _unfolded(messages: Any) -> Any:
    """A request's messages; anything else as it is."""
    read = _unfolded_answer(messages)
    of_items = isinstance(read, list) and any(_items(message) for message in read if isinstance(message, dict))
    return _linked(_turns(read)) if of_items and _are_messages(read) else read


def _unfolded_answer(answer: Any) -> Any:
    """The same for an answer, whose messages are alternatives and not turns."""
    return _with_thoughts([_message(message) for message in answer]) if _are_messages(answer) else answer


def _are_messages(payload: Any) -> bool:
    """Whether a value is a list of objects, as messages are, and the parts of one."""
    return isinstance(payload, list) and all(isinstance(message, dict) for message in payload)


def _message(message: dict[str, Any]) -> dict[str, Any]:
    """Blocks and reasoning out of their texts; a tool may answer in such a text."""
    read = dict(message)
    if "content" in message and message.get("role") != "tool":
        read["content"] = _blocks(message["content"])
    if "reasoning" in message:
        read["reasoning"] = _thought(message["reasoning"])
    if isinstance(message.get("parts"), list):
        read["parts"] = [_part(part) for part in message["parts"]]
    return read


def _part(part: Any) -> Any:
    is_reasoning = kind_of(part) == "reasoning" and "content" in part
    return {**part, "content": _thought(part["content"])} if is_reasoning else part


def _blocks(content: Any) -> Any:
    """The blocks that a text is the JSON of, else the content as it is."""
    if not isinstance(content, str) or content[:2] != "[{":
        return content
    blocks = parsed(content)
    return blocks if isinstance(blocks, list) and all(kind_of(block) in _BLOCKS for block in blocks) else content


def _thought(reasoning: Any) -> Any:
    """The texts of a summary, joined."""
    parts = _blocks(reasoning)
    return "\n".join(texts_of(parts)) if _are_messages(parts) else reasoning


def _with_thoughts(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages, a thought as the reasoning of the one that it precedes."""
    read: list[dict[str, Any]] = []
    thought: Any = None
    for message in messages:
        if message.get("role") == "thinking":
            thought = message.get("content")
        else:
            read.append({**message, "reasoning": thought} if thought else message)
            thought = None
    return read


def _turns(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages, those of the assistant that follow each other as one, where all of them are in parts."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        if turns and _speaks_in_parts(turns[-1]) and _speaks_in_parts(message):
            turns[-1] = {**turns[-1], "parts": [*turns[-1]["parts"], *message["parts"]]}
        else:
            turns.append(message)
    return turns


def _speaks_in_parts(message: dict[str, Any]) -> bool:
    return message.get("role") == "assistant" and isinstance(message.get("parts"), list)


def _linked(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Results with the ids of the items that called for them: the first of a turn answers its first, and so on."""
    waiting: dict[str, None] = {}
    linked = []
    for message in messages:
        called = _items(message)
        if called:
            waiting = dict.fromkeys(called)
        elif isinstance(message.get("parts"), list):
            message = {**message, "parts": [_answer(part, waiting) for part in message["parts"]]}
        linked.append(message)
    return linked


def _items(message: dict[str, Any]) -> list[str]:
    """The ids of the calls in a message that are named by their item."""
    calls = (part for part in first_list(message, "parts") if kind_of(part) == "tool_call")
    return [call["id"] for call in calls if isinstance(call.get("id"), str) and call["id"].startswith(_ITEM_ID)]


def _answer(part: Any, waiting: dict[str, None]) -> Any:
    """A result with the id of the item that waits for it; any other part as it is."""
    if not waiting or kind_of(part) != "tool_call_response":
        return part
    named = part.get("id")
    answered = named if isinstance(named, str) and named in waiting else next(iter(waiting))
    del waiting[answered]
    return {**part, "id": answered}
