"""Counting a call's messages without parsing what they say.

Only a list in which every message is certain to become exactly one wire message is counted. A call with any other
list may hold any number of them, and is read before anything is decided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw, UnsetType

_HISTORY_ROLES = frozenset({"system", "developer"})
_USER_ROLES = frozenset({"user", "human"})
_TOOL_ROLES = frozenset({"tool", "function"})


class _Kwargs(msgspec.Struct, gc=False):
    content: Raw | UnsetType = UNSET


class _Message(msgspec.Struct, gc=False):
    role: str | UnsetType = UNSET
    content: Raw | UnsetType = UNSET
    parts: Raw | UnsetType = UNSET
    lc: int | UnsetType = UNSET
    id: Any = None
    tool_call_id: Raw | UnsetType = UNSET
    toolInvocations: Raw | UnsetType = UNSET
    kwargs: _Kwargs | UnsetType = UNSET


class _Wrapped(msgspec.Struct, gc=False):
    messages: Raw
    system: Raw | UnsetType = UNSET
    config: Raw | UnsetType = UNSET


_list = msgspec.json.Decoder(list[_Message])
_nested = msgspec.json.Decoder(list[list[_Message]])
_wrapped = msgspec.json.Decoder(_Wrapped)


class Counted(NamedTuple):
    """Messages of a request and its reply, and whether the request may hold only part of the history.

    `opens_with_user` says that nothing but instructions stands before the first message of a user: no beginning of
    such a list holds results of tools without what led to them.
    """

    messages: int
    partial: bool
    opens_with_user: bool


def count_messages(payload: str | bytes | Raw) -> Counted | None:
    """Count a request: JSON of a list of messages, of a list with one such list, or of `{"messages": ...}`.

    None where the count is not certain.
    """
    try:
        if payload[:1] not in ("{", b"{"):
            return _count_bare(payload)
        wrapped = _wrapped.decode(payload)
        beside = _system_messages(wrapped)
        counted = _count_bare(wrapped.messages)
        return None if beside is None or counted is None else counted._replace(messages=counted.messages + beside)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _system_messages(wrapped: _Wrapped) -> int | None:
    """System prompts beside the messages; None when there may be one (Google keeps it inside a `config`)."""
    system = b"" if isinstance(wrapped.system, UnsetType) else bytes(wrapped.system)
    if not isinstance(wrapped.config, UnsetType) or system[:1] not in (b"", b'"', b"n"):
        return None
    return int(len(system) > 2 and system[:1] == b'"')


def _count_bare(payload: str | bytes | Raw) -> Counted | None:
    try:
        return _count(_list.decode(payload))
    except msgspec.ValidationError:
        return _count_nested(payload)


def _count_nested(payload: str | bytes | Raw) -> Counted | None:
    try:
        batch = _nested.decode(payload)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return _count(batch[0]) if len(batch) == 1 else None


_SEVERAL = re.compile(rb'"output\\*"\s*:[\s\\"nrt]*\[|"(parts|toolInvocations)\\*"')


def is_one_reply(output: Raw) -> bool:
    """Whether an output is certain to be one message: items of the Responses API, turns of parts and lists may be several.

    `output` is JSON, or JSON text inside JSON text, where quotes are escaped.
    """
    text = bytes(output)
    return text.lstrip(b'" \\')[:1] != b"[" and not _SEVERAL.search(text)


def count_more(messages: bytes) -> int:
    """A list of further messages counted by itself; 0 when one of them, or their number, is not certain."""
    try:
        further = _list.decode(messages)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return 0
    return len(further) if all(map(_certain_role, further)) else 0


def opens_with_user(roles: Iterable[str]) -> bool:
    """Whether the first of the roles that is not the system's is a user's."""
    return next((role in _USER_ROLES for role in roles if role not in _HISTORY_ROLES), False)


def _count(messages: list[_Message]) -> Counted | None:
    """The messages with the reply; without a user, or with a result first, a part is missing."""
    roles = [role for message in messages if (role := _certain_role(message))]
    if len(roles) < len(messages):
        return None
    first = next((role for role in roles if role not in _HISTORY_ROLES), None)
    partial = first in _TOOL_ROLES or _USER_ROLES.isdisjoint(roles)
    return Counted(len(roles) + 1, partial, opens_with_user(roles))


def _certain_role(message: _Message) -> str | None:
    """The role of a message that will be exactly one wire message, else None."""
    if message.kwargs is not UNSET:
        return _class_role(message.id) if _is_plain(message.kwargs.content) else None
    if message.role is UNSET or message.parts is not UNSET or message.toolInvocations is not UNSET:
        return None
    if not _is_plain(message.content):
        return None
    role = message.role.lower()
    # OpenTelemetry logs tool results as the user's: what looks like a turn may answer an earlier call.
    return None if role not in _TOOL_ROLES and _is_given(message.tool_call_id) else role


def _is_given(value: Raw | UnsetType) -> bool:
    return value is not UNSET and bytes(value) not in (b"null", b'""')


def _class_role(path: Any) -> str | None:
    name = path[-1] if isinstance(path, list) and path and isinstance(path[-1], str) else ""
    return name.removesuffix("Chunk").removesuffix("Message").lower() or None


def _is_plain(content: Raw | UnsetType) -> bool:
    if content is UNSET:
        return True
    raw = bytes(content)
    # A list that speaks of tools or functions may be several messages; an object may be a tool definition.
    return raw[:1] in (b'"', b"n") or (raw[:1] == b"[" and b"ool" not in raw and b"unction" not in raw)
