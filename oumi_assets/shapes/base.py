"""What a payload shape is, and the questions that most of them ask of a logged value.

A shape module says where its writer puts things; what they become on the wire is `wire`'s work.
No function raises on any JSON value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from oumi_assets.core.calls import Draft, ModelCall, Reply, Request
from oumi_assets.core.json_text import parse_or

_OBJECT = re.compile(
    r"\s*<(?:[\w.<>]+ object(?: [\w.<>]+)? at 0x[0-9A-Fa-f]+"
    r"|(?:API)?Response \[\d{3}[\w ]*\](?: type=<class '[\w.]+'>)?)>\s*"
)
"""`<openai.Stream object at 0x7f43747da850>`, `<generator object ask at 0x7f43747da850>`: what Python calls an object.

A response of HTTP has a name of its own: `<APIResponse [200 OK] type=<class 'openai.types.chat.ChatCompletion'>>`.
"""

_BARE = frozenset({"role", "content"})


class Shape(NamedTuple):
    """One way of logging a chat: what it reads, each answering "not mine" with None.

    - `request(input)`: the messages and tools of a call's input
    - `reply(output)`: the answer in a call's output; a `Reply` without messages means "mine, and it holds none"
    - `message(value)`: the drafts of one logged message; an empty list says it is no message of the chat
    - `tool(value)`: the tool definition that was logged in the place of a message

    And what it puts right in what any shape has read, for writers whose messages only make sense beside each other:

    - `history(messages)`: the messages of a request
    - `answer(message)`: one message of a reply
    """

    name: str
    request: Callable[[Any], Request | None] | None = None
    reply: Callable[[Any], Reply | None] | None = None
    message: Callable[[Any], list[Draft] | None] | None = None
    tool: Callable[[Any], Any | None] | None = None
    history: Callable[[list[Any]], list[Any]] | None = None
    answer: Callable[[Any], Any] | None = None


def first_list(value: Any, *keys: str) -> list[Any]:
    """The first non-empty list under one of the keys, else an empty list."""
    if isinstance(value, dict):
        for key in keys:
            found = value.get(key)
            if isinstance(found, list) and found:
                return found
    return []


def as_list(value: Any) -> list[Any]:
    """A list as it is, one value as a list of it; an empty list where there is nothing."""
    if isinstance(value, list):
        return value
    return [value] if value else []


def messages_in(payload: Any) -> list[Any]:
    """The list that a payload is, or has under `messages`; an empty one where it has none."""
    return payload if isinstance(payload, list) else first_list(payload, "messages")


def with_messages(payload: Any, messages: list[Any]) -> Any:
    """The same payload with other messages, wherever `messages_in` found its own."""
    return {**payload, "messages": messages} if isinstance(payload, dict) else messages


def bare_messages(payload: Any) -> list[dict[str, Any]]:
    """The messages under `messages` where each is a role, a content or both and nothing else; none otherwise."""
    messages = first_list(payload, "messages")
    return messages if all(isinstance(message, dict) and message.keys() <= _BARE for message in messages) else []


def without_request(call: ModelCall) -> ModelCall:
    """A call whose messages its logger lost a part of: null, which no shape reads, in place of what is left of them."""
    return msgspec.structs.replace(call, input=None)


def without_reply(call: ModelCall) -> ModelCall:
    """The same of an answer: what is left of it is none."""
    return msgspec.structs.replace(call, output=None, output_text=None)


def role_of(value: Any) -> str | None:
    """The role that a logged message names, in any dialect; None for what names none."""
    role = value.get("role") if isinstance(value, dict) else None
    return role if isinstance(role, str) else None


def kind_of(value: Any) -> str | None:
    """The `type` of a logged part, block or item; None for what has none."""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else None


def has_parts(value: Any) -> bool:
    """Whether a logged message says what it says in a list of `parts`, as Google's and OpenTelemetry's do."""
    return isinstance(value, dict) and isinstance(value.get("parts"), list)


def texts_of(parts: Iterable[Any], key: str = "text") -> list[str]:
    """The texts that parts have under a key; parts without one have none."""
    return [part[key] for part in parts if isinstance(part, dict) and isinstance(part.get(key), str)]


def joined_texts(pieces: Iterable[Any], key: str) -> str:
    """What the pieces of a stream say under a key, one behind the other."""
    return "".join(texts_of(pieces, key))


def tools_beside(value: dict[str, Any], key: str) -> list[Any]:
    """The tool definitions of a request, also as JSON text of a list."""
    found = parsed(value.get(key))
    return found if isinstance(found, list) else []


def is_object_name(text: str) -> bool:
    """Whether a text is what Python calls an object, and nothing else."""
    return _OBJECT.fullmatch(text) is not None


def given_text(value: Any) -> str | None:
    """An argument that is a text, None for any other value and for one that was not given.

    Older SDKs log OpenAI's and Anthropic's `NOT_GIVEN` and `omit` by their names.
    """
    return value if isinstance(value, str) and value and value != "NOT_GIVEN" and not is_object_name(value) else None


def parsed(value: Any) -> Any:
    """The value of a text that is a JSON object or list, None where it only begins like one; anything else as it is.

    Span attributes hold no objects, so writers put JSON text there, and Langfuse keeps metadata so.
    """
    return parse_or(value, None) if isinstance(value, str) and value[:1] in ("{", "[") else value


def may_mention(logged: Any, *words: str) -> bool:
    """Whether one of the words may be in a value. A text without them need not be parsed to know, which takes long."""
    return not isinstance(logged, str) or any(word in logged for word in words)


def value_at(value: Any, path: str) -> Any:
    """The value at a dotted path. Keys may hold dots themselves: Langfuse's events rows flatten metadata into such keys."""
    value = parsed(value)
    if not value or not isinstance(value, dict):
        return None
    if value.get(path) is not None:
        return value[path]
    for key, rest in _steps(path):
        found = value_at(value[key], rest) if key in value else None
        if found is not None:
            return found
    return None


@lru_cache(64)
def _steps(path: str) -> list[tuple[str, str]]:
    """Keys that a path may begin with, the longest first, each with what is left behind it."""
    names = path.split(".")
    return [(".".join(names[:count]), ".".join(names[count:])) for count in range(len(names) - 1, 0, -1)]
