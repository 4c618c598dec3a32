"""Counting a call's messages during the scan, without parsing what they say.

Only a list in which every message is certain to become exactly one wire message is counted.
Anything else is `UNKNOWN_SIZE`, and reconstruction reads the call before it decides.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from oumi_assets.core.rows import UNKNOWN_SIZE

_HISTORY_ROLES = frozenset({"system", "developer"})
_USER_ROLES = frozenset({"user", "human"})
_TOOL_ROLES = frozenset({"tool", "function"})


class _Kwargs(msgspec.Struct):
    content: Raw | UnsetType = UNSET


class _Message(msgspec.Struct):
    role: str | UnsetType = UNSET
    content: Raw | UnsetType = UNSET
    parts: Raw | UnsetType = UNSET
    lc: int | UnsetType = UNSET
    id: Any = None
    tool_call_id: Raw | UnsetType = UNSET
    kwargs: _Kwargs | UnsetType = UNSET


class _Wrapped(msgspec.Struct):
    messages: Raw
    system: Raw | UnsetType = UNSET
    config: Raw | UnsetType = UNSET


_list = msgspec.json.Decoder(list[_Message])
_nested = msgspec.json.Decoder(list[list[_Message]])
_wrapped = msgspec.json.Decoder(_Wrapped)

UNCOUNTED = (UNKNOWN_SIZE, True)


def count_messages(payload: str | bytes | Raw) -> tuple[int, bool]:
    """Messages of a request and its reply, and whether the request may hold only part of the history.

    `payload` is JSON: a list of messages, a list with one such list, or `{"messages": ...}`.
    """
    try:
        if payload[:1] not in ("{", b"{"):
            return _count_bare(payload)
        wrapped = _wrapped.decode(payload)
        beside = _system_messages(wrapped)
        messages, partial = _count_bare(wrapped.messages)
        return UNCOUNTED if beside is None or messages == UNKNOWN_SIZE else (messages + beside, partial)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return UNCOUNTED


def _system_messages(wrapped: _Wrapped) -> int | None:
    """System prompts beside the messages; None when there may be one (Google keeps it inside a `config`)."""
    system = b"" if isinstance(wrapped.system, UnsetType) else bytes(wrapped.system)
    if not isinstance(wrapped.config, UnsetType) or system[:1] not in (b"", b'"', b"n"):
        return None
    return int(len(system) > 2 and system[:1] == b'"')


def _count_bare(payload: str | bytes | Raw) -> tuple[int, bool]:
    try:
        return _count(_list.decode(payload))
    except msgspec.ValidationError:
        return _count_nested(payload)


def _count_nested(payload: str | bytes | Raw) -> tuple[int, bool]:
    try:
        batch = _nested.decode(payload)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return UNCOUNTED
    return _count(batch[0]) if len(batch) == 1 else UNCOUNTED


_RESPONSE_ITEMS = re.compile(rb'"output\\*"')


def is_one_reply(output: Raw) -> bool:
    """Whether an output is certain to be one message: items of the Responses API and lists may be several.

    `output` is JSON, or JSON text inside JSON text, where quotes are escaped.
    """
    text = bytes(output)
    return text.lstrip(b'" \\')[:1] != b"[" and not _RESPONSE_ITEMS.search(text)


class Tally(msgspec.Struct):
    """Messages counted one after the other."""

    messages: int = 0
    certain: bool = True
    first: str | None = None
    has_user: bool = False

    def add(self, message: _Message) -> None:
        """One message more; roles of the system say nothing of the history."""
        self.messages += 1
        role = _certain_role(message)
        if role is None:
            self.certain = False
        elif role not in _HISTORY_ROLES:
            self.first = role if self.first is None else self.first
            self.has_user = self.has_user or role in _USER_ROLES

    def result(self) -> tuple[int, bool]:
        """The messages with the reply, and whether they may be only part of the history."""
        if not self.certain:
            return UNCOUNTED
        return self.messages + 1, not self.has_user or self.first in _TOOL_ROLES


def count_more(messages: bytes) -> Tally | None:
    """A list of further messages counted by itself; None when one of them, or their number, is not certain."""
    try:
        tally = _tally(_list.decode(messages))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return tally if tally.certain and tally.messages else None


def _count(messages: list[_Message]) -> tuple[int, bool]:
    return _tally(messages).result()


def _tally(messages: list[_Message]) -> Tally:
    tally = Tally()
    for message in messages:
        tally.add(message)
    return tally


def _certain_role(message: _Message) -> str | None:
    """The role of a message that will be exactly one wire message, else None."""
    if isinstance(message.kwargs, _Kwargs):
        return _class_role(message.id) if _is_plain(message.kwargs.content) else None
    if isinstance(message.role, str) and message.parts is UNSET and _is_plain(message.content):
        role = message.role.lower()
        # OpenTelemetry logs tool results as the user's: what looks like a turn may answer an earlier call.
        return None if role not in _TOOL_ROLES and _is_given(message.tool_call_id) else role
    return None


def _is_given(value: Raw | UnsetType) -> bool:
    return not isinstance(value, UnsetType) and bytes(value) not in (b"null", b'""')


def _class_role(path: Any) -> str | None:
    name = path[-1] if isinstance(path, list) and path and isinstance(path[-1], str) else ""
    return name.removesuffix("Chunk").removesuffix("Message").lower() or None


def _is_plain(content: Raw | UnsetType) -> bool:
    if content is UNSET:
        return True
    raw = bytes(content)
    # A list that speaks of tools or functions may be several messages; an object may be a tool definition.
    return raw[:1] in (b'"', b"n") or (raw[:1] == b"[" and b"ool" not in raw and b"unction" not in raw)
