"""LobeChat: an answer with thoughts or calls is an object of its own, `{text, thinking, toolsCalling}`.

A model may write the first two in JSON mode; LobeChat's have the same thoughts in the metadata. Calls alone stand in a list
(`openai_replies`). What the model was given as tools is told by the row right above, whose request is this call's.
Source of the format: lobehub/lobe-chat `server.modules.ModelRuntime`, `createTraceOptions`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall, Reply
from oumi_assets.shapes.base import Shape, first_list, value_at
from oumi_assets.shapes.openai_replies import is_call

MARK = b"messageLength"
"""In the metadata of both rows."""

_KEYS = frozenset({"text", "thinking", "toolsCalling"})
_SPOKEN = {"text", "thinking"}


def reply(value: Any) -> Reply | None:
    """Words, thoughts and calls as one message."""
    calls = first_list(value, "toolsCalling")
    if not calls or not value.keys() <= _KEYS or not all(map(is_call, calls)):
        return None
    return Reply([_message(value, tool_calls=calls)])


def opened(call: ModelCall) -> ModelCall:
    """Words and thoughts as a message, where the metadata have these thoughts; any other call as it is."""
    said = call.output
    if not isinstance(said, dict) or said.keys() != _SPOKEN or not isinstance(said["text"], str):
        return call
    if not said["thinking"] or value_at(call.extras, "metadata.thinking") != said["thinking"]:
        return call
    return msgspec.structs.replace(call, output=_message(said))


def tools_above(call: ModelCall, above: ModelCall) -> Any:
    """The tools that the row above a call tells of it; None where that row speaks of another."""
    places = (value_at(row.extras, f"metadata.{MARK.decode()}") for row in (call, above))
    return value_at(above.extras, "metadata.tools") if None not in places and call.input == above.input else None


def _message(said: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": said.get("text"), "reasoning_content": said.get("thinking"), **more}


SHAPE = Shape("lobechat", reply=reply)
