"""Hermes Agent, by its Langfuse plugin: a model call with the last twelve messages of its request, shortened in places.

A call is not told where its beginning is missing, where words, values or lines of files were cut, and where of an answer
only its length and the number of its calls were logged.
Source of the format: NousResearch/hermes-agent `plugins/observability/langfuse`.
"""

from __future__ import annotations

import re

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import role_of, value_at

MARK = b"api_mode"
"""Stands in the metadata of each of its calls."""

_ANSWER = {"content", "reasoning", "tool_calls"}
_LOGGED = 12
_SHORTENED = re.compile(rb'\.\.\. \[truncated \d+ chars\]"|"<max-depth>"|"content_preview":|\{"id":"tc_\d+"\}')
_LENGTH = re.compile(r"\[\d+ chars\]")


def told(call: ModelCall) -> ModelCall:
    """A call of Hermes without its messages where they are not all told; any other call as it is."""
    output = call.output
    if value_at(call.extras, "metadata.api_mode") is None or not isinstance(output, dict) or output.keys() != _ANSWER:
        return call
    length = isinstance(output["content"], str) and _LENGTH.fullmatch(output["content"])
    lost = length or _begins_midway(call.input) or _SHORTENED.search(msgspec.json.encode([call.input, output]))
    return msgspec.structs.replace(call, input=None) if lost else call


def _begins_midway(messages: object) -> bool:
    """Whether messages may have stood before the first, which is the system's in every request."""
    return isinstance(messages, list) and len(messages) >= _LOGGED and role_of(messages[0]) not in ("system", "developer")
