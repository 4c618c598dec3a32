"""Rules 5 and 6: content becomes a text or OpenAI parts; reasoning and refusals get their own place."""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.json_text import dump, number_text

_TEXT_TYPES = frozenset({"text", "input_text", "output_text"})
_REASONING_KEYS = {"thinking": "thinking", "reasoning": "reasoning"}


class Content(msgspec.Struct):
    """What one message says: `body` is a text, a list of OpenAI parts, or None for nothing."""

    body: str | list[dict[str, Any]] | None = None
    reasoning: str | None = None
    refusal: str | None = None


def read_content(value: Any) -> Content:
    """Any logged content. Text-only parts become one text joined by newlines; values that are no parts, their JSON."""
    if value is None or isinstance(value, str):
        return Content(value)
    if isinstance(value, list):
        return _of_list(value)
    if isinstance(value, dict) and isinstance(value.get("type"), str):
        return _of_list([value])
    return Content(number_text(value) or dump(value))


def _of_list(values: list[Any]) -> Content:
    if not all(isinstance(item, str) or _is_part(item) for item in values):
        return Content(dump(values))
    content, parts = Content(), []
    for item in values:
        part = _text_part(item) if isinstance(item, str) else _read_part(item, content)
        if part is not None:
            parts.append(part)
    if all(part["type"] == "text" for part in parts):
        content.body = "\n".join(part["text"] for part in parts) if parts else None
    else:
        content.body = parts
    return content


def _is_part(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("type"), str)


def _text_part(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _read_part(part: dict[str, Any], content: Content) -> dict[str, Any] | None:
    """The OpenAI part, or None when it went to the message's reasoning or refusal."""
    kind = part["type"]
    if kind in _TEXT_TYPES and isinstance(part.get("text"), str):
        return _text_part(part["text"])
    if kind in _REASONING_KEYS:
        content.reasoning = _joined(content.reasoning, part.get(_REASONING_KEYS[kind]), part.get("text"))
        return None
    if kind == "refusal" and isinstance(part.get("refusal"), str):
        content.refusal = _joined(content.refusal, part["refusal"])
        return None
    if kind in ("image_url", "input_image"):
        return _image_part(part)
    return part


def _image_part(part: dict[str, Any]) -> dict[str, Any]:
    image = part.get("image_url")
    if not isinstance(image, str):
        return part
    rest = {key: value for key, value in part.items() if key not in ("type", "image_url")}
    return {"type": "image_url", "image_url": {"url": image, **rest}}


def _joined(before: str | None, *texts: Any) -> str | None:
    said = [text for text in (before, *texts) if isinstance(text, str) and text]
    return "\n".join(said) or None
