"""Answers that are JSON of their own: JSON mode, structured output, `generateObject`.

Langfuse keeps such an answer as text, like any other, and only its keys tell it from a message in one of the wrappers
that people log. An object that carries more than its wrapper, or whose wrapper leads to nothing a chat says, is what
the model said, and stays the text that it was.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Reply
from oumi_assets.wire.roles import WIRE_ROLES

_SAID = ("content", "tool_calls", "toolCalls", "function_call", "refusal", "parts", "audio", "text")
_BESIDE = """
    additional_kwargs annotations audio citations content created data example finishReason finish_reason function_call id
    images index invalid_tool_calls kwargs lc logprobs message metadata model name object output provider_specific_fields
    reasoning reasoning_content reasoning_details refusal response_metadata role service_tier status stop_reason
    stop_sequence system_fingerprint thinking thinking_blocks tool_call_chunks tool_calls toolCalls type usage usage_metadata
"""
"""What writers put beside an answer, or call it."""

_LISTS = ("choices", "candidates", "generations", "messages")
_WRAPPERS = ("message", "output")
_INSIDE = """
    choices citationMetadata content data delta finishReason finish_reason function_call generation_info index kwargs
    message messages object output parts refusal role safetyRatings text tool_calls toolCalls type
"""
"""Keys of what stands inside a wrapper, also where it holds no answer."""

_KEYS_BESIDE, _KEYS_INSIDE = frozenset(_BESIDE.split()), frozenset(_INSIDE.split())


def is_json_answer(value: Any, found: Reply) -> bool:
    """Whether an output that was logged as text is its own answer, and not the message that a shape found in it."""
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    if not isinstance(value, dict):
        return False
    if not found.messages:
        return any(_is_foreign(value.get(key)) for key in (*_LISTS, *_WRAPPERS))
    said = found.messages[0]
    if said is not value and not isinstance(said, str):
        return False
    return not _names_its_role(value) and not _is_of_a_writer(value)


def _names_its_role(value: dict[str, Any]) -> bool:
    """As messages do; the role of a person in a company stands beside other things."""
    role = value.get("role")
    if not isinstance(role, str):
        return False
    return WIRE_ROLES.get(role.lower()) == "assistant" or any(key in value for key in _SAID)


def _is_of_a_writer(value: dict[str, Any]) -> bool:
    texts = (value.get(key) for key in ("refusal", "finish_reason"))
    calls = value.get("tool_calls")
    return (
        value.keys() <= _KEYS_BESIDE
        and all(text is None or isinstance(text, str) for text in texts)
        and (calls is None or isinstance(calls, (list, str)))
    )


def _is_foreign(inside: Any) -> bool:
    """Something, and nothing that a writer would put there."""
    items = inside if isinstance(inside, list) else [inside] if inside else []
    return bool(items) and not any(
        isinstance(item, list) or (isinstance(item, dict) and not _KEYS_INSIDE.isdisjoint(item)) for item in items
    )
