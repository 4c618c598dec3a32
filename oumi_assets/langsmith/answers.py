"""What a traced function returned as its answer: LangSmith's SDKs log any value, and wrap one that is no object.

- a text, which may be the JSON that an API's SDK writes of its whole answer (`model_dump_json()`, `to_json()`)
- an object of nothing but a text under a name that APIs give it, or under any usual name beside what was counted
- the pieces that a generator yielded
- a text and its calls, or a text and what was counted, as a pair

Source of the format: langsmith `run_helpers` and `traceable.ts`; the answers of the APIs that people call.
"""

from __future__ import annotations

import re
from typing import Any

from oumi_assets.shapes.base import parsed

_NAMES_OF_APIS = frozenset({"text", "output_text", "completion", "generated_text", "generation"})
_NAMES = _NAMES_OF_APIS | {"answer", "response", "result", "reply"}
_COUNTS = frozenset({"usage", "usage_metadata"})
_BESIDE = _COUNTS | {"model", "model_name"}

_OBJECTS = {"chat.completion": "choices", "response": "output"}
_OF_GOOGLE = frozenset({"usage_metadata", "usageMetadata", "model_version", "modelVersion"})
_OF_MESSAGES = "annotations audio content function_call reasoning reasoning_content refusal role thinking tool_calls"
_MESSAGE_KEYS = frozenset(_OF_MESSAGES.split())
_SAYING = frozenset({"content", "function_call", "refusal", "tool_calls"})
_DELTA_KEYS = frozenset({"content", "function_call", "reasoning", "reasoning_content", "refusal", "role", "tool_calls"})
_PAIR = 2

_FIRST_TO_MARK = (0, 1, 147)
"""The Python SDK of which it is certain that it marks the runs of generators."""


def answer_of(outputs: Any) -> Any:
    """The words of an object that says nothing else, or the answer that a text is the JSON of; any other as it is."""
    if isinstance(outputs, str):
        return _told(outputs)
    if isinstance(outputs, list):
        return _of_pair(outputs)
    if not isinstance(outputs, dict):
        return outputs
    names = [name for name in outputs if name not in _BESIDE]
    known = _NAMES if not _COUNTS.isdisjoint(outputs) else _NAMES_OF_APIS
    is_text = len(names) == 1 and names[0] in known and isinstance(outputs[names[0]], str)
    return outputs[names[0]] if is_text else outputs


def _told(text: str) -> Any:
    """The answer of an API, or the message, that a text is the JSON of; any other text as it is."""
    value = parsed(text) if text[:1] == "{" else None
    return value if isinstance(value, dict) and _is_answer(value) else text


def _is_answer(value: dict[str, Any]) -> bool:
    name = value.get("object")
    if isinstance(name, str) and isinstance(value.get(_OBJECTS.get(name, "")), list):
        return True
    if isinstance(value.get("candidates"), list):
        return not _OF_GOOGLE.isdisjoint(value) and all(isinstance(candidate, dict) for candidate in value["candidates"])
    if value.get("role") != "assistant":
        return False
    is_anthropics = value.get("type") == "message" and "stop_reason" in value
    return is_anthropics or (not _SAYING.isdisjoint(value) and value.keys() <= _MESSAGE_KEYS)


def _of_pair(values: list[Any]) -> Any:
    """The message that a text and its calls are, or the text beside what was counted: people return such pairs."""
    if len(values) != _PAIR or not isinstance(values[0], str | None):
        return values
    words, beside = values
    if isinstance(beside, list) and beside and all(map(_is_call, beside)):
        return {"role": "assistant", "content": words, "tool_calls": beside}
    is_count = isinstance(beside, dict) and any("token" in key for key in beside)
    return words if words and (is_count or beside == []) else values


def _is_call(value: Any) -> bool:
    """As OpenAI's API has it."""
    function = value.get("function") if isinstance(value, dict) else None
    return isinstance(function, dict) and isinstance(function.get("name"), str) and "arguments" in function


def are_pieces(values: list[Any]) -> bool:
    """Whether these may be pieces of a text; of its first and its last one, a chunk of OpenAI's says null."""
    return all(value is None or isinstance(value, str) for value in values) and any(values)


def of_pieces(pieces: list[Any], events: Any, runtime: Any) -> Any:
    """The documented pair of role and content, else what a generator yielded piece by piece.

    Several texts that no generator yielded are alternatives, or a text and what was said about it: nobody can tell.
    """
    texts = [piece for piece in pieces if piece]
    if len(pieces) == _PAIR and pieces[0] in ("assistant", "ai") and pieces[1] is not None:
        return {"role": "assistant", "content": pieces[1]}
    return pieces if len(texts) > 1 and _are_returned(events, runtime) else "".join(texts)


def of_deltas(values: list[Any]) -> list[Any]:
    """The chunks of OpenAI's stream whose deltas a generator yielded; other values as they are.

    Only the first delta names its role: messages that do are turns.
    """
    first, *others = values
    if not all(map(_is_delta, values)) or first.get("role") != "assistant" or any(delta.get("role") for delta in others):
        return values
    return [{"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]} for delta in values]


def _is_delta(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() <= _DELTA_KEYS and isinstance(value.get("content"), str | None)


def is_streamed(events: Any) -> bool:
    """Whether a generator yielded the answer: else messages in a list are alternatives, or turns."""
    return isinstance(events, list) and any(isinstance(event, dict) and event.get("name") == "new_token" for event in events)


def _are_returned(events: Any, runtime: Any) -> bool:
    """Whether a list came as a whole, from an SDK that would have marked it as a stream."""
    if not isinstance(events, list) or is_streamed(events) or not isinstance(runtime, dict):
        return False
    version = tuple(map(int, re.findall(r"\d{1,9}", str(runtime.get("sdk_version")))[:3]))
    return runtime.get("sdk") == "langsmith-py" and version >= _FIRST_TO_MARK
