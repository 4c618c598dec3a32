"""System prompts that were logged beside the messages, under one of the names that agents give them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oumi_assets.core.calls import Request
from oumi_assets.shapes.base import first_list, given_text, is_object_name
from oumi_assets.shapes.blocks import with_system

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

_FEWEST_WORDS = 2


def with_prompt_beside(request: Request, value: Any) -> Request:
    """The request with a system prompt that stands beside its messages, whatever these are called and whoever wrote them.

    What is called `system` must be more than a word: telemetry names the provider so.
    """
    if not isinstance(value, dict):
        return request
    keys = SYSTEM_KEYS if len(str(value.get("system")).split()) < _FEWEST_WORDS else (*SYSTEM_KEYS, "system")
    prompt = system_beside(value, request.messages, keys)
    return Request(with_system(prompt, request.messages), request.tools) if prompt else request


def system_beside(value: dict[str, Any], messages: list[Any], keys: Sequence[str] = SYSTEM_KEYS) -> str | list[Any] | None:
    """The system prompt of a request that logs it apart, as a text or its parts, unless there is one among the messages."""
    beside = [value[key] for key in keys if value.get(key)]
    if not beside or any(map(is_system, messages)):
        return None
    return next((said for logged in map(_content, beside) if (said := given_text(logged) or _text_parts(logged))), None)


def _content(logged: Any) -> Any:
    """What a whole message of the system's says; any other value as it is."""
    return logged.get("content") if isinstance(logged, dict) and "parts" not in logged and is_system(logged) else logged


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
