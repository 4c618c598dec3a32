"""Haystack: `ChatMessage.to_dict()`, content blocks named by their only key.

`{role, meta, name, content: [block]}`, blocks `{text}`, `{image}`, `{tool_call: {tool_name, arguments, id}}` and
`{tool_call_result: {result, origin}}`; before version 2.11 the fields began with an underscore. A generator's output is
`{replies: [message]}`.

Before version 2.9 a message was a text: the OpenAI generator wrote an answer's calls into it as JSON, and lost those that
were streamed beside each other. Such a call is opened as a whole: its metadata tell that text from other people's.
Source of the format: haystack `dataclasses.chat_message`, `components.generators.chat.openai` 2.0 to 2.8; langfuse-haystack.
"""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.calls import Draft, ModelCall, Reply, ToolCallDraft
from oumi_assets.shapes.base import Shape, first_list, may_mention, parsed, role_of, value_at, without_reply
from oumi_assets.shapes.blocks import block_drafts

_BLOCKS = frozenset({"text", "tool_call", "tool_call_result", "reasoning"})

_CALL_KEYS = frozenset({"id", "type", "function"})


def is_writer(call: ModelCall) -> bool:
    """Whether a chat generator of a pipeline logged the call."""
    metadata = call.extras.get("metadata")
    kind = value_at(metadata, "haystack.component.type") if may_mention(metadata, "haystack") else None
    return str(kind).endswith("ChatGenerator")


def opened(call: ModelCall) -> ModelCall:
    """A call of a chat generator with the calls that its messages have as text; without an answer that lost them."""
    messages, answers = call.input, call.output
    if not isinstance(messages, list) or not isinstance(answers, list) or not answers:
        return call
    if not all(map(_is_text, answers)) or not is_writer(call):
        return call
    call = msgspec.structs.replace(call, input=list(map(_with_calls, messages)), output=list(map(_with_calls, answers)))
    return call if answers[0]["content"] else without_reply(call)


def _is_text(message: Any) -> bool:
    return isinstance(message, dict) and message.keys() == {"role", "content"} and isinstance(message["content"], str)


def _with_calls(message: Any) -> Any:
    """The message with its text as calls, if it is one of the assistant and nothing but them."""
    if not _is_text(message) or role_of(message) != "assistant":
        return message
    calls = parsed(message["content"])
    if not isinstance(calls, list) or not calls or not all(map(_is_call, calls)):
        return message
    return {"role": "assistant", "content": None, "tool_calls": calls}


def _is_call(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() != _CALL_KEYS or value["type"] != "function":
        return False
    return isinstance(value["function"], dict) and value["function"].keys() == {"name", "arguments"}


def reply(value: Any) -> Reply | None:
    """The first of a generator's replies."""
    replies = first_list(value, "replies")
    return Reply([replies[0]]) if replies and message(replies[0]) is not None else None


def message(value: Any) -> list[Draft] | None:
    """A message of blocks, with or without underscores."""
    if not isinstance(value, dict) or value.get("tool_calls") or value.get("tool_call_id"):
        return None
    role, content = value.get("role", value.get("_role")), value.get("content", value.get("_content"))
    if not isinstance(role, str) or not isinstance(content, list) or not content or not all(map(_is_block, content)):
        return None
    return block_drafts(role, [_typed(block) for block in content], _call, _result, value.get("name", value.get("_name")))


def _is_block(block: Any) -> bool:
    if not isinstance(block, dict) or len(block) != 1:
        return False
    image = block.get("image")
    return not _BLOCKS.isdisjoint(block) or (isinstance(image, dict) and "base64_image" in image)


def _typed(block: dict[str, Any]) -> dict[str, Any]:
    key, value = next(iter(block.items()))
    if key == "reasoning":
        return {"type": "thinking", "thinking": value.get("reasoning_text") if isinstance(value, dict) else value}
    if key == "image":
        detail = {"detail": value["detail"]} if value.get("detail") else {}
        return {"type": "image", "data": value["base64_image"], "media_type": value.get("mime_type"), **detail}
    return {"type": key, key: value}


def _call(block: dict[str, Any]) -> ToolCallDraft | None:
    call = block.get("tool_call")
    if not isinstance(call, dict):
        return None
    return ToolCallDraft(name=call.get("tool_name"), arguments=call.get("arguments"), id=call.get("id"))


def _result(block: dict[str, Any]) -> Draft | None:
    result = block.get("tool_call_result")
    if not isinstance(result, dict):
        return None
    origin = result.get("origin")
    origin = origin if isinstance(origin, dict) else {}
    return Draft("tool", content=result.get("result"), tool_call_id=origin.get("id"), name=origin.get("tool_name"))


SHAPE = Shape("haystack", reply=reply, message=message)
