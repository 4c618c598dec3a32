"""LangSmith's `wrap_gemini`, which loses parts of what was said: such a call is left out and not read without them.

In Python a content that is an SDK's object has every kind of part as a key, so its calls, results and pictures are logged as
the text `""`; older versions leave the whole content out. Of a stream only the texts are kept. In JavaScript the history
keeps results and no calls. Gemini itself takes no empty text, so whatever says nothing has lost something.
Source of the format: `langsmith.wrappers._gemini`; langsmith-sdk `wrappers/gemini.ts`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import bare_messages, value_at
from oumi_assets.shapes.blocks import has_block

_PROVIDER = "google"
_CALLS = frozenset({"function_call"})
_RESULTS = frozenset({"function_response"})


def opened(call: ModelCall) -> ModelCall:
    """Such a call with null, which nobody reads, in place of what lost a part; any other call as it is."""
    if value_at(call.extras, "metadata.ls_provider") != _PROVIDER:
        return call
    if _has_lost(bare_messages(call.input)):
        call = msgspec.structs.replace(call, input=None)
    return msgspec.structs.replace(call, output=None) if _is_silent_stream(call.output) else call


def _has_lost(messages: list[dict[str, Any]]) -> bool:
    """Whether a message says nothing, or answers calls that nobody made."""
    called = False
    for message in messages:
        content = message.get("content")
        if content == "" or (has_block(content, _RESULTS) and not called):
            return True
        called = has_block(content, _CALLS)
    return False


def _is_silent_stream(output: Any) -> bool:
    """A stream of Python's without a text: only there has an answer no role. It was calls, most likely."""
    return isinstance(output, dict) and output.keys() == {"content", "usage_metadata"} and output["content"] == ""
