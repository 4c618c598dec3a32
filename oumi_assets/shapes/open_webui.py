"""Open WebUI's filters for Langfuse, which run when an answer is there: the messages that they log end with it.

The filter for Langfuse 3 logs the answer's text as the output, too; the one for Langfuse 2 logs no output.
Source of the format: open-webui/pipelines `langfuse_filter_pipeline`, `langfuse_v3_filter_pipeline`; open-webui/functions
`langfuse_filter_function_v3`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import role_of, value_at

_INTERFACE, _OPEN_WEBUI = "metadata.interface", "open-webui"


def opened(call: ModelCall) -> ModelCall:
    """A call of theirs with its answer where answers are; any other as it is."""
    if call.failed or not isinstance(call.input, list) or len(call.input) < 2:
        return call
    answer = call.input[-1]
    if not _is_answer(answer, call) or not _is_open_webuis(call):
        return call
    return msgspec.structs.replace(call, input=call.input[:-1], output=answer, output_text=None)


def _is_answer(message: Any, call: ModelCall) -> bool:
    """Whether the last message is what the output tells, if it tells anything; an answer may be JSON."""
    if role_of(message) != "assistant":
        return False
    return not call.output or message.get("content") in (call.output, call.output_text)


def _is_open_webuis(call: ModelCall) -> bool:
    """By the metadata, whose texts Langfuse's SDK may have made JSON."""
    interface = value_at(call.extras, _INTERFACE)
    return isinstance(interface, str) and interface.strip('"') == _OPEN_WEBUI
