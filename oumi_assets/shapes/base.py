"""What a payload shape is: a name and up to four small functions, each answering "not mine" with None.

A shape module says where its writer puts things; what they become on the wire is `wire`'s work.
No function raises on any JSON value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from oumi_assets.core.calls import Draft, Reply, Request
from oumi_assets.core.json_text import NotJson, parse


class Shape(NamedTuple):
    """One way of logging a chat.

    - `request(input)`: the messages and tools of a call's input
    - `reply(output)`: the answer in a call's output; a `Reply` without messages means "mine, and it holds none"
    - `message(value)`: the drafts of one logged message; an empty list says it is no message of the chat
    - `tool(value)`: the tool definition that was logged in the place of a message
    """

    name: str
    request: Callable[[Any], Request | None] | None = None
    reply: Callable[[Any], Reply | None] | None = None
    message: Callable[[Any], list[Draft] | None] | None = None
    tool: Callable[[Any], Any | None] | None = None


def first_list(value: Any, *keys: str) -> list[Any]:
    """The first non-empty list under one of the keys, else an empty list."""
    if isinstance(value, dict):
        for key in keys:
            found = value.get(key)
            if isinstance(found, list) and found:
                return found
    return []


def parsed(value: Any) -> Any:
    """The value of a text that is a JSON object or list, None where it only begins like one; anything else as it is.

    Span attributes hold no objects, so writers put JSON text there, and Langfuse keeps metadata so.
    """
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return parse(value)
        except NotJson:
            return None
    return value
