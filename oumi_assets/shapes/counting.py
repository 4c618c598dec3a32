"""Counting a call's messages without parsing what they say.

Only a list in which every message is certain to become exactly one wire message is counted. A call with any other
list may hold any number of them, and is read before anything is decided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw, UnsetType

from oumi_assets.wire.roles import SYSTEM_ROLES, TOOL_ROLES, WIRE_ROLES

_USER_ROLES = frozenset({"user", "human"})
_TYPES = (b'"message"', b"null")
_CLASSES = frozenset({"human", "ai", "system", "tool", "function"})
"""LangChain's, by the names of which roles are told; a `ChatMessage` says its role elsewhere."""

_NAMED_LIKE_A_ROLE = re.compile(
    rb'"(?:name|function)\\*"\s*:\s*\\*"(' + "|".join(sorted(WIRE_ROLES)).encode() + rb')\\*"', re.IGNORECASE
)
"""A tool that is called like a role takes the messages of that role (rule 4)."""

ESCAPED_LETTER = re.compile(rb"\\u00[4-7]")
"""Nobody escapes letters of ASCII; who does may hide the name of a field."""

_OBJECT = b" object at 0x"
"""A system prompt that was not given may be logged by Python's name of it, and is no message."""

_SEVERAL_IN_A_TEXT = b"toolResult"
"""Strands writes a message's blocks as one text, all results of a turn among them."""


class _Kwargs(msgspec.Struct, gc=False):
    content: Raw | UnsetType = UNSET
    type: str | None = None


class _Message(msgspec.Struct, gc=False):
    role: str | UnsetType = UNSET
    content: Raw | UnsetType = UNSET
    id: Any = None
    tool_call_id: Raw | UnsetType = UNSET
    kwargs: _Kwargs | UnsetType = UNSET
    type: Raw | UnsetType = UNSET
    # Fields in which some writer keeps what is said, or who says it.
    parts: Raw | UnsetType = UNSET
    toolInvocations: Raw | UnsetType = UNSET
    tool_results: Raw | UnsetType = UNSET
    data: Raw | UnsetType = UNSET
    haystack_content: Raw | UnsetType = msgspec.field(default=UNSET, name="_content")
    event_content: Raw | UnsetType = msgspec.field(default=UNSET, name="gen_ai.event.content")


class _Wrapped(msgspec.Struct, gc=False):
    messages: Raw
    system: Raw | UnsetType = UNSET
    # Members in which Google's writers keep instructions and messages, and OpenAI's newer API its items.
    config: Raw | UnsetType = UNSET
    contents: Raw | UnsetType = UNSET
    input: Raw | UnsetType = UNSET


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
    written = payload.encode() if isinstance(payload, str) else bytes(payload)
    if _SEVERAL_IN_A_TEXT in written or _NAMED_LIKE_A_ROLE.search(written) or ESCAPED_LETTER.search(written):
        return None
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
    elsewhere = (wrapped.config, wrapped.contents, wrapped.input)
    if any(member is not UNSET for member in elsewhere) or system[:1] not in (b"", b'"', b"n"):
        return None
    return int(len(system) > 2 and system[:1] == b'"')


def _count_bare(payload: str | bytes | Raw) -> Counted | None:
    try:
        return _count(_list.decode(payload))
    except msgspec.ValidationError:
        batch = _nested.decode(payload)
        return _count(batch[0]) if len(batch) == 1 else None


def count_more(messages: bytes) -> int:
    """A list of further messages counted by itself; 0 when one of them, or their number, is not certain."""
    try:
        further = _list.decode(messages)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return 0
    return len(_roles(further) or [])


def opens_with_user(roles: Iterable[str]) -> bool:
    """Whether the first of the roles that is not the system's is a user's."""
    return _first_of_chat(roles) in _USER_ROLES


def _first_of_chat(roles: Iterable[str]) -> str | None:
    return next((role for role in roles if role not in SYSTEM_ROLES), None)


def _count(messages: list[_Message]) -> Counted | None:
    """The messages with the reply; without a user, or with a result first, a part is missing."""
    roles = _roles(messages)
    if roles is None:
        return None
    first = _first_of_chat(roles)
    partial = first in TOOL_ROLES or _USER_ROLES.isdisjoint(roles)
    return Counted(len(roles) + 1, partial, first in _USER_ROLES)


def _roles(messages: list[_Message]) -> list[str] | None:
    """Who says each message; None when one may be several, or, by its id, a block of the answer before it."""
    roles = [role for message in messages if (role := _certain_role(message))]
    blocks = any(isinstance(one.id, str) and one.id and one.id == other.id for one, other in pairwise(messages))
    return None if blocks or len(roles) < len(messages) else roles


def _certain_role(message: _Message) -> str | None:
    """The role of a message that will be exactly one wire message, else None."""
    several = (message.parts, message.toolInvocations, message.tool_results)
    elsewhere = (message.data, message.haystack_content, message.event_content)
    if any(field is not UNSET for field in (*several, *elsewhere)):
        return None
    if message.kwargs is not UNSET:
        return _class_role(message.id, message.kwargs) if message.role is UNSET else None
    if message.role is UNSET or not _is_plain(message.content):
        return None
    if message.type is not UNSET and bytes(message.type) not in _TYPES:
        return None
    role = message.role.lower()
    # OpenTelemetry logs tool results as the user's: what looks like a turn may answer an earlier call.
    return None if role not in TOOL_ROLES and _is_given(message.tool_call_id) else role


def _is_given(value: Raw | UnsetType) -> bool:
    return value is not UNSET and bytes(value) not in (b"null", b'""')


def _class_role(path: Any, said: _Kwargs) -> str | None:
    name = path[-1] if isinstance(path, list) and path and isinstance(path[-1], str) else ""
    role = name.removesuffix("Chunk").removesuffix("Message").lower()
    is_certain = role in _CLASSES and (said.type in TOOL_ROLES) <= (role in TOOL_ROLES) and _is_plain(said.content)
    return role if is_certain else None


def _is_plain(content: Raw | UnsetType) -> bool:
    if content is UNSET:
        return True
    raw = bytes(content)
    if raw[:2] == b'"<' and _OBJECT in raw:
        return False
    if raw[:3] == b'"[{':
        # OpenLLMetry's texts of blocks; Koog's of calls, which may be one turn.
        return b"tool_result" not in raw and not raw.startswith(b'"[{\\"function')
    # A list that speaks of tools or functions may be several messages; an object may be a tool definition.
    return raw[:1] in (b'"', b"n") or (raw[:1] == b"[" and b"ool" not in raw and b"unction" not in raw)
