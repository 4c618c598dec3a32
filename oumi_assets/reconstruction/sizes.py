"""How many messages a call of a trace can become, told without reading it.

An agent's call repeats the whole history of the call before it. Where a request is, byte for byte, one that is known
already but for whole messages fewer at the end of its list, that alone says that it cannot win. Anything else is
counted by `shapes.counting`, or has to be read.
"""

from __future__ import annotations

import mmap
from typing import NamedTuple

import msgspec
from msgspec import Raw

from oumi_assets.reconstruction.calls import CallEntry
from oumi_assets.reconstruction.conversation import Candidate
from oumi_assets.reconstruction.plain import PlainCandidate
from oumi_assets.shapes.counting import Counted, count_messages, count_more, opens_with_user

MAX_BYTES = 32 << 20
"""What is remembered of a trace at a time; requests beyond that are counted by themselves."""

_MAX_KNOWN = 16
"""Requests that a further one is compared with: a trace of a thousand unrelated calls is not compared a million times."""

_APART = 1
"""Messages that a count may have missed: some writers keep the system text beside the messages."""

_members = msgspec.json.Decoder(dict[str, Raw]).decode
_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode
_BLANK = b" \t\r\n"
_MESSAGES = b'"messages"'
_AFTER_A_MESSAGE = (b"},", b"}]")
_NEAR = 64


class _List(NamedTuple):
    """Where the list of messages lies in a request: the bytes before it with its bracket, and those from its end on."""

    head: bytes
    tail: bytes


class _Known(msgspec.Struct, gc=False):
    """A request that was counted, and the shortest beginning of it that was.

    `messages` is the most that this beginning, which ends at `cut`, becomes with its reply. `is_wire` says that every
    message is an object with a role, and nothing else in the list is.
    """

    token: bytes
    list: _List
    is_wire: bool
    messages: int
    cut: int


class Sizes:
    """What is known of the calls of one trace; `export` is the file that its rows lie in. Ask for larger requests first."""

    def __init__(self, export: mmap.mmap | bytes) -> None:
        self._export = export
        self._read: list[tuple[CallEntry, Candidate]] = []
        self._known: list[_Known] = []
        self._held = 0

    def learn(self, call: CallEntry, found: Candidate) -> None:
        """Take note of a call that was read."""
        self._read.append((call, found))

    def may_win(self, call: CallEntry, size: int) -> bool:
        """Whether a call can have as many messages as a call that was read, or logged only a part of its history."""
        if not call.request_length:
            return True
        while self._read:
            self._remember_read(*self._read.pop())
        for known in reversed(self._known):
            cut = call.request_length - len(known.list.tail)
            if self._begins(known, call, cut):
                # What has more of the known one than this call has lost already: no need to count what is left.
                return known.messages + _APART >= size and self._most_messages(known, cut) + _APART >= size
        return self._may_win_by_itself(call, size)

    def _most_messages(self, known: _Known, cut: int) -> int:
        """The most messages of a call that begins a known one up to there."""
        if cut < known.cut:
            between = known.token[cut + 1 : known.cut]
            # Whatever cannot be counted is one message at least.
            known.messages -= max(1, between.count(_role(known)) if known.is_wire else count_more(_listed(between, known)))
            known.cut = cut
        return known.messages

    def _may_win_by_itself(self, call: CallEntry, size: int) -> bool:
        counted = self._counted(self._token(call))
        return counted is None or counted.partial or counted.messages + _APART >= size

    def _counted(self, token: bytes) -> Counted | None:
        """A request's count where it is certain; it is remembered then, for the requests that begin it."""
        text = _content(token)
        counted = count_messages(text)
        if counted is not None and counted.opens_with_user:
            self._remember(token, _list_of(text), counted.messages, is_wire=False)
        return counted

    def _remember_read(self, call: CallEntry, found: Candidate) -> None:
        if not 0 < call.request_length <= MAX_BYTES:
            return
        token = self._token(call)
        if not isinstance(found, PlainCandidate):
            self._counted(token)
        elif opens_with_user(message.role for message in found.said):
            self._remember(token, _list_around(found.sent, found.request), found.size, is_wire=True)

    def _remember(self, token: bytes, read: _List | None, messages: int, *, is_wire: bool) -> None:
        logged = read and _as_logged(read, token)
        if logged is None or len(token) > MAX_BYTES:
            return
        self._known.append(_Known(token, logged, is_wire, messages, len(token) - len(logged.tail)))
        self._held += len(token)
        while self._held > MAX_BYTES or len(self._known) > _MAX_KNOWN:
            self._held -= len(self._known.pop(0).token)

    def _token(self, call: CallEntry) -> bytes:
        start = call.offset + call.request_at
        return self._export[start : start + call.request_length]

    def _begins(self, known: _Known, call: CallEntry, cut: int) -> bool:
        """Whether the call's request is the known one or, cut there, has the same messages but for the last ones."""
        if not len(known.list.head) < cut <= known.cut:
            return False
        # A cut inside a message, a text or an escape would leave no JSON behind it.
        if known.token[cut - 1 : cut + 1] not in _AFTER_A_MESSAGE:
            return False
        token = self._token(call)
        return token.endswith(known.list.tail) and known.token.startswith(memoryview(token)[:cut])


def _role(known: _Known) -> bytes:
    """How a role's name stands in a request; inside a text it has more backslashes."""
    return b'\\"role\\":' if known.token[:1] == b'"' else b'"role":'


def _listed(between: bytes, known: _Known) -> bytes:
    """Messages cut out of a request, as a JSON list."""
    return b"[%b]" % (_unescaped(b'"%b"' % between) if known.token[:1] == b'"' else between)


def _content(token: bytes) -> bytes:
    """The JSON that a request is or, as a string, holds; a string that holds none is JSON itself."""
    return (_unescaped(token) or token) if token[:1] == b'"' else token


def _unescaped(string: bytes) -> bytes:
    """What a JSON string says."""
    return _text(string).encode()


def _as_logged(place: _List, token: bytes) -> _List | None:
    """The place in a request as it was logged: as JSON, or as a string that holds it."""
    if token[:1] != b'"':
        return place
    head, tail = _encode(place.head.decode())[:-1], _encode(place.tail.decode())[1:]
    return _List(head, tail) if token.startswith(head) and token.endswith(tail) else None


def _list_of(text: bytes) -> _List | None:
    """Where the list of messages is in a request that was counted, None when that is not certain."""
    return _list_around(_members(text)["messages"], text) if text[:1] == b"{" else _bare_list(text)


def _list_around(messages: Raw, text: bytes) -> _List | None:
    """Where these messages, which are a request or the last of its members that is called so, are in it."""
    if text[:1] != b"{":
        return _bare_list(text)
    logged = bytes(messages)
    bare = _bare_list(logged)
    colon = text.find(_MESSAGES) + len(_MESSAGES)
    start = text.find(b"[", colon)
    if bare is None or text[colon:start].strip(_BLANK) != b":" or not text.startswith(logged, start):
        return None
    behind = text[start + len(logged) :]
    # The same bytes may stand in another member, or in a former one of this name: then the messages are behind it.
    return None if _MESSAGES in behind or b"\\u00" in behind else _List(text[: start + 1], bare.tail + behind)


def _bare_list(text: bytes) -> _List | None:
    """Only of a list that begins with an object: a list in a list is another thing."""
    closing = text.rstrip(_BLANK)
    stop = len(closing) - 1
    if closing[:1] != b"[" or closing[-1:] != b"]" or closing[1:_NEAR].lstrip(_BLANK)[:1] != b"{":
        return None
    while closing[stop - 1] in _BLANK:
        stop -= 1
    return _List(b"[", text[stop:])
