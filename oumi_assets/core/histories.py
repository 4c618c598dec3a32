"""Counting calls whose history grows, by looking only at what was not counted before.

An agent's call repeats the whole history of the call before it. When two calls of a trace differ only
in messages that one of them has more at the end of its list, the difference is counted, not the whole.
`core.counting` defines what the count is; whatever is not equal byte for byte is counted there.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from msgspec import Raw

from oumi_assets.core.counting import count_messages, count_more
from oumi_assets.core.rows import UNKNOWN_SIZE

MAX_BYTES = 32 << 20
"""Payloads remembered at a time; beyond that everything is forgotten, which costs time and changes nothing."""

_members = msgspec.json.Decoder(dict[str, Raw]).decode
_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode
_FAILURES = (msgspec.DecodeError, ValueError, RecursionError)
_BLANK = b" \t\r\n"


class _Counted(NamedTuple):
    """A payload, its count, and its bytes from the end of its list of messages on; `tail` is None until it is asked for."""

    token: bytes
    counted: tuple[int, bool]
    tail: bytes | None


class Histories:
    """Remembers one payload of each trace. Counts are exactly those of `count_messages`."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Counted] = {}
        self._held = 0

    def count(self, trace: bytes, token: bytes) -> tuple[int, bool]:
        """`count_messages` of a payload of that trace; `token` is JSON, a string holds JSON itself."""
        known = self._known.get(trace)
        tail = None
        count = None
        if known is not None and known.counted[0] != UNKNOWN_SIZE:
            tail = _tail(known.token) if known.tail is None else known.tail
            count = _by_difference(known, tail, token) if tail else None
        # What lies behind the messages of another writing is another tail.
        self._keep(trace, _Counted(token, count or _count(token), tail if count else None))
        return self._known[trace].counted

    def _keep(self, trace: bytes, counted: _Counted) -> None:
        self._held += len(counted.token)
        if self._held > MAX_BYTES:
            self._known.clear()
            self._held = len(counted.token)
        self._known[trace] = counted


def _count(token: bytes) -> tuple[int, bool]:
    """A string holds the JSON to count, or none."""
    if token[:1] != b'"':
        return count_messages(token)
    try:
        return count_messages(_text(token))
    except _FAILURES:
        return count_messages(token)


def _by_difference(known: _Counted, tail: bytes, token: bytes) -> tuple[int, bool] | None:
    """The count of a payload with whole messages more or fewer before the same tail; None for any other."""
    shorter, longer = sorted((known.token, token), key=len)
    cut = len(shorter) - len(tail)
    if not shorter.endswith(tail) or not longer.endswith(tail) or not longer.startswith(shorter[:cut]):
        return None
    if len(shorter) == len(longer):
        return known.counted
    between = _unescaped(longer[cut : len(longer) - len(tail)], token[:1] == b'"')
    messages, partial = known.counted
    # A comma first: a cut inside a message, a text or an escape leaves no list of objects behind it.
    more = count_more(b"[" + between[1:] + b"]") if between[:1] == b"," else None
    if more is None:
        return None
    if longer is token:
        # A first user message, or a first message at all, may say that the history is whole.
        return None if partial else (messages + more.messages, False)
    return None if more.has_user and not partial else (messages - more.messages, partial)


def _unescaped(piece: bytes, is_text: bool) -> bytes:
    """The JSON that a piece of a string's inside stands for; nothing if it is none."""
    if not is_text:
        return piece
    try:
        return _text(b'"' + piece + b'"').encode()
    except _FAILURES:
        return b""


def _tail(token: bytes) -> bytes:
    """The bytes from the end of the list of messages on, white space before it too; empty when that is not certain."""
    is_text = token[:1] == b'"'
    text = _unescaped(token[1:-1], True) if is_text else token
    found = _tail_of_object(text) if text[:1] == b"{" else _tail_of_list(text)
    if not is_text or not found:
        return found
    escaped = _encode(found.decode())[1:]
    return escaped if token.endswith(escaped) else b""


def _tail_of_list(text: bytes) -> bytes:
    """Only of a list that begins with an object: a list in a list is another thing."""
    closing = text.rstrip(_BLANK)
    if closing[:1] != b"[" or closing[-1:] != b"]" or closing[1:].lstrip(_BLANK)[:1] != b"{":
        return b""
    return text[len(closing[:-1].rstrip(_BLANK)) :]


def _tail_of_object(text: bytes) -> bytes:
    """`]` and the members behind the messages, proven by their being an object without these messages."""
    try:
        messages = bytes(_members(text)["messages"])
        colon = text.index(b'"messages"') + len(b'"messages"')
        start = text.index(b"[", colon)
        last = _tail_of_list(messages)
        if not last or text[colon:start].strip(_BLANK) != b":" or not text.startswith(messages, start):
            return b""
        tail = last + text[start + len(messages) :]
        # The last one of a key that comes twice is the one that counts: no other messages may follow.
        return tail if msgspec.json.decode(_members(b'{"messages":[' + tail)["messages"]) == [] else b""
    except (*_FAILURES, KeyError):
        return b""
