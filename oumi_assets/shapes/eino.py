"""Eino (Go), as its Langfuse callbacks log it: OpenAI's messages, whose parts stand in a field of their own.

`user_input_multi_content` and `assistant_output_multi_content`, before them `multi_content`, beside a `content` that is then
empty. An image is `{type: "image_url", image: {url | base64data, mime_type, detail}}`.
Source of the format: cloudwego/eino `schema.Message`; cloudwego/eino-ext `callbacks/langfuse`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft
from oumi_assets.shapes import openai_chat
from oumi_assets.shapes.base import Shape, first_list, joined_texts, kind_of, role_of

_PARTS = ("multi_content", "user_input_multi_content", "assistant_output_multi_content")


def message(value: Any) -> list[Draft] | None:
    """A message with its parts as its content, behind words that only the content has."""
    parts = first_list(value, *_PARTS)
    if not parts or role_of(value) is None or not all(kind_of(part) for part in parts):
        return None
    words = value.get("content")
    if isinstance(words, str) and words and words not in joined_texts(parts, "text"):
        parts = [{"type": "text", "text": words}, *parts]
    rest = {key: given for key, given in value.items() if key not in _PARTS}
    return openai_chat.message({**rest, "content": [_said(part) for part in parts]})


def _said(part: dict[str, Any]) -> dict[str, Any]:
    """The part as OpenAI's; an image in base64 has it under a name of Eino's own."""
    image = part.get("image")
    if part["type"] != "image_url" or not isinstance(image, dict):
        return part
    data = image.get("base64data")
    fields = {key: given for key, given in image.items() if key != "base64data"}
    return {"type": "image", **fields, **({"data": data} if data and not image.get("url") else {})}


SHAPE = Shape("eino", message=message)
