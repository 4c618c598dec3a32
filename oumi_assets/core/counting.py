"""Counting a call's messages during the scan, without parsing what they say.

Only a list in which every message is certain to become exactly one wire message is counted.
Anything else is `UNKNOWN_SIZE`, and reconstruction reads the call before it decides.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw, UnsetType

from oumi_assets.core.rows import UNKNOWN_SIZE

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

    `with_user` is the count that a beginning must have to hold the first message of a user; 0 when there is none.
    """

    messages: int
    partial: bool
    with_user: int


UNCOUNTED = Counted(UNKNOWN_SIZE, True, 0)


def count_messages(payload: str | bytes | Raw) -> Counted:
    """Count a request: JSON of a list of messages, of a list with one such list, or of `{"messages": ...}`."""
    try:
        if payload[:1] not in ("{", b"{"):
            return _count_bare(payload)
        wrapped = _wrapped.decode(payload)
        beside = _system_messages(wrapped)
        counted = _count_bare(wrapped.messages)
        if beside is None or counted is UNCOUNTED:
            return UNCOUNTED
        return Counted(counted.messages + beside, counted.partial, counted.with_user and counted.with_user + beside)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return UNCOUNTED


def _system_messages(wrapped: _Wrapped) -> int | None:
    """System prompts beside the messages; None when there may be one (Google keeps it inside a `config`)."""
    system = b"" if isinstance(wrapped.system, UnsetType) else bytes(wrapped.system)
    if not isinstance(wrapped.config, UnsetType) or system[:1] not in (b"", b'"', b"n"):
        return None
    return int(len(system) > 2 and system[:1] == b'"')


def _count_bare(payload: str | bytes | Raw) -> Counted:
    try:
        return _count(_list.decode(payload))
    except msgspec.ValidationError:
        return _count_nested(payload)


def _count_nested(payload: str | bytes | Raw) -> Counted:
    try:
        batch = _nested.decode(payload)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return UNCOUNTED
    return _count(batch[0]) if len(batch) == 1 else UNCOUNTED


_SEVERAL = re.compile(rb'"(output|parts|toolInvocations)\\*"')


def is_one_reply(output: Raw) -> bool:
    """Whether an output is certain to be one message: items of the Responses API, turns of parts and lists may be several.

    `output` is JSON, or JSON text inside JSON text, where quotes are escaped.
    """
    text = bytes(output)
    return text.lstrip(b'" \\')[:1] != b"[" and not _SEVERAL.search(text)


class Tally(NamedTuple):
    """A list of messages, each certain: how many, the first role that is not the system's, the place of the first user."""

    messages: int
    first: str | None
    user: int

    def result(self) -> Counted:
        """The messages with the reply; without a user, or with a result first, a part is missing."""
        return Counted(self.messages + 1, not self.user or self.first in _TOOL_ROLES, self.user and self.user + 1)


def count_more(messages: bytes) -> int:
    """A list of further messages counted by itself; 0 when one of them, or their number, is not certain."""
    try:
        tally = _tally(_list.decode(messages))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return 0
    return tally.messages if tally is not None else 0


def _count(messages: list[_Message]) -> Counted:
    tally = _tally(messages)
    return UNCOUNTED if tally is None else tally.result()


def _tally(messages: list[_Message]) -> Tally | None:
    first, user = None, 0
    for place, message in enumerate(messages, 1):
        role = _certain_role(message)
        if role is None:
            return None
        if first is None and role not in _HISTORY_ROLES:
            first = role
        if not user and role in _USER_ROLES:
            user = place
    return Tally(len(messages), first, user)


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
