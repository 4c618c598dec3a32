"""Rule 18: when one conversation is the beginning of another, compared as what was said and not as it was written."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import Raw

from oumi_assets.core.json_text import MAX_DEPTH, NotJson, canonical, parse

HASH_BYTES = 16

_LONGEST_INTEGER = 25
"""Digits of a whole number that is compared as one; a longer one as its digits and their exponent.

Of `1e4000` the digits would be a thousand times what was logged.
"""

_NUMBER_OF_MANY_FORMS = re.compile(rf"[0-9](?:\.[0-9]|[eE])|-0|[0-9]{{{_LONGEST_INTEGER + 1}}}")
_LONG_INTEGER = re.compile(rf"[0-9]{{{_LONGEST_INTEGER + 1}}}")
_SHORT = 2 * MAX_DEPTH
"""A text of so many characters is no deeper than `parse` goes."""

_KNOWN_PARTS = frozenset({"text", "image_url", "input_audio", "file"})
_COSMETIC = frozenset(
    {"index", "annotations", "citations", "cache_control", "cacheControl", "providerOptions", "providerMetadata"}
)
"""Keys of a part that differ from turn to turn while it says the same: Anthropic's cache mark, for one.

Of a part that nobody knows they may be what it says.
"""

Comparable = tuple[str, Any, Sequence[tuple[str, str, Any]], str, str]
"""Role, content, tool calls as `comparable_call` gives them, the id that a result answers, name; "" for what is missing."""


def prefix_hashes(messages: list[dict[str, Any]]) -> bytes:
    """One 16-byte hash for every prefix that ends with an assistant's message, shortest first, and the whole's, joined.

    A call is a candidate only if its conversation ends with the assistant's reply, so hardly any other prefix can be
    one: of stitched calls, a reply may have become the result of a tool that is called like the assistant. A prefix's
    hash covers all its messages: two prefixes are equal when their hashes are.
    """
    return hashes_of(map(_comparable, messages))


def hashes_of(comparables: Iterable[Comparable]) -> bytes:
    """`prefix_hashes` of messages given as what they are compared by, for callers that hold no dictionaries."""
    running = hashlib.blake2b(digest_size=HASH_BYTES)
    hashes = []
    turn: list[Comparable] = []
    for comparable in comparables:
        turn.append(comparable)
        if comparable[0] == "assistant":
            # One JSON value after the other: where each ends needs no telling.
            running.update(canonical(turn))
            hashes.append(running.digest())
            turn = []
    if turn:
        running.update(canonical(turn))
        hashes.append(running.digest())
    return b"".join(hashes)


def split_hashes(joined: bytes) -> list[bytes]:
    """The hashes one by one."""
    return [digest for (digest,) in _each(joined)]


_each = struct.Struct(f"{HASH_BYTES}s").iter_unpack


def _comparable(message: dict[str, Any]) -> Comparable:
    """Null, "" and missing are equal."""
    content = message.get("content")
    return (
        message["role"],
        content if type(content) is str else _parts(content or ()) or "",
        [
            comparable_call(call["id"], call["function"]["name"], call["function"]["arguments"])
            for call in message.get("tool_calls", ())
        ],
        message.get("tool_call_id") or "",
        message.get("name") or "",
    )


def comparable_call(call_id: str, name: str, arguments: str) -> tuple[str, str, Any]:
    """A call by its id, its function and what its arguments say."""
    return call_id, name, _arguments(arguments)


def _arguments(text: str) -> Any:
    if len(text) <= _SHORT:
        try:
            value = _exactly(text)
            return "json", _with_numbers(value) if _LONG_INTEGER.search(text) else value
        except (msgspec.DecodeError, ValueError):
            pass  # What only a lenient parser reads.
    try:
        value = parse(text)
    except NotJson:
        return "text", text
    return "json", _with_numbers(value) if _NUMBER_OF_MANY_FORMS.search(text) else value


def _with_numbers(value: Any) -> Any:
    """The value with each number in one form: 1.10 is 1.1, and 1.0 is 1, as JavaScript writes it."""
    if isinstance(value, list):
        return list(map(_with_numbers, value))
    if isinstance(value, dict):
        return dict(zip(value, map(_with_numbers, value.values()), strict=True))
    return _number(value) if isinstance(value, int | float | Raw) and not isinstance(value, bool) else value


def _number(value: int | float | Raw) -> int | Raw:
    return _exact(bytes(value).decode() if isinstance(value, Raw) else repr(value))


def _exact(token: str) -> int | Raw:
    """A number in one form, and exactly: two tokens that a float cannot tell apart are two numbers."""
    try:
        sign, digits, exponent = Decimal(token).as_tuple()
    except InvalidOperation:
        return Raw(token.encode())
    if not any(digits):
        return 0
    if not isinstance(exponent, int):
        return Raw(token.encode())
    written = "".join(map(str, digits))
    told = written.rstrip("0")
    exponent += len(written) - len(told)
    minus = "-" if sign else ""
    if exponent >= 0 and len(told) + exponent <= _LONGEST_INTEGER:
        return int(f"{minus}{told}{'0' * exponent}")
    return Raw(f"{minus}{told}e{exponent}".encode())


_exactly = msgspec.json.Decoder(float_hook=_exact).decode


def _parts(content: Iterable[Any]) -> list[Any]:
    """Content in parts without what only says how they were sent or shown."""
    return [_without_nulls(_told(part) if isinstance(part, dict) else part) for part in content]


def _told(part: dict[str, Any]) -> dict[str, Any]:
    if part.get("type") not in _KNOWN_PARTS:
        return part
    return {key: value for key, value in part.items() if key not in _COSMETIC}


def _without_nulls(value: Any) -> Any:
    # By `map`: of a comprehension, a level would take two of Python's frames instead of one.
    if isinstance(value, list):
        return list(map(_without_nulls, value))
    if isinstance(value, dict):
        given = {key: item for key, item in value.items() if item is not None}
        return dict(zip(given, map(_without_nulls, given.values()), strict=True))
    return value
