"""Hermes Agent, by its Langfuse plugin: a model call with the last twelve messages of its request, shortened in places.

A call is not told where its beginning is missing, where words, values or lines of files were cut, and where of an answer
only its length and the number of its calls were logged.
Source of the format: NousResearch/hermes-agent `plugins/observability/langfuse`.
"""

from __future__ import annotations

import re

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import role_of, value_at, without_request

_ANSWER = {"content", "reasoning", "tool_calls"}
_LOGGED = 12
_SHORTENED = re.compile(rb'\.\.\. \[truncated \d+ chars\]"|"<max-depth>"|"content_preview":|\{"id":"tc_\d+"\}')
_LENGTH = re.compile(r"\[\d+ chars\]")


def is_writer(call: ModelCall) -> bool:
    """Whether a call is Hermes', by its answer and metadata."""
    output = call.output
    return isinstance(output, dict) and output.keys() == _ANSWER and value_at(call.extras, "metadata.api_mode") is not None


def opened(call: ModelCall) -> ModelCall:
    """A call of Hermes without its messages where they are not all told; any other call as it is."""
    if not is_writer(call):
        return call
    said = call.output["content"]
    length = isinstance(said, str) and _LENGTH.fullmatch(said)
    lost = length or _begins_midway(call.input) or _SHORTENED.search(msgspec.json.encode([call.input, call.output]))
    return without_request(call) if lost else call


def _begins_midway(messages: object) -> bool:
    """Whether messages may have stood before the first, which is the system's in every request."""
    return isinstance(messages, list) and len(messages) >= _LOGGED and role_of(messages[0]) not in ("system", "developer")
