"""Answers that are JSON of their own: JSON mode, structured output, `generateObject`.

Langfuse keeps such an answer as text, like any other, and only its keys tell it from a message in one of the wrappers
that people log. An object that carries more than its wrapper, or whose wrapper leads to nothing a chat says, is what
the model said, and stays the text that it was.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Reply
from oumi_assets.shapes.base import as_list
from oumi_assets.shapes.openai_chunks import are_texts
from oumi_assets.wire.roles import WIRE_ROLES, is_assistant

_SAID = ("content", "tool_calls", "toolCalls", "function_call", "refusal", "parts", "audio", "text")
_BESIDE = """
    additional_kwargs annotations audio cached callId chunk_position citations completion_tokens container content cost
    created createdAt created_at data example experimental_providerMetadata files finishReason finish_reason function_call
    id images index input_tokens invalid_tool_calls is_error kwargs latency latency_ms lc logprobs message metadata model
    models_usage name object output output_tokens parsed performance prompt_tokens provider providerMetadata
    provider_specific_fields rawFinishReason reasoning reasoning_content reasoning_details refusal request response
    responseMetadata response_metadata role runtimeContext service_tier source sources status stepNumber steps stop_reason
    stop_sequence system_fingerprint text thinking thinking_blocks thought timestamp tokens tool_call_chunks tool_calls
    toolCalls toolResults toolsContext total_tokens type usage usageMetadata usage_metadata warnings
"""
"""What writers put beside an answer, or call it."""

_LISTS = ("choices", "candidates", "generations", "messages")
_WRAPPERS = ("message", "output")
_INSIDE = """
    choices citationMetadata content data delta finishReason finish_reason function_call generation_info index kwargs
    message messages object output parts refusal role safetyRatings text tool_calls toolCalls type
"""
"""Keys of what stands inside a wrapper, also where it holds no answer."""

_ADDED = "additional_kwargs"
_CALL_KEYS = frozenset({"function", "toolName", "args", "arguments", "payload"})
_KEYS_BESIDE, _KEYS_INSIDE = frozenset(_BESIDE.split()), frozenset(_INSIDE.split())


def is_json_answer(value: Any, found: Reply) -> bool:
    """Whether an output that was logged as text is its own answer, and not the message that a shape found in it."""
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value) and not are_texts(value)
    if not isinstance(value, dict):
        return False
    if not found.messages:
        return any(_is_foreign(value.get(key)) for key in (*_LISTS, *_WRAPPERS))
    said = found.messages[0]
    if said is not value and not isinstance(said, str) and not _wraps_text_of(value, said):
        return False
    return not _names_its_role(value) and (_has_another_role(value) or not _is_of_a_writer(value))


def _wraps_text_of(value: dict[str, Any], said: Any) -> bool:
    """Whether the message was put together of a wrapper's text and what stands beside the wrapper."""
    text = next((value[key] for key in _WRAPPERS if key in value), None)
    return isinstance(text, str) and isinstance(said, dict) and said.get("content") == text


def _names_its_role(value: dict[str, Any]) -> bool:
    """Whether it has a role as messages have one.

    In JSON that a model wrote, a role may be somebody's position in a company. So one that no chat knows counts only where
    the rest is what an SDK writes, and any other but the assistant's only beside something that is said.
    """
    role = value.get("role")
    if not isinstance(role, str):
        return False
    if _has_another_role(value):
        return _ADDED in value or _are_parts(value.get("content")) or _are_calls(value.get("tool_calls"))
    return is_assistant(role) or any(key in value for key in _SAID)


def _has_another_role(value: dict[str, Any]) -> bool:
    """Whether its role is one that nobody has in a chat: the model wrote about somebody."""
    role = value.get("role")
    return isinstance(role, str) and role.lower() not in WIRE_ROLES


def _is_of_a_writer(value: dict[str, Any]) -> bool:
    if _are_parts(value.get("content")) or _are_calls(value.get("tool_calls", value.get("toolCalls"))):
        return True
    texts = (value.get(key) for key in ("refusal", "finish_reason"))
    calls = value.get("tool_calls")
    return (
        value.keys() <= _KEYS_BESIDE
        and all(text is None or isinstance(text, str) for text in texts)
        and (calls is None or isinstance(calls, (list, str)))
    )


def _are_parts(content: Any) -> bool:
    """What no model writes of its own accord: parts by type, as SDKs log them."""
    return isinstance(content, list) and bool(content) and all(isinstance(part, dict) and "type" in part for part in content)


def _are_calls(calls: Any) -> bool:
    """Calls as SDKs log them; a function by its bare name is also what a model writes in a plan of its own."""
    if not isinstance(calls, list) or not calls or not all(isinstance(call, dict) for call in calls):
        return False
    return all(not _CALL_KEYS.isdisjoint(call) and not isinstance(call.get("function"), str) for call in calls)


def _is_foreign(inside: Any) -> bool:
    """Whether a wrapper holds something, but nothing that any writer would put there."""
    items = as_list(inside)
    return bool(items) and not any(
        isinstance(item, list) or (isinstance(item, dict) and not _KEYS_INSIDE.isdisjoint(item)) for item in items
    )
