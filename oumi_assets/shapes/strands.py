"""Strands Agents: contents are Bedrock's blocks, written as one JSON text.

Input: `[{role, content: "[{\\"text\\": ...}, {\\"toolUse\\": ...}]"}]`, results under role `tool`. Output:
`{finish_reason, message: "[{\\"text\\": ...}]"}`. Only that outer list is taken apart: a text inside of it may be JSON, too.
The same texts are somebody's own words where input and output do not both bear witness to Strands.

With the latest conventions (`gen_ai_latest_experimental`) messages are OpenTelemetry's, but results are lists of blocks and
parts of other kinds are blocks whose key became the type: `{type: "reasoningContent", content}`. A tool of another writer
may return such a list, so the span must be Strands'.
Source of the format: strands-agents `telemetry.tracer` (`_add_event_messages`, `_map_content_blocks_to_otel_parts`).
"""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes import bedrock
from oumi_assets.shapes.base import has_parts, kind_of, messages_in, parsed, with_messages
from oumi_assets.shapes.span_scope import is_of_scope

_REPLY_KEYS = frozenset({"finish_reason", "message"})
_SCOPE = "strands.telemetry.tracer"
_OF_CONVENTIONS = frozenset({"text", "tool_call"})


def opened(call: ModelCall) -> ModelCall:
    """A call of Strands with the blocks that it was made of; any other call as it is."""
    messages = messages_in(call.input)
    reply = _reply(call.output)
    # No block at all bears no witness: a text of `[]` is anybody's.
    if reply is not None and messages and (_of_text(messages[0]) or {}).get("content"):
        # A message of which the content cannot be told becomes null, which nobody reads.
        return _with(call, [_of_text(message) for message in messages], reply)
    if any(map(has_parts, messages)) and is_of_scope(call, _SCOPE):
        output = [_of_parts(message) for message in call.output] if isinstance(call.output, list) else call.output
        return _with(call, [_of_parts(message) for message in messages], output)
    return call


def _with(call: ModelCall, messages: list[Any], output: Any) -> ModelCall:
    return msgspec.structs.replace(call, input=with_messages(call.input, messages), output=output)


def _reply(output: Any) -> dict[str, Any] | None:
    if not isinstance(output, dict) or output.keys() != _REPLY_KEYS:
        return None
    blocks = _blocks(output["message"])
    return None if blocks is None else {"role": "assistant", "content": blocks}


def _of_text(message: Any) -> dict[str, Any] | None:
    """The message with its blocks; None when its content is not a text of nothing but blocks."""
    blocks = _blocks(message.get("content")) if isinstance(message, dict) else None
    return None if blocks is None else {**message, "content": blocks}


def _blocks(content: Any) -> list[Any] | None:
    """The blocks of a text; an empty list says nothing."""
    blocks = parsed(content) if isinstance(content, str) and content[:1] == "[" else None
    return blocks if blocks == [] or bedrock.are_blocks(blocks) else None


def _of_parts(message: Any) -> Any:
    if not has_parts(message):
        return message
    return {**message, "parts": [part for logged in message["parts"] for part in _part(logged)]}


def _part(part: Any) -> list[Any]:
    """A part with Bedrock's blocks in the forms that `wire` reads; none for a block that says nothing."""
    kind = kind_of(part)
    if kind is None or kind in _OF_CONVENTIONS:
        return [part]
    if kind == "tool_call_response":
        return [{**part, "response": bedrock.answer(part.get("response"))}]
    block = {kind: part.get("content")}
    return bedrock.typed([block]) if bedrock.are_blocks([block]) else [part]
