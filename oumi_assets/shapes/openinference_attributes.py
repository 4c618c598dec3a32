"""OpenInference's messages as attributes of a span, in the metadata of Langfuse's rows.

`llm.input_messages.0.message.role`, `...message.tool_calls.0.tool_call.function.name`,
`...message.contents.0.message_content.text`.
Until late in 2025 Langfuse kept every attribute in the metadata; since then only those that it does not map. They are
asked where the payload holds no message: there `input.value` was a text, or `repr`s of objects.
An OpenTelemetry SDK drops a span's first attributes when there are more than 128. Then the conversation lacks its
beginning, or a message what it said, and nothing is read.
Source of the format: OpenInference semantic conventions, `llm.input_messages`; Langfuse's OpenTelemetry ingestion.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import first_list, messages_in, parsed, value_at
from oumi_assets.wire.roles import is_assistant

_ASKED, _SAID = "llm.input_messages.", "llm.output_messages."
_NUMBER = "(?:0|[1-9][0-9]{0,4})"
_PATH = re.compile(
    rf"(?:attributes\.)?(?P<list>llm\.(?:input|output)_messages\.)(?P<path>{_NUMBER}(?:\.[a-z_]+|\.{_NUMBER})+)"
)


class _Branch(dict[str, Any]):
    """What names have in common, by their next step; an object that was logged is none."""


def opened(call: ModelCall) -> ModelCall:
    """The call with the messages of its attributes, where its payload has none; any other call as it is."""
    if _has_messages(call.input) or not _is_told(call.extras.get("metadata")):
        return call
    attributes = attributes_of(call.extras["metadata"])
    asked, said = _messages(attributes, _ASKED), _messages(attributes, _SAID)
    if not asked or said is None:
        return call
    answer = {"output": said[:1], "output_text": None} if said else {}
    return msgspec.structs.replace(call, input={"messages": asked}, **answer)


def _has_messages(payload: Any) -> bool:
    """Whether it is an object or list of anything but texts: messages may stand in it, under whatever name."""
    if isinstance(payload, dict) and not first_list(payload, "messages"):
        return True
    return not all(isinstance(message, str) for message in messages_in(payload))


def _is_told(metadata: Any) -> bool:
    """Whether there is anything to unfold; a text that never speaks of it need not be parsed."""
    if isinstance(metadata, str):
        return _ASKED in metadata
    if not isinstance(metadata, dict):
        return False
    kept = metadata.get("attributes")
    return any(_ASKED in key for key in metadata) or (_ASKED in kept if isinstance(kept, str) else _is_told(kept))


def attributes_of(metadata: Any) -> dict[str, Any]:
    """Every attribute of a span by its name, also where it is a key of the metadata itself."""
    found = parsed(metadata)
    inner = parsed(value_at(found, "attributes"))
    return {**(found if isinstance(found, dict) else {}), **(inner if isinstance(inner, dict) else {})}


def _messages(attributes: dict[str, Any], prefix: str) -> list[Any] | None:
    """The messages of a list; none where there is no attribute of it, null when one of them or a part of it is missing."""
    tree = _Branch()
    for name, value in attributes.items():
        found = _PATH.fullmatch(name)
        if found and found["list"] == prefix:
            _put(tree, found["path"].split("."), value)
    messages = _unfolded(tree)
    return messages if isinstance(messages, list) and all(map(_is_whole, messages)) else None


def _put(tree: _Branch, path: list[str], value: Any) -> None:
    for step in path[:-1]:
        inner = tree.setdefault(step, _Branch())
        if not isinstance(inner, _Branch):
            return
        tree = inner
    tree[path[-1]] = value


def _unfolded(tree: Any) -> Any:
    """Branches whose steps count from 0 as lists; null where the counting has a gap, which nobody reads."""
    if not isinstance(tree, _Branch):
        return tree
    if not all(map(str.isdigit, tree)):
        return {step: _unfolded(value) for step, value in tree.items()}
    numbers = [str(number) for number in range(len(tree))]
    return [_unfolded(tree[number]) for number in numbers] if all(number in tree for number in numbers) else None


def _is_whole(message: Any) -> bool:
    """Whether it has its role, and all of what it said: a text, or parts, or calls."""
    inner = _inside(message, "message")
    role, content = inner.get("role"), inner.get("content")
    if not isinstance(role, str):
        return False
    calls, parts = inner.get("tool_calls", []), inner.get("contents", [])
    if not isinstance(calls, list) or not isinstance(parts, list) or not all(map(_is_named, calls)):
        return False
    called = bool(calls) and is_assistant(role)
    return all(map(_says, parts)) and (content is not None or bool(parts) or called)


def _is_named(call: Any) -> bool:
    return bool(_inside(_inside(call, "tool_call") or call, "function").get("name"))


def _says(part: Any) -> bool:
    return part is not None and _inside(part, "message_content").keys() != {"type"}


def _inside(value: Any, key: str) -> dict[str, Any]:
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}
