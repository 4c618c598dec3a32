"""Google's Agent Development Kit, where its spans follow OpenTelemetry's conventions: ids that it made up, streams.

Gemini's calls have no ids, so ADK writes the name and the place of the part, `weather_1`. Results stand in other places:
their ids lead nowhere or to another call, and return with every turn. All that they tell is the tool's name.
A streamed answer is a message for each piece, which has not finished (`finish_reason: ""`), and the whole one behind them.
Source of the format: google-adk `telemetry._experimental_semconv` (`_to_part`, `_to_output_message`).
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import first_list, kind_of, messages_in, with_messages
from oumi_assets.shapes.span_scope import is_of_scope

_SCOPE = "gcp.vertex.agent"
_MADE_UP = re.compile(r"(.+)_[0-9]{1,4}", re.DOTALL)


def opened(call: ModelCall) -> ModelCall:
    """A call of ADK without the ids that it made up; any other call as it is."""
    messages = messages_in(call.input)
    replies = call.output if isinstance(call.output, list) else []
    streamed, made_up = any(map(_is_piece, replies)), any(map(_made_up_names, [*messages, *replies]))
    if not (streamed or made_up) or not is_of_scope(call, _SCOPE):
        return call
    if streamed:
        replies = _whole(replies)
        call = call if replies is call.output else msgspec.structs.replace(call, output=replies, output_text=None)
    if not made_up:
        return call
    messages, replies = _without_ids(messages), _without_ids(replies)
    return msgspec.structs.replace(call, input=with_messages(call.input, messages), output=replies or call.output)


def _is_piece(reply: Any) -> bool:
    return bool(first_list(reply, "parts")) and reply.get("finish_reason") == ""


def _whole(replies: list[Any]) -> list[Any]:
    """The whole answer instead of its pieces; of a stream that was left early, the pieces as one."""
    if len(replies) < 2 or not all(map(_is_piece, replies[:-1])):
        return replies
    if not _is_piece(replies[-1]):
        return replies[-1:]
    parts: list[Any] = []
    called: dict[str, int] = {}
    for words, run in groupby((part for piece in replies for part in piece["parts"]), _kind_of_words):
        if words:
            parts.append({"type": words, "content": "".join(part["content"] for part in run)})
            continue
        for part in run:
            call_id = str(part.get("id")) if isinstance(part, dict) else ""
            place = called.setdefault(call_id, len(parts))
            if place < len(parts) and _goes_on(part, parts[place]):
                parts[place] = part
            else:
                called[call_id] = len(parts)
                parts.append(part)
    return [{**replies[-1], "parts": parts}]


def _kind_of_words(part: Any) -> str | None:
    """The type of a part of nothing but words."""
    if not isinstance(part, dict) or part.keys() != {"type", "content"} or not isinstance(part["content"], str):
        return None
    return part["type"] if isinstance(part["type"], str) else None


def _goes_on(part: Any, before: Any) -> bool:
    """Whether it is the same call once more: until its arguments are whole, it has none."""
    if not isinstance(before, dict) or kind_of(part) != "tool_call":
        return False
    return part == before or {**part, "arguments": None} == {"arguments": None, **before}


def _without_ids(messages: list[Any]) -> list[Any]:
    """Each result gets the name that its id begins with, if a tool of that name was called without an id before it."""
    names: set[str] = set()
    opened_ = []
    for message in messages:
        names = _made_up_names(message) or names
        parts = first_list(message, "parts")
        opened_.append({**message, "parts": [_part(part, names) for part in parts]} if parts else message)
    return opened_


def _part(part: Any, names: set[str]) -> Any:
    name = _made_up_name(part)
    if name not in names:
        return part
    return {**{key: value for key, value in part.items() if key != "id"}, "name": name}


def _made_up_names(message: Any) -> set[str]:
    """The tools that a message calls under ids made of their names."""
    calls = (part for part in first_list(message, "parts") if kind_of(part) == "tool_call")
    return {name for call in calls if (name := _made_up_name(call)) is not None and name == call.get("name")}


def _made_up_name(part: Any) -> str | None:
    """The name in the id of a call or a result, where it may be made up."""
    if kind_of(part) not in ("tool_call", "tool_call_response"):
        return None
    found = _MADE_UP.fullmatch(part["id"]) if isinstance(part.get("id"), str) else None
    return found[1] if found and part.get("name") in (None, found[1]) else None
