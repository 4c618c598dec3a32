"""Koog, by its Langfuse exporter: role and content of every message, and what the model called as its content.

Calls are a text, `[{"function": {"name", "arguments"}, "id", "type"}]`: JSON, in earlier versions with the arguments as they
are, quotes and all, and one call to a message of role `tool`. Results name no call and follow in their order, and where they
were several in one message only the first was logged. Contents that were not to be recorded are `HIDDEN:non-empty`.
Source of the format: JetBrains/koog `agents.features.opentelemetry.integration.langfuse`, `event.EventBodyField`.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.core.json_text import NotJson, parse
from oumi_assets.shapes.base import role_of, texts_of, without_reply

_HIDDEN = "HIDDEN:non-empty"
_BEGINNING = '[{"function"'
_ENDS = ("tool_calls", "tool_call")
_KEYS = frozenset({"role", "content", "finish_reason", "reasoning"})
_CALL_KEYS = {"function", "id", "type"}
_FUNCTION_KEYS = {"name", "arguments"}
_ONE_CALL = re.compile(
    r'\[\{"function": ?\{"name": ?"([^"]*)", ?"arguments": ?"(.*)"\}, ?"id": ?"([^"]*)", ?"type": ?"function"\}\]', re.DOTALL
)


def is_writer(call: ModelCall) -> bool:
    """Whether a call may be Koog's and has calls, or nothing, in the place of words."""
    if not isinstance(call.output, list) or not call.output or not all(map(_is_message, call.output)):
        return False
    return any(map(_is_told_so, [*call.output, *(call.input if isinstance(call.input, list) else [])]))


def is_told_so(text: str | None) -> bool:
    """Whether a content is Koog's text of calls, or its word for one that was not recorded."""
    return text is not None and (text.startswith(_BEGINNING) or text == _HIDDEN)


def opened(call: ModelCall) -> ModelCall:
    """Koog's call as OpenAI's messages, without its request where not all of it was logged; any other as it is."""
    if not isinstance(call.input, list) or not all(map(_is_message, call.input)) or not is_writer(call):
        return call
    if any(message["content"] == _HIDDEN for message in call.output):
        call = without_reply(call)
        return msgspec.structs.replace(call, input=_history(call.input))
    asked, answer = _history(call.input), _answer(call.output)
    return msgspec.structs.replace(call, input=asked, output=call.output if answer is None else answer)


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() <= _KEYS and isinstance(value.get("content"), str)


def _is_told_so(message: Any) -> bool:
    return is_told_so(message.get("content")) if _is_message(message) else False


def _answer(output: list[Any]) -> list[Any] | None:
    """The answer's messages as one where any of them calls; None where none does, or its calls cannot be told."""
    if not any(message.get("finish_reason") in _ENDS for message in output):
        return None
    calls = [_calls(message["content"]) for message in output]
    words = [message for made, message in zip(calls, output, strict=True) if made is None]
    if any(is_told_so(message["content"]) for message in words):
        return None
    thoughts = [{**message, "content": ""} for message in output if message not in words]
    return [_turn([*words, *thoughts], [call for made in calls for call in made or []])]


def _history(messages: list[Any]) -> list[Any] | None:
    """The messages, each turn of calls one message with its results behind it; None where one of these is not told."""
    turns: list[Any] = []
    waiting: list[Any] = []
    for message in messages:
        calls = _calls(message["content"])
        if calls is None and is_told_so(message["content"]):
            return None
        if calls is not None:
            before = turns[-1] if turns and role_of(turns[-1]) == "assistant" else None
            if waiting and (before is None or "tool_calls" not in before):
                return None
            turns[len(turns) - (before is not None) :] = [_turn([before] if before else [], calls)]
            waiting += calls
        elif waiting:
            if role_of(message) != "tool":
                return None
            turns.append({**message, **({"tool_call_id": answered} if (answered := waiting.pop(0)["id"]) else {})})
        else:
            turns.append(message)
    return None if waiting else turns


def _turn(said: list[dict[str, Any]], calls: list[dict[str, Any]]) -> dict[str, Any]:
    """One message of the assistant: words and calls of these, and further calls."""
    made = [call for message in said for call in message.get("tool_calls", [])]
    words = "\n".join(message["content"] for message in said if message["content"])
    thoughts = "\n".join(texts_of(said, "reasoning"))
    told = {"reasoning": thoughts} if thoughts else {}
    return {"role": "assistant", "content": words, "tool_calls": [*made, *calls], **told}


def _calls(text: str) -> list[dict[str, Any]] | None:
    """The calls that a content is the text of; None for any other, and for calls that were not recorded."""
    if not text.startswith(_BEGINNING):
        return None
    try:
        calls = parse(text)
    except NotJson:
        found = _ONE_CALL.fullmatch(text)
        if found is None:
            return None
        calls = [{"function": {"name": found[1], "arguments": found[2]}, "id": found[3], "type": "function"}]
    return calls if isinstance(calls, list) and all(map(_is_call, calls)) else None


def _is_call(call: Any) -> bool:
    if not isinstance(call, dict) or call.keys() != _CALL_KEYS or not isinstance(call["function"], dict):
        return False
    function = call["function"]
    return function.keys() == _FUNCTION_KEYS and all(isinstance(said, str) and said != _HIDDEN for said in function.values())
