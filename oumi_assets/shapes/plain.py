"""Messages that are OpenAI's and nobody else's: nearly all of an export, and read without asking every shape.

A shape is asked only about what could be its own, so whatever any of them takes must not be plain here. A plain message
of the assistant is an answer as it stands, too.
"""

from __future__ import annotations

from typing import Any

_ROLES = ("user", "assistant", "system", "tool")
_KEYS = frozenset({"role", "content", "name", "tool_call_id", "tool_calls", "refusal"})
_CALL_KEYS = frozenset({"id", "type", "function", "index"})


def is_plain(value: Any) -> bool:
    """A text of one of the wire's four roles, or wire tool calls, and no key that another writer uses."""
    if not isinstance(value, dict) or not value.keys() <= _KEYS or value.get("role") not in _ROLES:
        return False
    if "tool_call_id" in value and value["role"] != "tool":
        return False
    calls, content = value.get("tool_calls"), value.get("content")
    if calls is None:
        return isinstance(content, str)
    return (content is None or isinstance(content, str)) and isinstance(calls, list) and all(map(_is_plain_call, calls))


def _is_plain_call(call: Any) -> bool:
    return isinstance(call, dict) and call.keys() <= _CALL_KEYS and isinstance(call.get("function"), dict)
