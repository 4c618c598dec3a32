"""Arguments of a function that was traced as a model call, by Langfuse's `@observe` or LangSmith's `traceable`.

- Langfuse: `{args, kwargs}`
- LangSmith in Python: every argument by its name, those of `*args` in `args`; in JavaScript the only argument as `input`, or
  all of them in `args`

People decorate the function that calls the API, so its keyword arguments are that API's request. Else an argument is one, or
is the list of messages; arguments of any other function are none. Words in another argument are part of the chat, too, and
nobody can tell which: a system prompt, or the question after the history. Such a call is not read.
Source of the format: Langfuse's Python SDK, `observe`; LangSmith's `run_helpers._get_inputs` and `traceable.ts`.
"""

from __future__ import annotations

import re
from typing import Any

from oumi_assets.core.calls import Request
from oumi_assets.shapes import anthropic, bedrock, google, openai_chat, responses
from oumi_assets.shapes.base import Shape, first_list, given_text, is_object_name, role_of
from oumi_assets.shapes.blocks import with_system
from oumi_assets.shapes.system_prompts import SYSTEM_KEYS, system_beside
from oumi_assets.wire.tools import wire_tools

_APIS = (google.request, bedrock.request, anthropic.request, responses.request, openai_chat.request)

_OTHER_MODELS = re.compile("embed|moderation|imagen|image|whisper|tts|dall-e|rerank")
"""Such a model's request has the same names, and no chat."""

_SENT = ("messages", "contents", "input")
_SETTINGS = """
    extra_body extra_headers functions headers metadata model modelName model_name provider reasoning_effort response_format
    responseFormat schema stop tags tool_choice toolChoice tools user
"""
_NOT_SAID = frozenset(_SETTINGS.split())
_OF_OPENAI = """
    max_completion_tokens max_tokens model n parallel_tool_calls response_format seed stop stream stream_options temperature
    tool_choice top_p user
"""
_SETTINGS_OF_OPENAI = frozenset(_OF_OPENAI.split())
"""No tools are looked for in these, as a request of nothing but them is read without asking any shape."""

_BEFORE_A_QUESTION = frozenset({"assistant", "ai", "model", "system", "developer"})
_ASKING = "input message new_message prompt query question user_input user_message user_prompt user_query"
"""What people call the one thing that a user said last, beside the history."""

_DEFINING = frozenset({"function", "parameters", "input_schema", "inputSchema", "function_declarations", "toolSpec"})
_SETTING = re.compile(r"(?=.*[\d_/:.-])[\w/:.@+-]+")
"""The name of a model, an id, an address: nothing that anybody says."""

_CLASS = re.compile(r"<[A-Za-z_]\w*>")
"""`<OpenAI>`: what Langfuse's SDK writes of an object that it cannot write."""


def request(value: Any) -> Request | None:
    """The request among the arguments: by name, else one that is a request or a list of messages."""
    if not isinstance(value, dict):
        return None
    if not isinstance(value.get("args"), list):
        # By their names alone: what is called `messages` is read as any chat's, but for a request as one argument.
        sent = (value.get(key) for key in _SENT)
        return None if any(said and not isinstance(said, dict) for said in sent) or "args" in value else _among([], value)
    beside = {key: inner for key, inner in value.items() if key not in ("args", "kwargs")}
    named = beside | (value["kwargs"] if isinstance(value.get("kwargs"), dict) else {})
    found = _sent(named)
    return _among(value["args"], named) if found is None else found


def asks_beside(value: Any) -> bool:
    """Whether what the user said last stands in another argument than the messages: such a request is not the whole."""
    messages = first_list(value, "messages")
    if not messages or role_of(messages[-1]) not in _BEFORE_A_QUESTION:
        return False
    return any(map(_is_question, map(value.get, _ASKING.split())))


def tools_of_any_name(value: dict[str, Any]) -> list[Any]:
    """The one list of tools among arguments, or among the options that one of them is; else none."""
    given = [inner for key, inner in value.items() if key not in _SETTINGS_OF_OPENAI]
    tools = [inner for inner in (first_list(arg, "tools") or arg for arg in given) if _are_tools(inner)]
    return tools[0] if len(tools) == 1 else []


def _is_question(value: Any) -> bool:
    return given_text(value) is not None or role_of(value) is not None


def _sent(named: Any) -> Request | None:
    """What arguments by name are as a request."""
    return next((sent for api in _APIS if (sent := api(named)) is not None), None) if _is_request(named) else None


def _among(args: list[Any], named: dict[str, Any]) -> Request | None:
    """The one argument that is a request or a list of messages, where no other one says anything."""
    given = [*args, *(value for key, value in named.items() if key not in (*_NOT_SAID, "system", *SYSTEM_KEYS))]
    chats = [arg for arg in given if _are_messages(arg)] or [arg for arg in given if _sent(arg) is not None]
    tools = [arg for arg in given if _are_tools(arg)]
    others = [arg for arg in given if not any(arg is known for known in (*chats, *tools))]
    if len(chats) != 1 or any(map(_speaks, others)):
        return None
    beside = next(filter(None, (first_list(arg, "tools", "functions") for arg in (named, *args))), [])
    found = _sent(chats[0]) or Request(chats[0])
    system = given_text(named.get("system")) or system_beside(named, found.messages)
    return Request(with_system(system, found.messages), [*found.tools, *(beside or next(iter(tools), []))])


def _is_request(named: Any) -> bool:
    """Whether keyword arguments may be a request: texts under a common name are anybody's arguments."""
    if not isinstance(named, dict) or not any(named.get(key) for key in _SENT):
        return False
    if _OTHER_MODELS.search(str(named.get("model")).lower()):
        return False
    contents = named.get("contents")
    return not contents or "model" in named or (isinstance(contents, list) and any(map(_is_content, contents)))


def _is_content(value: Any) -> bool:
    return isinstance(value, dict) and "parts" in value


def _are_messages(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_message, value))


def _is_message(value: Any) -> bool:
    """With a role, or with a type as LangChain's have."""
    if not isinstance(value, dict):
        return False
    return "role" in value or ("content" in value and isinstance(value.get("type"), str))


def _are_tools(value: Any) -> bool:
    """Definitions by their form: anything may have a name and a description."""
    if not isinstance(value, list) or not value or _are_messages(value):
        return False
    return all(map(_defines, value)) and bool(wire_tools(value))


def _defines(tool: Any) -> bool:
    """Whether a tool is told by its schema, or by a function that is not called with arguments."""
    if not isinstance(tool, dict) or _DEFINING.isdisjoint(tool):
        return False
    function = tool.get("function")
    return not isinstance(function, dict) or "arguments" not in function


def _is_name(text: str) -> bool:
    """Whether a text only names something: the client that is called, for one."""
    return bool(_SETTING.fullmatch(text) or _CLASS.fullmatch(text)) or is_object_name(text)


def _speaks(value: Any) -> bool:
    """Whether somebody may have said this, or something in it. A loop and no recursion: a value may be nested deep."""
    left = [value]
    while left:
        inner = left.pop()
        if isinstance(inner, str) and inner and not _is_name(inner):
            return True
        if isinstance(inner, dict):
            left += [said for key, said in inner.items() if key not in _NOT_SAID]
        elif isinstance(inner, list):
            left += inner
    return False


SHAPE = Shape("traced_arguments", request=request)
