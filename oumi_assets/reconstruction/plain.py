"""The short way for calls that are OpenAI wire messages already: nothing to translate, little to check.

`shapes` and `wire` define what a conversation is; this module only recognises messages of which
they would make exactly what stands there, and leaves every other request to them. A test holds
both ways against each other.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes import read_reply
from oumi_assets.shapes.base import first_list
from oumi_assets.wire.roles import WIRE_ROLES

_SPEAKERS = frozenset({"system", "user", "assistant"})
_MESSAGE_KEYS = frozenset({"role", "content"})
_CALLING_KEYS = frozenset({"role", "content", "tool_calls"})
_RESULT_KEYS = frozenset({"role", "content", "tool_call_id"})
_CALL_KEYS = frozenset({"id", "type", "function"})
_FUNCTION_KEYS = frozenset({"name", "arguments"})
_REQUEST_KEYS = frozenset(
    {"messages", "tools", "model", "temperature", "top_p", "max_tokens", "max_completion_tokens", "stream", "stream_options"}
    | {"tool_choice", "parallel_tool_calls", "response_format", "stop", "seed", "n", "user"}
)
"""Fields of a chat completion request; one with other fields may belong to another writer."""


def read_plain(call: ModelCall) -> tuple[list[dict[str, Any]], list[Any]] | None:
    """Wire messages, reply last, and tools as logged with request or reply; None when `shapes` must read the call."""
    request = call.input
    if call.failed or (isinstance(request, dict) and not _REQUEST_KEYS.issuperset(request)):
        return None
    messages = request.get("messages") if isinstance(request, dict) else request
    if not isinstance(messages, list) or not messages:
        return None
    reader = _Reader()
    history = reader.read(messages)
    reply = read_reply(call) if history else None
    if history is None or reply is None or len(reply.messages) != 1 or reply.instructions:
        return None
    answer = reader.read([_said(reply.messages[0])])
    if answer is None or answer[0]["role"] != "assistant":
        return None
    return [*history, *answer], first_list(request, "tools") or reply.tools


def _said(reply: Any) -> Any:
    """OpenAI's clients log every field of an answer, most of them null or empty."""
    return {key: value for key, value in reply.items() if value is not None and value != []} if type(reply) is dict else None


class _Reader:
    """Reads messages in order, with the ids that were given and the calls that wait for a result."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._open: set[str] = set()

    def read(self, messages: list[Any]) -> list[dict[str, Any]] | None:
        read = []
        for message in messages:
            if not isinstance(message, dict):
                return None
            wire = self._spoken(message) or self._result(message) or self._calling(message)
            if wire is None:
                return None
            read.append(wire)
        return read

    def _spoken(self, message: dict[str, Any]) -> dict[str, Any] | None:
        role, content = message.get("role"), message.get("content")
        if type(content) is not str or message.keys() != _MESSAGE_KEYS or type(role) is not str or role not in _SPEAKERS:
            return None
        return {"role": role, "content": content}

    def _result(self, message: dict[str, Any]) -> dict[str, Any] | None:
        call_id, content = message.get("tool_call_id"), message.get("content")
        if type(call_id) is not str or call_id not in self._open or type(content) is not str:
            return None
        if message.keys() != _RESULT_KEYS or message["role"] != "tool":
            return None
        self._open.remove(call_id)
        return {"role": "tool", "content": content, "tool_call_id": call_id}

    def _calling(self, message: dict[str, Any]) -> dict[str, Any] | None:
        logged, content = message.get("tool_calls"), message.get("content")
        if type(logged) is not list or not logged or message.get("role") != "assistant":
            return None
        if not _CALLING_KEYS.issuperset(message) or not (content is None or type(content) is str):
            return None
        self._open.clear()
        calls = [self._call(call) for call in logged]
        return None if None in calls else {"role": "assistant", "content": content or None, "tool_calls": calls}

    def _call(self, call: Any) -> dict[str, Any] | None:
        if type(call) is not dict or call.keys() != _CALL_KEYS or call["type"] != "function":
            return None
        call_id, function = call["id"], call["function"]
        if type(call_id) is not str or type(function) is not dict or function.keys() != _FUNCTION_KEYS:
            return None
        name, arguments = function["name"], function["arguments"]
        if type(name) is not str or type(arguments) is not str or not arguments or name.lower() in WIRE_ROLES:
            return None
        if not call_id or call_id == name or call_id in self._used:
            return None
        self._used.add(call_id)
        self._open.add(call_id)
        return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
