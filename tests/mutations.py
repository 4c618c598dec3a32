"""Damage as it happens to real exports: bytes flipped, lines cut, fields swapped, types changed, rows lost or repeated."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from paths import FIXTURES

EXPORTS = sorted(
    path for path in [*FIXTURES.glob("lang*/*.jsonl"), *FIXTURES.glob("bad/*.jsonl")] if path.stat().st_size < 120_000
)

ODD_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 7, 10**18, 10**30, 1.5, float("nan"), float("inf"), "", " ", "null", "[]", "{}", "{broken"),
    *([], {}, [None], [[]], [{}], {"": None}, "\ud800", "\0", "\u2028", "x" * 3000, "2026-05-19", "assistant", "tool"),
    *(["text"], {"type": ["text"]}, {"role": "user"}, {"content": []}, [{"type": "text"}], {"name": 5}),
    *({"messages": None}, [["ai", "x"]], "t-trace"),
]

# Python's encoder writes no such numbers: they are put in as texts, and the quotes taken off at the end.
ODD_NUMBERS = ["@1.10@", "@1e400@", "@-0@", "@-1E-5@", f"@{'9' * 5000}@", "@1234567890123456789012@", "@NaN@"]
_NUMBER = re.compile(rb'\\*"@([^"@]+)@\\*"')

Mutation = Callable[[Random, list[bytes]], None]


def mutated(export: Path, seed: int, times: int) -> bytes:
    """The export after a number of random mutations; the same for the same seed."""
    return _after(MUTATIONS, Random(seed), export.read_bytes().split(b"\n"), times)


def odd_rows(row: bytes, number: int) -> Iterator[bytes]:
    """The row so many times, one to three of its values odd, gone or changed for each other; the same for the same row."""
    random = Random(row)
    for _ in range(number):
        yield _after(_OF_VALUES, random, [row], random.randint(1, 3))


def _after(mutations: Sequence[Mutation], random: Random, lines: list[bytes], times: int) -> bytes:
    for _ in range(times):
        random.choice(mutations)(random, lines)
    return _NUMBER.sub(rb"\1", b"\n".join(lines))


def _flip_bytes(random: Random, lines: list[bytes]) -> None:
    at = random.randrange(len(lines))
    line = bytearray(lines[at])
    for _ in range(min(random.randint(1, 4), len(line))):
        line[random.randrange(len(line))] = random.randrange(256)
    lines[at] = bytes(line)


def _cut_line(random: Random, lines: list[bytes]) -> None:
    at = random.randrange(len(lines))
    lines[at] = lines[at][: random.randint(0, len(lines[at]))]


def _delete_line(random: Random, lines: list[bytes]) -> None:
    if len(lines) > 1:
        del lines[random.randrange(len(lines))]


def _repeat_line(random: Random, lines: list[bytes]) -> None:
    lines.insert(random.randint(0, len(lines)), random.choice(lines))


def _join_lines(random: Random, lines: list[bytes]) -> None:
    if len(lines) > 1:
        at = random.randrange(len(lines) - 1)
        lines[at : at + 2] = [lines[at] + lines[at + 1]]


def _change_value(random: Random, lines: list[bytes]) -> None:
    _edit(random, lines, lambda holder, key: holder.__setitem__(key, random.choice([*ODD_VALUES, *ODD_NUMBERS])))


def _swap_values(random: Random, lines: list[bytes]) -> None:
    def swap(holder: Any, key: Any) -> None:
        other = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        holder[key], holder[other] = holder[other], holder[key]

    _edit(random, lines, swap)


def _delete_value(random: Random, lines: list[bytes]) -> None:
    _edit(random, lines, lambda holder, key: holder.__delitem__(key))


def _edit(random: Random, lines: list[bytes], change: Callable[[Any, Any], None]) -> None:
    """Change one place of one row, inside its payload strings too."""
    at = random.randrange(len(lines))
    try:
        row = json.loads(lines[at])
    except (ValueError, RecursionError):
        return
    if isinstance(row, dict) and row:
        _edit_inside(random, row, change)
        lines[at] = json.dumps(row, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def _edit_inside(random: Random, holder: Any, change: Callable[[Any, Any], None]) -> None:
    key = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    value = holder[key]
    if random.random() < 0.3:
        change(holder, key)
    elif isinstance(value, (dict, list)) and value:
        _edit_inside(random, value, change)
    elif isinstance(value, str) and value[:1] in ("{", "["):
        holder[key] = _edited_text(random, value, change)
    else:
        change(holder, key)


def _edited_text(random: Random, text: str, change: Callable[[Any, Any], None]) -> str:
    try:
        inner = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if inner:
        _edit_inside(random, inner, change)
    return json.dumps(inner)


_OF_VALUES: list[Mutation] = [_change_value, _change_value, _change_value, _swap_values, _swap_values, _delete_value]
MUTATIONS: list[Mutation] = [_flip_bytes, _cut_line, _delete_line, _repeat_line, _join_lines, *_OF_VALUES]
