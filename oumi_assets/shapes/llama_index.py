"""LlamaIndex: `ChatMessage.model_dump()`, whose words are in `blocks`.

`{role, additional_kwargs, blocks: [{block_type: "text" | "image" | "thinking" | "tool_call", ...}]}`; calls may also be
OpenAI's, in `additional_kwargs`, and a result names its call there. Older versions logged `content` as OpenAI does.
OpenInference's instrumentation leaves out what was not set, `block_type` too: `blocks: [{text}, {tool_name, tool_kwargs}]`.
Beside a content, blocks without a type are somebody else's.
Langfuse's instrumentor (2.x) logs `{messages, kwargs: {tools}}`.
Source of the format: llama_index.core `base.llms.types`; openinference-instrumentation-llama-index.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Request, ToolCallDraft
from oumi_assets.shapes.base import Shape, first_list, role_of
from oumi_assets.shapes.openai_chat import tool_call

_TYPE = "block_type"
_REQUEST_KEYS = {"messages", "kwargs"}


def request(value: Any) -> Request | None:
    """Messages whose tools are among the other arguments of the call."""
    messages = first_list(value, "messages")
    tools = first_list(value.get("kwargs"), "tools") if messages and value.keys() == _REQUEST_KEYS else []
    if not tools or not all(isinstance(message, dict) and "additional_kwargs" in message for message in messages):
        return None
    return Request(messages, tools)


def message(value: Any) -> list[Draft] | None:
    """A message of blocks."""
    if role_of(value) is None:
        return None
    additional = value.get("additional_kwargs")
    untyped = isinstance(additional, dict) and not value.get("content")
    blocks = [_named(block) if untyped else block for block in first_list(value, "blocks")]
    if not blocks or not all(isinstance(block, dict) and isinstance(block.get(_TYPE), str) for block in blocks):
        return None
    additional = additional if isinstance(additional, dict) else {}
    calls = [_call(block) for block in blocks if block[_TYPE] == "tool_call"]
    logged = [call for call in map(tool_call, first_list(additional, "tool_calls")) if call]
    said = [_typed(block) for block in blocks if block[_TYPE] != "tool_call"]
    answered = {"tool_call_id": additional.get("tool_call_id"), "name": value.get("name") or additional.get("name")}
    return [Draft(role=value["role"], content=said or None, tool_calls=calls or logged, **answered)]


def _named(block: Any) -> Any:
    """A block with its type, which the fields of a text and of a call tell as well."""
    if not isinstance(block, dict) or _TYPE in block:
        return block
    if "tool_name" in block:
        return {_TYPE: "tool_call", **block}
    return {_TYPE: "text", **block} if block.keys() == {"text"} else block


def _call(block: dict[str, Any]) -> ToolCallDraft:
    return ToolCallDraft(name=block.get("tool_name"), arguments=block.get("tool_kwargs"), id=block.get("tool_call_id"))


def _typed(block: dict[str, Any]) -> dict[str, Any]:
    """The block by `type`; an image's media type has a name of its own, and unset fields are nulls."""
    fields = {key: value for key, value in block.items() if key not in (_TYPE, "image_mimetype") and value is not None}
    media_type = {"media_type": block["image_mimetype"]} if block.get("image_mimetype") else {}
    return {"type": block[_TYPE], **fields, **media_type}


SHAPE = Shape("llama_index", request=request, message=message)
