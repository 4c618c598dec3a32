"""Where the answer of an OpenAI chat stands: as the API gives it, or in a wrapper that people and platforms put around it.

Output: the assistant message, `{choices: [{message}]}`, the choices or several alternatives as a list, one of the usual
wrappers (`{message}`, `{output}`, `{messages}`, `{content}`), or a message or choices under any other name alone. What a
message says is read by `openai_chat`.
Source of the format: OpenAI API reference, chat completions; Langfuse and LangSmith SDK wrappers.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Reply
from oumi_assets.shapes.base import parsed

_ANSWERING_ROLES = ("assistant", "ai", "model")
_SAYING = ("content", "tool_calls", "function_call", "refusal")
_CALL_KEYS = frozenset({"id", "type", "function", "index", "thoughtSignature"})
_CALL_KEYS_OF_LANGCHAIN = {"type", "id", "name", "args"}
_FUNCTION_KEYS = {"name", "arguments"}
_ANSWER_KEYS = ("role", *_SAYING)
_CALLING = ("tool_calls", "toolCalls", "function_call")
_ENDS_OF_CALLS = ("tool_calls", "function_call")
REASONING_KEYS = ("reasoning_content", "reasoning", "thinking", "tool_plan", "toolPlan")
_PLACES = (*_SAYING, "toolCalls", "choices", "message", "messages", "output")


def reply(value: Any) -> Reply | None:
    """The first alternative of the answer, wherever the usual wrappers put it."""
    if isinstance(value, list):
        return _of_list(value)
    if not isinstance(value, dict):
        return None
    inside = (_of_choices,) if speaks(value) else (_of_choices, _of_event, _of_wrapper, _of_messages, _of_only_member)
    for find in inside:
        found = find(value)
        if found is not None:
            return found
    return Reply([value]) if any(key in value for key in _ANSWER_KEYS) else None


def _has_role(value: Any) -> bool:
    """Whether a value is an object that names a role, of any kind."""
    return isinstance(value, dict) and "role" in value


def _answers(value: Any) -> bool:
    role = value.get("role") if isinstance(value, dict) else None
    return isinstance(role, str) and role.lower() in _ANSWERING_ROLES


def speaks(value: dict[str, Any]) -> bool:
    """Whether an object is an assistant's message with words or calls of its own: a key beside them wraps nothing.

    LangSmith's `wrap_anthropic` adds `output` to a streamed message: the texts that were read of it, or null.
    """
    return _answers(value) and any(value.get(key) for key in _SAYING)


def answers_elsewhere(value: dict[str, Any]) -> bool:
    """Whether an object with a `text` of its own holds an answer in one of the usual places: people log both."""
    return any(value.get(key) for key in _PLACES)


def _of_choices(value: dict[str, Any]) -> Reply | None:
    """The choice of the lowest index; a stream may list them as they began."""
    choices = value.get("choices")
    return _first_of([choice for choice in choices if _has_message(choice)]) if isinstance(choices, list) else None


def _first_of(choices: list[dict[str, Any]]) -> Reply:
    first = min(choices, key=_index, default=None)
    return Reply([_with_its_end(first)] if first else [])


def _with_its_end(choice: dict[str, Any]) -> dict[str, Any]:
    """The choice's message, and that it ended for calls where it has none: its logger lost them.

    LangSmith's Python SDK 0.2 does so with streams.
    """
    message, end = choice["message"], choice.get("finish_reason")
    is_lost = end in _ENDS_OF_CALLS and not any(message.get(key) for key in _CALLING)
    return {"finish_reason": end, **message} if is_lost else message


def _has_message(choice: Any) -> bool:
    return isinstance(choice, dict) and isinstance(choice.get("message"), dict)


def _is_choice(value: Any) -> bool:
    """Whether it is one of the API's choices, as people log them without the object around them."""
    return _has_message(value) and "finish_reason" in value and _answers(value["message"])


def is_call(value: Any) -> bool:
    """A call that people log without the message around it: only an API gives it all of these, or LangChain."""
    if not isinstance(value, dict):
        return False
    if value.get("type") == "tool_call":
        return value.keys() == _CALL_KEYS_OF_LANGCHAIN
    if value.get("type") != "function" or not value.keys() <= _CALL_KEYS:
        return False
    function = value.get("function")
    return isinstance(value.get("id"), str) and isinstance(function, dict) and function.keys() == _FUNCTION_KEYS


def _index(choice: dict[str, Any]) -> int:
    index = choice.get("index")
    return index if isinstance(index, int) else 0


def _of_event(value: dict[str, Any]) -> Reply | None:
    """`{data: {choices}}` and nothing else: the pieces of Mistral's stream put together, as OpenInference does."""
    inside = value.get("data") if len(value) == 1 else None
    found = _of_choices(inside) if isinstance(inside, dict) else None
    # Choices of another kind are what the model wrote: the answers of a quiz.
    return found if found is not None and found.messages else None


def _of_wrapper(value: dict[str, Any]) -> Reply | None:
    wrapped = [value[key] for key in ("message", "output") if key in value]
    if not wrapped:
        return None
    # Of two wrappers one may be unset; calls alone are not all that was said beside one that cannot be read.
    inner = next(filter(None, wrapped), None)
    found = _of_text(inner) if isinstance(inner, str) else reply(inner) or Reply([])
    return found if inner and not found.messages else _with_calls_beside(value, found)


def _with_calls_beside(value: dict[str, Any], found: Reply) -> Reply:
    """The answer with calls and thoughts that people log beside it, not in it.

    A text beside calls gets no role: of a failed call, it is the error. Calls beside a whole history are in it.
    """
    beside = {key: value[key] for key in _CALLING if _has_calls(value.get(key)) and "messages" not in value}
    said = found.messages[0] if found.messages else {}
    if not (beside or said):
        return found
    beside |= {key: value[key] for key in REASONING_KEYS if value.get(key)}
    if beside and isinstance(said, (str, dict)):
        message = {"content": said} if isinstance(said, str) else said
        found.messages = [{**beside, **{key: inner for key, inner in message.items() if inner}}]
    return found


def _has_calls(value: Any) -> bool:
    """Whether there are calls that the answer makes: those with results are what an agent did before it."""
    calls = value if isinstance(value, list) else [value]
    return any(isinstance(call, dict) and call and "result" not in call for call in calls)


def _of_only_member(value: dict[str, Any]) -> Reply | None:
    """The message, or the API's answer, that is all a traced function returned, under whatever name it gave it."""
    inner = next(iter(value.values())) if len(value) == 1 else None
    if not isinstance(inner, dict):
        return None
    found = Reply([inner]) if speaks(inner) else _of_choices(inner)
    # Choices of another kind are what the model wrote here, too.
    return found if found is not None and any(map(_answers, found.messages)) else None


def _of_text(text: str) -> Reply:
    """A text, or the message that a span attribute holds as one."""
    message = parsed(text)
    if _answers(message):
        return Reply([message])
    return Reply([text] if text else [])


def _of_messages(value: dict[str, Any]) -> Reply | None:
    messages = value.get("messages")
    if not isinstance(messages, list):
        return None
    return _last_assistant(messages) or Reply([])


def _of_list(value: list[Any]) -> Reply | None:
    if len(value) == 1 and isinstance(value[0], dict) and value[0].keys() == {"generated_text"}:
        return _generated(value[0]["generated_text"])
    if value and all(map(_is_choice, value)):
        return _first_of(value)
    if value and all(map(is_call, value)):
        return Reply([{"role": "assistant", "content": None, "tool_calls": value}])
    if not value or not all(map(_has_role, value)):
        return None
    if all(map(_answers, value)):
        return Reply([value[0]])
    return _last_assistant(value)


def _generated(value: Any) -> Reply | None:
    """What a `transformers` pipeline returns of a chat: the messages with the answer behind them, or the new text alone."""
    if isinstance(value, str):
        return Reply([value] if value else [])
    return _of_messages({"messages": value})


def _last_assistant(messages: list[Any]) -> Reply | None:
    last = next(filter(_answers, reversed(messages)), None)
    return None if last is None else Reply([last])
