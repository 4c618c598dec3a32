"""LangSmith's `wrap_gemini`, which loses parts of what was said: such a call is left out and not read without them.

In Python a content that is an SDK's object has every kind of part as a key, so its calls, results and pictures are logged as
the text `""`; older versions leave the whole content out. Of a stream only the texts are kept: where the model had tools,
nobody knows whether it called them, unless the loop around it was traced, too. In JavaScript the history keeps results and
no calls, and of a text beside a picture nothing.
Gemini itself takes no empty text, so whatever says nothing has lost something.
Functions that the SDK calls by itself are objects in the request, and nothing that it did with them is logged.
Python's wrapper takes thoughts for texts, and numbers calls without an id: only one thought before one text can be told.
Source of the format: `langsmith.wrappers._gemini`; langsmith-sdk `wrappers/gemini.ts`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import (
    bare_messages,
    first_list,
    kind_of,
    may_mention,
    role_of,
    value_at,
    without_reply,
    without_request,
)
from oumi_assets.shapes.blocks import has_block

_TOLD_AS, _PROVIDER = "ls_provider", "google"
_CALLS = frozenset({"function_call"})
_RESULTS = frozenset({"function_response"})
_TEXTS = frozenset({"text"})
_STREAMED = {"content", "usage_metadata"}
_DECLARED = ("function_declarations", "functionDeclarations")
_AUTOMATIC = ("automatic_function_calling", "automaticFunctionCalling")
_THINKING = ("thinking_config", "thinkingConfig")
_INCLUDED = ("include_thoughts", "includeThoughts")
_MCP = "mcpClients"
_ENDED = "stop"


def is_of_google(call: ModelCall) -> bool:
    """Whether the wrapper may have logged a call."""
    metadata = call.extras.get("metadata")
    return may_mention(metadata, _TOLD_AS) and bool(value_at(metadata, _TOLD_AS) == _PROVIDER)


def is_stream(call: ModelCall) -> bool:
    """Whether a call's answer is a stream's texts, as Python's wrapper keeps them."""
    return _is_streamed(call.output) and bool(call.output["content"]) and is_of_google(call)


def as_the_last(call: ModelCall) -> ModelCall:
    """A stream whose texts are all of it: had it called a tool, a later row of its trace would say so."""
    return msgspec.structs.replace(call, output={"role": "model", **call.output})


def opened(call: ModelCall) -> ModelCall:
    """Such a call without what lost a part; any other call as it is."""
    if not is_of_google(call):
        return call
    messages = bare_messages(call.input)
    config = call.input.get("config") if isinstance(call.input, dict) else None
    config = config if messages and isinstance(config, dict) else {}
    if _has_lost(messages) or _calls_by_itself(config):
        call = without_request(call)
    thinks = _given(_given(config, *_THINKING), *_INCLUDED) is True
    if thinks and any(map(_may_hold_thoughts, messages)):
        call = without_request(call)
    output = _answer(call.output, config, thinks)
    if output is None:
        return without_reply(call)
    return call if output is call.output else msgspec.structs.replace(call, output=output)


def _is_streamed(output: Any) -> bool:
    """Only Python's streams have answers without a role."""
    return isinstance(output, dict) and output.keys() == _STREAMED


def _has_lost(messages: list[dict[str, Any]]) -> bool:
    """Whether a message says nothing, or answers calls that nobody made, or nobody asked anything."""
    called = False
    for message in messages:
        content = message.get("content")
        if content == "" or (has_block(content, _RESULTS) and not called):
            return True
        called = has_block(content, _CALLS)
    contents = [message.get("content") for message in messages]
    return bool(contents) and all(isinstance(content, list) and not has_block(content, _TEXTS) for content in contents)


def _calls_by_itself(config: dict[str, Any]) -> bool:
    """Whether the SDK was given functions to call: `<function weather at 0x7f43>`, in JavaScript an object without data."""
    if _given(_given(config, *_AUTOMATIC), "disable") is True:
        return False
    return any(isinstance(tool, str) or tool == {} or (isinstance(tool, dict) and _MCP in tool) for tool in _tools(config))


def _tools(config: dict[str, Any]) -> list[Any]:
    tools = config.get("tools")
    return tools if isinstance(tools, list) else []


def _may_hold_thoughts(message: dict[str, Any]) -> bool:
    """Whether a turn of the model's may be more than one text, of which the first may be a thought."""
    content = message.get("content")
    if role_of(message) != "model":
        return False
    return "\n" in content if isinstance(content, str) else has_block(content, _TEXTS)


def _answer(output: Any, config: dict[str, Any], thinks: bool) -> Any:
    """The answer, null where it lost something."""
    if not isinstance(output, dict):
        return output
    if _is_streamed(output):
        # Without a text it was calls, most likely.
        return None if output["content"] == "" or any(map(_is_callable, _tools(config))) else output
    if thinks and value_at(output, "usage_metadata.output_token_details.reasoning"):
        output = _with_thought(output)
    return _without_made_up_ids(output)


def _is_callable(tool: Any) -> bool:
    """Whether a tool is functions, and not a search that the provider runs."""
    return isinstance(tool, str) or bool(first_list(tool, *_DECLARED))


def _with_thought(answer: dict[str, Any]) -> Any:
    """The answer with its thought apart from its text; null where nobody can tell them apart."""
    content, calls = answer.get("content"), first_list(answer, "tool_calls")
    if isinstance(content, str):
        whole = str(answer.get("finish_reason")).lower().endswith(_ENDED) if not calls else not any(map(_is_numbered, calls))
        return answer if whole or not content else None
    if not isinstance(content, list) or not content or any("thought" in part for part in content if isinstance(part, dict)):
        return answer
    if len(content) != 2 or not all(kind_of(part) == "text" for part in content):
        return None
    return {**answer, "content": [{**content[0], "thought": True}, content[1]]}


def _without_made_up_ids(answer: Any) -> Any:
    """The answer without the ids that are no more than the place of a call: the next request has none, either."""
    calls = first_list(answer, "tool_calls")
    if not any(map(_is_numbered, calls)):
        return answer
    return {**answer, "tool_calls": [{**call, "id": None} if _is_numbered(call) else call for call in calls]}


def _is_numbered(call: Any) -> bool:
    return isinstance(call, dict) and "index" in call and call.get("id") == f"call_{call['index']}"


def _given(value: Any, *keys: str) -> Any:
    """The first of the keys that was given a value: Python's names, JavaScript's."""
    return next((value[key] for key in keys if value.get(key) is not None), None) if isinstance(value, dict) else None
