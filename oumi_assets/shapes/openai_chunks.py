"""A streamed chat completion that was logged piece by piece: generators traced without a function that puts it together.

Output: a list of `{object: "chat.completion.chunk", choices: [{index, delta}]}`. The pieces of the first choice are one
message: texts joined, and every call's arguments by the call's `index`.
Source of the format: OpenAI API reference, the chat completion chunk object.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Reply
from oumi_assets.shapes.base import Shape, first_list

_TEXTS = ("content", "refusal", "reasoning_content")


def reply(value: Any) -> Reply | None:
    """The message that the chunks are together; none where the first choice says nothing."""
    if not isinstance(value, list) or not value or not all(map(_is_chunk, value)):
        return None
    deltas = [choice["delta"] for chunk in value for choice in first_list(chunk, "choices") if _is_first(choice)]
    return Reply([_message(deltas)] if any(deltas) else [])


def _is_chunk(value: Any) -> bool:
    return isinstance(value, dict) and value.get("object") == "chat.completion.chunk"


def _is_first(choice: Any) -> bool:
    return isinstance(choice, dict) and isinstance(choice.get("delta"), dict) and not choice.get("index")


def _message(deltas: list[dict[str, Any]]) -> dict[str, Any]:
    pieces = [piece for delta in deltas for piece in first_list(delta, "tool_calls") if isinstance(piece, dict)]
    return {"role": "assistant", **{key: _joined(deltas, key) for key in _TEXTS}, "tool_calls": _calls(pieces)}


def _calls(pieces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Name and id come with a call's first piece, its arguments with all of them."""
    by_index: dict[Any, list[dict[str, Any]]] = {}
    for piece in pieces:
        index = piece.get("index")
        by_index.setdefault(index if isinstance(index, int) else 0, []).append(piece)
    return [_call(own) for own in by_index.values()]


def _call(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    functions = [piece["function"] for piece in pieces if isinstance(piece.get("function"), dict)]
    name = next((function["name"] for function in functions if function.get("name")), None)
    call_id = next((piece["id"] for piece in pieces if piece.get("id")), None)
    return {"id": call_id, "function": {"name": name, "arguments": _joined(functions, "arguments") or ""}}


def _joined(deltas: list[dict[str, Any]], key: str) -> str | None:
    pieces = [delta[key] for delta in deltas if isinstance(delta.get(key), str)]
    return "".join(pieces) if pieces else None


SHAPE = Shape("openai_chunks", reply=reply)
