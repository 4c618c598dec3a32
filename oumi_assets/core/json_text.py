"""Reading and writing JSON without changing what it says.

Numbers keep their tokens (30-digit integers, `1.10`, `1e400`): whatever Python cannot hold
exactly is carried as `msgspec.Raw` and written out verbatim. Where the strict parser refuses
what platforms really write (NaN, raw control characters, lone surrogate escapes), Python's own
parser reads it; lone surrogates become U+FFFD, NaN and infinities become null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Raw


class NotJson(ValueError):
    """The text is not one JSON value, even for a lenient reader."""


class NestedTooDeep(NotJson):
    """Nested deeper than `MAX_DEPTH`, or than a parser goes: nothing a chat logs does."""


MAX_DEPTH = 400
"""How many lists and objects may lie within each other, in what is read and in what is written.

A limit of ours, since the parsers' depends on the version of Python and on where they are called from; none is as low.
"""

MOST_DIGITS = 4300
"""Of an integer that Python converts; of what has more, the token is carried."""


def _number(token: str) -> float | Raw:
    value, written = float(token), token.encode()
    # Python writes 1e-05 where our encoder writes 0.00001.
    return value if _encode(value) == written else Raw(written)


def _integer(token: str) -> int | Raw:
    return int(token) if len(token) <= MOST_DIGITS and token != "-0" else Raw(token.encode())


# The strict parser reads an integer -0 as 0. A text may say so too; the lenient parser reads that as well.
_NEGATIVE_ZERO = re.compile(r"-0(?=[\s,\]}]|\Z)")
_NEGATIVE_ZERO_BYTES = re.compile(rb"-0(?=[\s,\]}]|\Z)")

_strict = msgspec.json.Decoder(float_hook=_number)
_lenient = json.JSONDecoder(strict=False, parse_float=_number, parse_int=_integer, parse_constant=lambda _: None)
_encode = msgspec.json.Encoder(decimal_format="number").encode
_encode_sorted = msgspec.json.Encoder(order="deterministic").encode


def parse(text: bytes | str) -> Any:
    """The value of one JSON text. Raises `NotJson` (or `NestedTooDeep`, beyond `MAX_DEPTH`); never guesses."""
    value = _parse(text)
    if len(text) > 2 * MAX_DEPTH:
        _refuse_deep(value, text)
    return value


def _parse(text: bytes | str) -> Any:
    found = _NEGATIVE_ZERO.search(text) if isinstance(text, str) else _NEGATIVE_ZERO_BYTES.search(text)
    if found:
        return _parse_lenient(text)
    try:
        return _strict.decode(text)
    except RecursionError:
        raise NestedTooDeep from None
    except (msgspec.DecodeError, ValueError):
        return _parse_lenient(text)


def parse_or(text: bytes | str, otherwise: Any) -> Any:
    """The value of one JSON text; something else where it is none."""
    try:
        return parse(text)
    except NotJson:
        return otherwise


def parse_fields(row: msgspec.Struct, fields: Iterable[str]) -> dict[str, Any]:
    """The values of a struct's `Raw` fields, without those that are unset. Raises `NotJson`."""
    return {field: parse(bytes(token)) for field in fields if (token := getattr(row, field)) is not msgspec.UNSET}


def _parse_lenient(text: bytes | str) -> Any:
    try:
        return scrub(parse_as_logged(text.decode() if isinstance(text, bytes) else text))
    except RecursionError:
        raise NestedTooDeep from None
    except UnicodeDecodeError:
        raise NotJson from None


def parse_as_logged(text: str) -> Any:
    """A lenient parse that keeps lone surrogates, for ids that are compared as they were. Raises `NotJson`."""
    try:
        return _lenient.decode(text.strip(" \t\r\n"))
    except RecursionError:
        raise NestedTooDeep from None
    except ValueError:
        raise NotJson from None


def scrub(value: Any) -> Any:
    """The same value with lone surrogates replaced by U+FFFD, in keys too."""
    if isinstance(value, str):
        return scrub_text(value)
    # By `map`: of a comprehension, a level would take two of Python's frames instead of one.
    if isinstance(value, list):
        return list(map(scrub, value))
    if isinstance(value, dict):
        return dict(zip(map(scrub_text, value), map(scrub, value.values()), strict=True))
    return value


def scrub_text(text: str) -> str:
    """The same text with lone surrogates replaced by U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # utf-16 joins a high and a low surrogate that were escaped apart from each other.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def dump(value: Any) -> str:
    """Compact JSON text, keys in their order, number tokens unchanged, no ASCII escaping."""
    return _encode(value).decode()


def dump_bytes(value: Any) -> bytes:
    """The same in UTF-8, for what is large: as a Python text, one character outside Latin-1 doubles all of it."""
    return _encode(value)


def dump_readable(value: Any) -> str:
    """Compact JSON text that other people's parsers can read, too. Raises `NestedTooDeep` beyond `MAX_DEPTH`."""
    try:
        text = dump(value)
    except RecursionError:
        raise NestedTooDeep from None
    _refuse_deep(value, text)
    return text


def _refuse_deep(value: Any, text: bytes | str) -> None:
    # Only where there are as many brackets at all: looking takes longer than writing.
    brackets = text.count("[") + text.count("{") if isinstance(text, str) else text.count(b"[") + text.count(b"{")
    if brackets > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise NestedTooDeep


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether there are lists and objects within each other beyond so many levels."""
    level = [value]
    for _ in range(levels):
        level = [inner for outer in level for inner in _inner(outer)]
        if not level:
            return False
    return any(isinstance(value, dict | list) for value in level)


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def canonical(value: Any) -> bytes:
    """JSON bytes equal for equal values whatever their key order; for comparing, not for users."""
    return _encode_sorted(value)


def number_text(value: Any) -> str | None:
    """The token of a number as it was written, or None for anything else."""
    if isinstance(value, Raw):
        return bytes(value).decode()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return dump(value)
    return None
