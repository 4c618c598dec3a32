"""Open WebUI's filters for Langfuse, which run when an answer is there: the messages that they log end with it.

The filter for Langfuse 3 logs the answer's text as the output, too; the one for Langfuse 2 logs no output.
Texts are those that the chat shows: thoughts stand before them as HTML, every line after `> `. So do calls with results
and code that was run, which are no words of the model's; such a chat is not told.
Source of the format: open-webui/pipelines `langfuse_filter_pipeline`, `langfuse_v3_filter_pipeline`; open-webui/functions
`langfuse_filter_function_v3`; open-webui/open-webui `utils/middleware.py::serialize_content_blocks`.
"""

from __future__ import annotations

import html
import re
from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import role_of, value_at

_INTERFACE, _OPEN_WEBUI = "metadata.interface", "open-webui"
_SHOWN = '<details type="'
_THOUGHTS = re.compile(
    r'\s*<details type="reasoning" done="true"[^>]*>\n<summary>[^<]*</summary>\n(.*?)\n</details>(.*)', re.DOTALL
)


def opened(call: ModelCall) -> ModelCall:
    """A call of theirs with its answer where answers are; any other as it is."""
    if call.failed or not isinstance(call.input, list) or len(call.input) < 2:
        return call
    answer = call.input[-1]
    if not _is_answer(answer, call) or not _is_open_webuis(call):
        return call
    said = [_said(message) for message in call.input]
    asked = None if None in said else said[:-1]
    return msgspec.structs.replace(call, input=asked, output=said[-1], output_text=None)


def _said(message: Any) -> Any:
    """A message with its thoughts apart from its text; None where more of it is shown than texts."""
    content = message.get("content") if role_of(message) == "assistant" else None
    if not isinstance(content, str) or _SHOWN not in content:
        return message
    found = _THOUGHTS.fullmatch(content)
    if found is None or _SHOWN in found[2] or "</details>" in found[2]:
        return None
    return {**message, "content": found[2].strip(), "reasoning_content": _unquoted(found[1])}


def _unquoted(shown: str) -> str:
    """Thoughts as they were; newer versions escape them."""
    text = html.unescape(shown) if shown.startswith("&gt;") else shown
    return "\n".join(line.removeprefix(">").removeprefix(" ") for line in text.split("\n"))


def _is_answer(message: Any, call: ModelCall) -> bool:
    """Whether the last message is what the output tells, if it tells anything; an answer may be JSON."""
    if role_of(message) != "assistant":
        return False
    return not call.output or message.get("content") in (call.output, call.output_text)


def _is_open_webuis(call: ModelCall) -> bool:
    """By the metadata, whose texts Langfuse's SDK may have made JSON."""
    interface = value_at(call.extras, _INTERFACE)
    return isinstance(interface, str) and interface.strip('"') == _OPEN_WEBUI
