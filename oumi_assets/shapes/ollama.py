"""Ollama's streams: pieces of an answer, logged one by one by a function that passed them on.

Output: a list of `{message: {role, content, thinking, tool_calls}, done, model, created_at}`. Texts and thoughts come piece
by piece, every call as a whole. A whole answer is such an object, which is read as any wrapped message is.
Source of the format: Ollama's API, `/api/chat`; ollama-python `ChatResponse`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Reply
from oumi_assets.shapes.base import Shape, first_list, joined_texts

_TEXTS = ("content", "thinking")


def reply(value: Any) -> Reply | None:
    """The message that the pieces are together; none where they say nothing."""
    if not isinstance(value, list) or not value or not all(map(_is_piece, value)):
        return None
    messages = [piece["message"] for piece in value]
    said: dict[str, Any] = {key: joined_texts(messages, key) for key in _TEXTS}
    said["tool_calls"] = [call for message in messages for call in first_list(message, "tool_calls")]
    return Reply([{"role": "assistant", **said}] if any(said.values()) else [])


def _is_piece(value: Any) -> bool:
    """A message of the assistant's, and whether it is the last piece."""
    if not isinstance(value, dict) or not isinstance(value.get("done"), bool):
        return False
    message = value.get("message")
    return isinstance(message, dict) and message.get("role") == "assistant"


SHAPE = Shape("ollama", reply=reply)
