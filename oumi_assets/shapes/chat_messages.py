"""LlamaIndex and smolagents as OpenInference traces them: `input.value` holds what `repr` says of each `ChatMessage`.

- LlamaIndex: `{messages: ["ChatMessage(role=<MessageRole.USER: 'user'>, blocks=[...], ...)"], kwargs: {tools}}`.
  Each call is two spans, whose answers are the text `assistant: Hello.` (of a call without words `assistant: None`) and the
  response as JSON
- smolagents: `{messages: ["ChatMessage(role=..., content=[...], tool_calls=None, raw=None, ...)"]}`; its answer is JSON
Both frameworks' messages are other shapes' once they are objects again.
Source of the format: openinference-instrumentation-llama-index, -smolagents; llama_index.core `ChatMessage`, `ChatResponse`;
smolagents `models.ChatMessage`; Langfuse's OpenTelemetry ingestion, which prefers `input.value` to the messages' attributes.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import first_list, without_reply
from oumi_assets.shapes.python_reprs import read_repr

_BEGIN = re.compile(r"ChatMessage\(role=<MessageRole\.[A-Z_]+: '")
_OF_LLAMA_INDEX = "additional_kwargs"
_SAID = frozenset({"role", "content", "tool_calls", "blocks", _OF_LLAMA_INDEX})
_ANSWER = "assistant: "
_NOTHING = ("", "None")


def opened(call: ModelCall) -> ModelCall:
    """A call of theirs with its messages as the objects that they were; any other call as it is."""
    logged = first_list(call.input, "messages")
    if not logged or not all(isinstance(text, str) and _BEGIN.match(text) for text in logged):
        return call
    messages = [_message(text) for text in logged]
    tools = first_list(call.input.get("kwargs"), "tools")
    answer = _answer(call.output) if any(message and _OF_LLAMA_INDEX in message for message in messages) else call.output
    text = answer if isinstance(answer, str) else call.output_text
    call = msgspec.structs.replace(call, input={"messages": messages, "tools": tools}, output=answer, output_text=text)
    return without_reply(call) if answer is None else call


def _message(text: str) -> dict[str, Any] | None:
    """The message without what was recorded of its making; null, which nobody reads, where it holds no data."""
    message = read_repr(text)
    return {key: value for key, value in message.items() if key in _SAID} if isinstance(message, dict) else None


def _answer(output: Any) -> Any:
    """LlamaIndex's answer without the name of its role; nothing where it said no word: what it called is told elsewhere."""
    if not isinstance(output, str) or not output.startswith(_ANSWER):
        return output
    said = output.removeprefix(_ANSWER)
    return None if said in _NOTHING else said
