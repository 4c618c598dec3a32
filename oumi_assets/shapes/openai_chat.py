"""OpenAI chat completions, as `langfuse.openai`, `wrap_openai` and people by hand log them.

Input: a bare list of messages, `{messages, tools | functions}`, or a traced function's `{args, kwargs}`.
Output: the assistant message, `{choices: [{message}]}`, several alternatives as a list, or one of the
wrappers people use (`{message}`, `{output}`, `{messages}`, `{content}`).
Source of the format: OpenAI API reference, chat completions; Langfuse and LangSmith SDK wrappers.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Reply, Request, ToolCallDraft
from oumi_assets.shapes.base import Shape, first_list

_CALL_KEYS = {"function": "arguments", "custom": "input"}
_ANSWERING_ROLES = ("assistant", "ai", "model")
_REASONING_KEYS = ("reasoning_content", "reasoning", "thinking")
_ANSWER_KEYS = ("role", "content", "tool_calls", "function_call", "refusal")


def request(value: Any) -> Request | None:
    """Messages and tools of a bare list or of `{messages, tools | functions}`."""
    if isinstance(value, list):
        return Request(messages=value) if value else None
    if isinstance(value, dict) and value.keys() == {"args", "kwargs"}:
        return _of_arguments(value["args"], value["kwargs"])
    messages = first_list(value, "messages")
    if not messages:
        return None
    return Request(messages=messages, tools=[*first_list(value, "tools"), *first_list(value, "functions")])


def _of_arguments(args: Any, kwargs: Any) -> Request | None:
    """Arguments of a function that Langfuse's `@observe` traced as a model call: `messages` by name, or the first list."""
    named = request({**kwargs, "messages": kwargs.get("messages")}) if isinstance(kwargs, dict) else None
    if named is not None or not isinstance(args, list):
        return named
    lists = (arg for arg in args if isinstance(arg, list) and arg and all(map(_has_role, arg)))
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
                return Reply([inner] if inner else [])
            return reply(inner) or Reply([])
    return None


def _of_messages(value: dict[str, Any]) -> Reply | None:
    messages = value.get("messages")
    if not isinstance(messages, list):
        return None
    return _last_assistant(messages) or Reply([])


def _of_list(value: list[Any]) -> Reply | None:
    if not value or not all(map(_has_role, value)):
        return None
    if all(item["role"] == "assistant" for item in value):
        return Reply([value[0]])
    return _last_assistant(value)


def _last_assistant(messages: list[Any]) -> Reply | None:
    for message in reversed(messages):
        if isinstance(message, dict) and message.get("role") in _ANSWERING_ROLES:
            return Reply([message])
    return None


def message(value: Any) -> list[Draft] | None:
    """One wire message: anything with a text `role`. A missing role is the reply's business."""
    if not isinstance(value, dict) or not isinstance(value.get("role"), str):
        return None
    if value.get("parts") and not value.get("content"):
        # Another writer's message that its shape could not read: nothing here says what it says.
        return None
    return [
        Draft(
            role=value["role"],
            content=value.get("content") or _spoken(value.get("audio")) or value.get("content"),
            tool_calls=_tool_calls(value.get("tool_calls")),
            tool_call_id=value.get("tool_call_id"),
            name=value.get("name"),
            refusal=value.get("refusal"),
            reasoning=next((value[key] for key in _REASONING_KEYS if isinstance(value.get(key), str) and value[key]), None),
        )
    ]


def _spoken(audio: Any) -> Any:
    """An answer given as audio has its text in the transcript."""
    return audio.get("transcript") if isinstance(audio, dict) else None


def _tool_calls(value: Any) -> list[ToolCallDraft]:
    """Calls of one message; streamed ones may hold null holes and lack `id` and `type`."""
    return [call for call in map(tool_call, value) if call] if isinstance(value, list) else []


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
