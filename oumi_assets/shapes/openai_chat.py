"""OpenAI chat completions, as `langfuse.openai`, `wrap_openai` and people by hand log them.

Input: a bare list of messages, `{messages, tools | functions}`, or a traced function's `{args, kwargs}`.
Output: the assistant message, `{choices: [{message}]}`, several alternatives as a list, or one of the
wrappers people use (`{message}`, `{output}`, `{messages}`, `{content}`).
Source of the format: OpenAI API reference, chat completions; Langfuse and LangSmith SDK wrappers.
"""

from __future__ import annotations

import re
from typing import Any

from oumi_assets.core.calls import Draft, Reply, Request, ToolCallDraft
from oumi_assets.shapes.base import Shape, first_list, parsed
from oumi_assets.shapes.blocks import with_system

_CALL_KEYS = {"function": "arguments", "custom": "input"}
_ANSWERING_ROLES = ("assistant", "ai", "model")
_REASONING_KEYS = ("reasoning_content", "reasoning", "thinking")
_ANSWER_KEYS = ("role", "content", "tool_calls", "function_call", "refusal")
_SYSTEM_KEYS = (
    "instructions",
    "system_prompt",
    "systemPrompt",
    "system_instruction",
    "systemInstruction",
    "system_instructions",
)
_SAYING = frozenset({"content", "tool_calls", "toolCalls", "function_call", "refusal", "audio", *_REASONING_KEYS})
_ABOUT = """
    additional_kwargs annotations artifact cache_control citations created createdAt created_at experimental_providerMetadata
    finishReason finish_reason id index logprobs metadata metrics model name object providerMetadata providerOptions
    provider_specific_fields response_metadata role service_tier status stop_reason stop_sequence system_fingerprint
    timestamp tool_call_id tool_name toolCallId toolName type usage usage_metadata
"""
_KEYS_ABOUT = frozenset(_ABOUT.split())
"""What a message is called or comes with: nothing of what it says."""

_CALL_ID = re.compile(r"(call|toolu|tooluse|chatcmpl-tool)[-_]")


def request(value: Any) -> Request | None:
    """Messages and tools of a bare list or of `{messages, tools | functions}`."""
    if isinstance(value, list):
        return Request(messages=value) if value else None
    if not isinstance(value, dict):
        return None
    if "args" in value and value.keys() <= {"args", "kwargs"}:
        return _of_arguments(value["args"], value.get("kwargs"))
    messages = parsed(value.get("messages"))
    if not isinstance(messages, list) or not messages:
        return None
    tools = [*first_list(value, "tools"), *first_list(value, "functions")]
    return Request(with_system(_system_beside(value, messages), messages), tools)


def _system_beside(value: dict[str, Any], messages: list[Any]) -> str | None:
    """A system prompt under one of the names that agents give it, unless there is one among the messages."""
    if any(map(_is_system, messages)):
        return None
    return next((value[key] for key in _SYSTEM_KEYS if isinstance(value.get(key), str) and value[key]), None)


def _is_system(message: Any) -> bool:
    """By role, or as LangChain names it: by type, by class, or first in a pair."""
    if isinstance(message, dict):
        names = [message.get("role"), message.get("type"), *first_list(message, "id")[-1:]]
    else:
        names = message[:1] if isinstance(message, list) else []
    return any(isinstance(name, str) and name.lower().startswith(("system", "developer")) for name in names)


def _of_arguments(args: Any, kwargs: Any) -> Request | None:
    """Arguments of a function that Langfuse's `@observe` traced as a model call: `messages` by name, or the first list."""
    named = request({**kwargs, "messages": kwargs.get("messages")}) if isinstance(kwargs, dict) else None
    if named is not None or not isinstance(args, list):
        return named
    lists = (arg for arg in args if isinstance(arg, list) and arg and all(map(_is_message, arg)))
    messages = next(lists, None)
    return None if messages is None else Request(messages, first_list(kwargs, "tools"))


def reply(value: Any) -> Reply | None:
    """The first alternative of the answer, wherever the usual wrappers put it."""
    if isinstance(value, list):
        return _of_list(value)
    if not isinstance(value, dict):
        return None
    for find in (_of_choices, _of_wrapper, _of_messages):
        found = find(value)
        if found is not None:
            return found
    return Reply([value]) if any(key in value for key in _ANSWER_KEYS) else None


def _has_role(value: Any) -> bool:
    return isinstance(value, dict) and "role" in value


def _is_message(value: Any) -> bool:
    """With a role, or with a type as LangChain's have."""
    return _has_role(value) or (isinstance(value, dict) and "content" in value and isinstance(value.get("type"), str))


def _answers(value: Any) -> bool:
    role = value.get("role") if isinstance(value, dict) else None
    return isinstance(role, str) and role.lower() in _ANSWERING_ROLES


def _of_choices(value: dict[str, Any]) -> Reply | None:
    """The choice of the lowest index; a stream may list them as they began."""
    choices = value.get("choices")
    if not isinstance(choices, list):
        return None
    answered = [choice for choice in choices if isinstance(choice, dict) and isinstance(choice.get("message"), dict)]
    first = min(answered, key=_index, default=None)
    return Reply([first["message"]] if first else [])


def _index(choice: dict[str, Any]) -> int:
    index = choice.get("index")
    return index if isinstance(index, int) else 0


def _of_wrapper(value: dict[str, Any]) -> Reply | None:
    for key in ("message", "output"):
        if key in value:
            inner = value[key]
            if isinstance(inner, str):
                return _of_text(inner)
            return reply(inner) or Reply([])
    return None


def _of_text(text: str) -> Reply:
    """A text, or the message that a span attribute holds as one."""
    message = parsed(text)
    return Reply([message] if _answers(message) else [text] if text else [])


def _of_messages(value: dict[str, Any]) -> Reply | None:
    messages = value.get("messages")
    if not isinstance(messages, list):
        return None
    return _last_assistant(messages) or Reply([])


def _of_list(value: list[Any]) -> Reply | None:
    if not value or not all(map(_has_role, value)):
        return None
    if all(map(_answers, value)):
        return Reply([value[0]])
    return _last_assistant(value)


def _last_assistant(messages: list[Any]) -> Reply | None:
    for message in reversed(messages):
        if _answers(message):
            return Reply([message])
    return None


def message(value: Any) -> list[Draft] | None:
    """One wire message: anything with a text `role`. A missing role is the reply's business."""
    if not isinstance(value, dict) or not isinstance(value.get("role"), str):
        return None
    if _speaks_elsewhere(value):
        return None
    return [
        Draft(
            role=value["role"],
            content=value.get("content") or _spoken(value.get("audio")) or value.get("content"),
            tool_calls=_tool_calls(value.get("tool_calls") or value.get("toolCalls")),
            tool_call_id=_answered(value),
            name=value.get("name") or (value.get("tool_name") if value["role"] == "tool" else None),
            refusal=value.get("refusal"),
            reasoning=next((value[key] for key in _REASONING_KEYS if isinstance(value.get(key), str) and value[key]), None),
        )
    ]


def _speaks_elsewhere(value: dict[str, Any]) -> bool:
    """Whether this is another writer's message that its shape could not read: nothing known here says what it says."""
    if value.get("parts") and not value.get("content"):
        return True
    others = value.keys() - _KEYS_ABOUT
    return not others & _SAYING and any(isinstance(value[key], (str, list, dict)) and value[key] for key in others)


def _answered(value: dict[str, Any]) -> Any:
    """The id of the call that a result answers; OpenTelemetry's events keep it under `id`, where messages have their own."""
    found = value.get("tool_call_id") or value.get("toolCallId")
    if not found and value["role"] == "tool" and isinstance(value.get("id"), str) and _CALL_ID.match(value["id"]):
        return value["id"]
    return found


def _spoken(audio: Any) -> Any:
    """An answer given as audio has its text in the transcript."""
    return audio.get("transcript") if isinstance(audio, dict) else None


def _tool_calls(value: Any) -> list[ToolCallDraft]:
    """Calls of one message, all or each as JSON text; streamed ones may hold null holes and lack `id` and `type`."""
    value = parsed(value)
    return [call for item in value if (call := tool_call(parsed(item)))] if isinstance(value, list) else []


def tool_call(value: Any) -> ToolCallDraft | None:
    """`{id, type, function: {name, arguments}}` or a custom tool's `{custom: {name, input}}`.

    None for what calls nothing: the holes of streamed calls are null, or empty where the SDK fills them up.
    """
    if not isinstance(value, dict):
        return None
    for key, arguments_key in _CALL_KEYS.items():
        called = value.get(key)
        if isinstance(called, dict) and "name" in called and (called["name"] or called.get(arguments_key)):
            return ToolCallDraft(name=called["name"], arguments=called.get(arguments_key), id=value.get("id"))
    return None


SHAPE = Shape("openai_chat", request=request, reply=reply, message=message)
