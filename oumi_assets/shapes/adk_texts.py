"""Google's Agent Development Kit, as LangSmith's `google_adk` integration logs it: wire messages, parts told in texts.

What is neither a text, a call nor a result stands in the text as Python's `repr` of a dictionary, with a blank between
parts: `{'type': 'image', 'data': 'iVBORw0=', 'mime_type': 'image/png'} What is this?`. Pictures and files are parts again;
code that Gemini ran cannot be told from words, and is not read. Of an answer such parts are left out, so one without words
and calls has lost what it was. Thoughts stand among the words, and nothing tells them apart.
Source of the format: `langsmith.integrations.google_adk._messages`.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import first_list, messages_in, role_of, with_messages, without_reply, without_request
from oumi_assets.shapes.python_reprs import read_repr

_INTEGRATION = "google-adk"
_WRITTEN = "{'type': '"
_MEDIA = re.compile(r"(?:^|(?<= ))(\{'type': '(?:image|file)', [^{}]*\})(?= |$)")
_CODE = re.compile(r"(?:^| )\{'type': '(?:executable_code|code_execution_result)', ")


def is_writer(call: ModelCall) -> bool:
    """Whether the integration logged the call."""
    metadata = call.extras.get("metadata")
    return isinstance(metadata, dict) and metadata.get("ls_integration") == _INTEGRATION


def has_parts(content: Any) -> bool:
    """Whether a text may hold what is none."""
    return isinstance(content, str) and _WRITTEN in content


def opened(call: ModelCall) -> ModelCall:
    """A call of ADK with its parts; with null, which nobody reads, where it lost some. Any other call as it is."""
    if not is_writer(call):
        return call
    if _is_nothing(call.output):
        call = without_reply(call)
    messages = messages_in(call.input)
    if not any(has_parts(_words(message)) for message in messages):
        return call
    if any(role_of(message) == "assistant" and _CODE.search(_words(message)) for message in messages):
        return without_request(call)
    return msgspec.structs.replace(call, input=with_messages(call.input, [_with_parts(message) for message in messages]))


def _is_nothing(answer: Any) -> bool:
    return role_of(answer) == "assistant" and answer.get("content") is None and not first_list(answer, "tool_calls")


def _words(message: Any) -> str:
    """The text of a user's or an assistant's message."""
    content = message.get("content") if role_of(message) in ("user", "assistant") else None
    return content if isinstance(content, str) else ""


def _with_parts(message: Any) -> Any:
    words = _words(message)
    if not has_parts(words):
        return message
    # Every second piece is a part.
    pieces = _MEDIA.split(words)
    parts = [_media(piece) if place % 2 else _text(piece) for place, piece in enumerate(pieces)]
    return {**message, "content": [part for part in parts if part is not None]}


def _text(piece: str) -> dict[str, Any] | None:
    """A text without the blanks that joined it to parts."""
    said = piece.strip(" ")
    return {"type": "text", "text": said} if said else None


def _media(written: str) -> dict[str, Any]:
    part = read_repr(written)
    return {**part, "type": "media"} if isinstance(part, dict) else {"type": "text", "text": written}
