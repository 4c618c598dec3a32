"""Amazon Bedrock's Converse API: content blocks named by their only key, `{"text"}`, `{"toolUse"}`, `{"toolResult"}`.

Input: `{modelId, messages, system: [{text}], toolConfig: {tools: [{toolSpec}]}}`, or its messages alone.
Output: `{output: {message}, stopReason}`, or the message. Blocks that mark a place in a cache say nothing.
Source of the format: Amazon Bedrock API reference, `Converse`, `ContentBlock`, `ToolResultContentBlock`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Request, ToolCallDraft
from oumi_assets.shapes.base import Shape, first_list, role_of
from oumi_assets.shapes.blocks import block_drafts, with_system
from oumi_assets.wire.images import is_base64

_SILENT = frozenset({"cachePoint"})
_OBJECTS = frozenset(
    {"toolUse", "toolResult", "image", "document", "video", "reasoningContent", "citationsContent", "guardContent", *_SILENT}
)
_OF_OTHERS = ("tool_calls", "tool_call_id", "function_call", "refusal", "reasoning_content")
"""What a message of another API says beside its content."""


def request(value: Any) -> Request | None:
    """Messages with a tool configuration or a system prompt in blocks; bare messages are read as any list."""
    messages = first_list(value, "messages")
    if not messages or not (isinstance(value.get("toolConfig"), dict) or are_blocks(value.get("system"))):
        return None
    system = typed(value["system"]) if are_blocks(value.get("system")) else value.get("system")
    return Request(with_system(system, messages), first_list(value.get("toolConfig"), "tools") or first_list(value, "tools"))


def message(value: Any) -> list[Draft] | None:
    """A message all of whose content is blocks."""
    if role_of(value) is None or any(value.get(key) for key in _OF_OTHERS):
        return None
    if not are_blocks(value.get("content")):
        return None
    return block_drafts(value["role"], typed(value["content"]), _call, _result, value.get("name"))


def are_blocks(value: Any) -> bool:
    """Whether a value is a list of nothing but blocks, and not an empty one."""
    return isinstance(value, list) and bool(value) and all(_key(block) is not None for block in value)


def _key(block: Any) -> str | None:
    """The one key that is given; nulls are unset."""
    given = [key for key, value in block.items() if value is not None] if isinstance(block, dict) else []
    if len(given) != 1:
        return None
    key, value = given[0], block[given[0]]
    is_block = isinstance(value, str) if key == "text" else key == "json" or (key in _OBJECTS and isinstance(value, dict))
    return key if is_block else None


def typed(blocks: list[Any]) -> list[dict[str, Any]]:
    """The blocks with a `type`, in the forms that `wire` reads."""
    keyed = ((_key(block) or "", block) for block in blocks)
    return [_block(key, block[key]) for key, block in keyed if key not in _SILENT]


def _block(key: str, value: Any) -> dict[str, Any]:
    if key == "reasoningContent" and isinstance(value, dict):
        said = value.get("reasoningText")
        return {"type": "thinking", "thinking": said.get("text") if isinstance(said, dict) else None}
    return (_image(value) if key == "image" else None) or {"type": key, key: value}


def _image(image: dict[str, Any]) -> dict[str, Any] | None:
    """Bytes in base64 or a place in S3; None for a picture that is neither."""
    source = image.get("source")
    place = source.get("s3Location") if isinstance(source, dict) else None
    url = place.get("uri") if isinstance(place, dict) else None
    data = source.get("bytes") if isinstance(source, dict) else None
    if not is_base64(data) and not isinstance(url, str):
        return None
    return {"type": "image", "media_type": f"image/{image.get('format')}", "data": data, "url": url}


def _call(block: dict[str, Any]) -> ToolCallDraft | None:
    call = block.get("toolUse")
    if not isinstance(call, dict):
        return None
    return ToolCallDraft(name=call.get("name"), arguments=call.get("input"), id=call.get("toolUseId"))


def _result(block: dict[str, Any]) -> Draft | None:
    result = block.get("toolResult")
    if not isinstance(result, dict):
        return None
    return Draft(role="tool", content=answer(result.get("content")), tool_call_id=result.get("toolUseId"))


def answer(content: Any) -> Any:
    """What a result says: one value is that value, values beside other blocks stay as logged, other blocks are parts."""
    if not are_blocks(content):
        return content
    parts = typed(content)
    if any(part["type"] == "json" for part in parts):
        return parts[0]["json"] if len(parts) == 1 else content
    return parts


SHAPE = Shape("bedrock", request=request, message=message)
