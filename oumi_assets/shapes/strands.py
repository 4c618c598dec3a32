"""Strands Agents: contents are Bedrock's blocks, written as one JSON text.

Input: `[{role, content: "[{\\"text\\": ...}, {\\"toolUse\\": ...}]"}]`, results under role `tool`. Output:
`{finish_reason, message: "[{\\"text\\": ...}]"}`. Only that outer list is taken apart: a text inside of it may be JSON, too.
The same texts are somebody's own words where input and output do not both bear witness to Strands.
Source of the format: strands-agents `telemetry.tracer` (`_add_event_messages`, `end_model_invoke_span`).
"""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes import bedrock
from oumi_assets.shapes.base import first_list, parsed

_REPLY_KEYS = frozenset({"finish_reason", "message"})


def opened(call: ModelCall) -> ModelCall:
    """A call of Strands with its contents as the blocks that they were; any other call as it is."""
    reply = _reply(call.output)
    messages = call.input if isinstance(call.input, list) else first_list(call.input, "messages")
    if reply is None or not messages or _opened(messages[0]) is None:
        return call
    # A message of which the content cannot be told becomes null, which nobody reads.
    opened_ = [_opened(message) for message in messages]
    input_ = {**call.input, "messages": opened_} if isinstance(call.input, dict) else opened_
    return msgspec.structs.replace(call, input=input_, output=reply)


def _reply(output: Any) -> dict[str, Any] | None:
    if not isinstance(output, dict) or output.keys() != _REPLY_KEYS:
        return None
    blocks = _blocks(output["message"])
    return None if blocks is None else {"role": "assistant", "content": blocks}


def _opened(message: Any) -> dict[str, Any] | None:
    """The message with its blocks; None when its content is not a text of nothing but blocks."""
    blocks = _blocks(message.get("content")) if isinstance(message, dict) else None
    return None if blocks is None else {**message, "content": blocks}


def _blocks(content: Any) -> list[Any] | None:
    """The blocks of a text; an empty list says nothing."""
    blocks = parsed(content) if isinstance(content, str) and content[:1] == "[" else None
    return blocks if blocks == [] or bedrock.are_blocks(blocks) else None
