"""Counting calls whose history grows, by looking only at what was not counted before.

An agent's call repeats the whole history of the call before it. Once one call of a trace is
counted message by message, another one whose bytes are those bytes, cut off after a message or
continued behind the last, needs no parsing, or none but of what is new. `core.counting` defines
what the count is; whatever is not equal byte for byte is counted there.
"""

from __future__ import annotations

from copy import copy
from typing import NamedTuple, Self

import msgspec
from msgspec import Raw

from oumi_assets.core.counting import Tally, count_each, count_messages

MAX_BYTES = 32 << 20
"""Payloads remembered at a time; beyond that everything is forgotten, which costs time and changes nothing."""

_members = msgspec.json.Decoder(dict[str, Raw]).decode
_elements = msgspec.json.Decoder(list[Raw]).decode
_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode
_ESCAPED = (b'"', b"\\", b"\n", b"\r", b"\t")
"""What takes one byte more inside a string; no other character that does is in a strict JSON text."""

_FAILURES = (msgspec.DecodeError, ValueError, RecursionError)


class Histories:
    """Remembers one payload of each trace. Counts are exactly those of `count_messages`."""

    def __init__(self) -> None:
        self._known: dict[bytes, bytes | _History] = {}
        self._held = 0

    def count(self, trace: bytes, token: bytes) -> tuple[int, bool]:
        """`count_messages` of a payload of that trace; `token` is JSON, a string holds JSON itself."""
        known = self._known.get(trace)
        if isinstance(known, bytes):
            known = _History.read(known)
        if known is not None:
            found = known.of_beginning(token)
            if found is not None:
                self._known[trace] = known
                return found
            known = known.continued(token)
            if known is not None:
                self._keep(trace, token, known)
                return known.counts[-1]
        self._keep(trace, token, token)
        return _count(token)

    def _keep(self, trace: bytes, token: bytes, known: bytes | _History) -> None:
        self._held += len(token)
        if self._held > MAX_BYTES:
            self._known.clear()
            self._held = len(token)
        self._known[trace] = known


def _count(token: bytes) -> tuple[int, bool]:
    """A string holds the JSON to count, or none."""
    if token[:1] != b'"':
        return count_messages(token)
    try:
        return count_messages(_text(token))
    except _FAILURES:
        return count_messages(token)


class _Layout(NamedTuple):
    """Where a list of messages lies in its payload: its elements, what separates them, and what surrounds it."""

    head: bytes
    elements: list[Raw]
    separator: bytes
    tail: bytes


class _History(NamedTuple):
    """A payload cut into messages: `ends[offset]` of them end at that offset, `counts` are the results after each."""

    token: bytes
    ends: dict[int, int]
    counts: list[tuple[int, bool]]
    tally: Tally
    separator: bytes
    tail: bytes

    @classmethod
    def read(cls, token: bytes) -> Self | None:
        """None unless the payload is put together in one of the usual ways, so that it can be cut with certainty."""
        text = _unescaped(token)
        layout = _layout(text) if text is not None else None
        tally = Tally()
        counts = count_each(layout.elements, tally) if layout else None
        if layout is None or counts is None:
            return None
        is_text = token[:1] == b'"'
        start = _length(layout.head, is_text) + is_text
        ends = _ends(layout.elements, layout.separator, start, 0, is_text)
        return cls(token, ends, counts, tally, layout.separator, token[max(ends) :])

    def of_beginning(self, token: bytes) -> tuple[int, bool] | None:
        """The count of a payload that is this one cut off after one of its messages."""
        cut = len(token) - len(self.tail)
        number = self.ends.get(cut)
        if number is None or not token.endswith(self.tail) or not token.startswith(self.token[:cut]):
            return None
        return self.counts[number - 1]

    def continued(self, token: bytes) -> Self | None:
        """The history of a payload that is this one with more messages behind its last."""
        last = len(self.token) - len(self.tail)
        if not token.endswith(self.tail) or not token.startswith(self.token[:last]):
            return None
        is_text = token[:1] == b'"'
        added = token[last : len(token) - len(self.tail)]
        text = _unescaped(b'"' + added + b'"') if is_text else added
        if text is None or not text.startswith(self.separator):
            return None
        elements = _cut(b"[" + text[len(self.separator) :] + b"]", self.separator)
        tally = copy(self.tally)
        counts = count_each(elements, tally) if elements else None
        if not elements or counts is None:
            return None
        ends = _ends(elements, self.separator, last + _length(self.separator, is_text), len(self.ends), is_text)
        return self._replace(token=token, ends=self.ends | ends, counts=self.counts + counts, tally=tally)


def _unescaped(token: bytes) -> bytes | None:
    """A string's text when it is escaped as we would, so that lengths can be told; other JSON as it is."""
    if token[:1] != b'"':
        return token
    try:
        text = _text(token)
    except _FAILURES:
        return None
    return text.encode() if _encode(text) == token else None


def _length(text: bytes, is_text: bool) -> int:
    """The bytes a piece of JSON takes, inside a string or not."""
    return len(text) + sum(map(text.count, _ESCAPED)) if is_text else len(text)


def _ends(elements: list[Raw], separator: bytes, start: int, before: int, is_text: bool) -> dict[int, int]:
    ends, between = {}, _length(separator, is_text)
    for number, element in enumerate(elements, start=before + 1):
        start += _length(bytes(element), is_text)
        ends[start] = number
        start += between
    return ends


def _layout(text: bytes) -> _Layout | None:
    """Cut `[..]` or `{.., "messages": [..], ..}`; every byte is accounted for, or it is not cut at all."""
    try:
        if text[:1] != b"{":
            return _layout_of(b"", text, b"")
        members = _members(text)
    except _FAILURES:
        return None
    if "system" in members or "config" in members:
        # These may hold a message of their own, which is counted with the whole payload.
        return None
    for colon, comma in ((b": ", b", "), (b":", b",")):
        written = [_encode(key) + colon + bytes(value) for key, value in members.items()]
        if "messages" in members and b"{" + comma.join(written) + b"}" == text:
            place = list(members).index("messages")
            head = b"".join((b"{", *(member + comma for member in written[:place]), b'"messages"', colon))
            messages = bytes(members["messages"])
            return _layout_of(head, messages, text[len(head) + len(messages) :])
    return None


def _layout_of(head: bytes, messages: bytes, tail: bytes) -> _Layout | None:
    for separator in (b", ", b","):
        elements = _cut(messages, separator)
        if elements:
            return _Layout(head + b"[", elements, separator, b"]" + tail)
    return None


def _cut(messages: bytes, separator: bytes) -> list[Raw] | None:
    """The elements of a list that is nothing but its elements and that separator."""
    try:
        elements = _elements(messages)
    except _FAILURES:
        return None
    return elements if b"[" + separator.join(map(bytes, elements)) + b"]" == messages else None
