"""System prompts that were logged beside the messages, under one of the names that agents give them."""

from __future__ import annotations

from typing import Any

from oumi_assets.shapes.base import first_list, given_text, is_object_name

SYSTEM_KEYS = (
    "instructions",
    "system_prompt",
    "systemPrompt",
    "system_instruction",
    "systemInstruction",
    "system_instructions",
    "system_message",
    "systemMessage",
    "sys_prompt",
)


def system_beside(value: dict[str, Any], messages: list[Any]) -> str | list[Any] | None:
    """The system prompt of a request that logs it apart, as a text or its parts, unless there is one among the messages."""
    beside = [value[key] for key in SYSTEM_KEYS if value.get(key)]
    if not beside or any(map(is_system, messages)):
        return None
    return next((said for logged in beside if (said := given_text(logged) or _text_parts(logged))), None)


def _text_parts(value: Any) -> list[Any] | None:
    """Parts of nothing but texts, Google's in a content; OpenTelemetry's parts call theirs `content`."""
    parts = value if isinstance(value, list) else first_list(value, "parts")
    if not all(isinstance(part, dict) and part.get("type", "text") == "text" for part in parts):
        return None
    texts = [part.get("text", part.get("content")) for part in parts]
    if not all(isinstance(text, str) for text in texts) or not any(texts):
        return None
    # A list of messages may stand there, too: another's than the system's is no prompt.
    are_told = all(part.get("role") is None or is_system(part) for part in parts)
    return [{"type": "text", "text": text} for text in texts] if are_told else None


def is_system(message: Any) -> bool:
    """By role, or as LangChain names it: by type, by class, or first in a pair."""
    if isinstance(message, dict):
        names = [message.get("role"), message.get("type"), *first_list(message, "id")[-1:]]
    else:
        names = message[:1] if isinstance(message, list) else []
    return any(isinstance(name, str) and name.lower().startswith(("system", "developer")) for name in names)


def is_unset(role: Any, content: Any) -> bool:
    """Whether a system's message is what Python calls an argument that was not given.

    LangSmith's `wrap_anthropic` 0.3 puts the name of `anthropic.Omit` before the messages.
    """
    return role == "system" and isinstance(content, str) and content[:1] == "<" and is_object_name(content)
