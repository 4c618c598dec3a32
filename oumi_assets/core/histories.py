"""Counting calls whose history grows, by looking only at what was not counted before.

An agent's call repeats the whole history of the call before it. When two calls of a trace differ only
in messages that one of them has more at the end of its list, the difference is counted, not the whole.
`core.counting` defines what the count is; whatever is not equal byte for byte is counted there.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from oumi_assets.core.counting import UNCOUNTED, Counted, count_messages, count_more

MAX_BYTES = 32 << 20
"""What is remembered at a time; beyond that everything is forgotten, which costs time and changes nothing."""

_ENTRY_BYTES = 300
"""What an entry takes beside its payload: for short payloads that is most of it."""

_members = msgspec.json.Decoder(dict[str, Raw]).decode
_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode
_FAILURES = (msgspec.DecodeError, ValueError, RecursionError)
_BLANK = b" \t\r\n"


class _Known(msgspec.Struct, frozen=True, gc=False):
    """A payload, its count, and its bytes from the end of its list of messages on, empty when that place is not certain."""

    token: bytes
    counted: Counted
    tail: bytes

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return len(self.token) + _ENTRY_BYTES


class Histories:
    """Remembers one payload of each trace and of each session. Counts are exactly those of `count_messages`."""

    def __init__(self) -> None:
        self._known: dict[object, _Known] = {}
        self._held = 0

    def count(self, trace: bytes, session: str | int | None, token: bytes) -> Counted:
        """`count_messages` of a payload; `token` is JSON, a string holds JSON itself.

        A trace often begins with what its session's trace before it said, so a session is as good as a trace.
        """
        known = self._known.get(trace) or self._known.get(session)
        counted = _by_difference(known, token) if known is not None else None
        # What lies behind the messages of another writing is another tail.
        found = _read(token) if known is None or counted is None else _Known(token, counted, known.tail)
        # Without a tail there is nothing to compare the next one with.
        if found.tail:
            self._keep(trace, found)
            if session is not None:
                self._keep(session, found)
        return found.counted

    def _keep(self, key: object, found: _Known) -> None:
        before = self._known.get(key)
        self._held += found.size - (before.size if before else 0)
        if self._held > MAX_BYTES:
            self._known.clear()
            self._held = found.size
        self._known[key] = found


def _read(token: bytes) -> _Known:
    """A payload that nothing is known of. A string holds the JSON to count, or none."""
    text = _unescaped(token) if token[:1] == b'"' else token
    counted = count_messages(text or token)
    return _Known(token, counted, _tail(token, text) if counted is not UNCOUNTED else b"")


def _by_difference(known: _Known, token: bytes) -> Counted | None:
    """The count of a payload with whole messages more or fewer before the same tail; None for any other."""
    tail = known.tail
    is_longer = len(token) > len(known.token)
    longer, shorter = (token, known.token) if is_longer else (known.token, token)
    cut = len(shorter) - len(tail)
    if not token.endswith(tail) or not longer.startswith(shorter[:cut]):
        return None
    if len(shorter) == len(longer):
        return known.counted
    between = longer[cut : len(longer) - len(tail)]
    if token[:1] == b'"':
        between = _unescaped(b'"%b"' % between)
    # A comma first: a cut inside a message, a text or an escape leaves no list of objects behind it.
    more = count_more(b"[%b]" % between[1:]) if between[:1] == b"," else 0
    if not more:
        return None
    messages, partial, with_user = known.counted
    messages += more if is_longer else -more
    # Where the first user does not stay, the messages that follow or are left say whether the history is whole.
    return Counted(messages, partial, with_user) if 0 < with_user <= messages else None


def _unescaped(string: bytes) -> bytes:
    """What a JSON string says; nothing if it is none."""
    try:
        return _text(string).encode()
    except _FAILURES:
        return b""


def _tail(token: bytes, text: bytes) -> bytes:
    """The bytes from the end of the list of messages on, white space before it too; empty when that is not certain.

    `text` is the JSON that the token is or, as a string, holds.
    """
    found = _tail_of_object(text) if text[:1] == b"{" else _tail_of_list(text)
    if token[:1] != b'"' or not found:
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
