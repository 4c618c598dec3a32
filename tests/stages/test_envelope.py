"""Rule 14: `source_raw` is the same whether it is written at once or in blocks."""

from __future__ import annotations

import json
from itertools import accumulate

import pytest

from oumi_assets.stages.envelope import (
    Blocks,
    Envelope,
    append_envelope,
    append_giant,
    rows_of,
    source_raw,
    source_raw_parts,
)

ROWS = ['{"a": 1}', '{"é": "߿ऀ\uffff 😀\U0010ffff"}', '{"b": "\\ud83d \\" \x7f"}', "{}"]
LINES = [row.encode() for row in ROWS]


def _envelope(lines: list[bytes]) -> Envelope:
    ends = list(accumulate(len(line) + 1 for line in lines))
    offsets = [end - len(line) - 1 for end, line in zip(ends, lines, strict=True)]
    messages = '[{"role":"user","content":"ü"}]'.encode()
    return Envelope("t", messages, None, "langfuse", None, None, None, offsets, [len(line) for line in lines])


def _written(envelope: Envelope, rows: list[bytes], parts: list[bytes], size: int) -> list[bytes]:
    """Its line at once and in parts, both through blocks of a size."""
    pieces: list[bytes] = []
    out = Blocks(lambda piece: pieces.append(bytes(piece)), size)
    append_envelope(out, envelope, rows)
    append_giant(out, envelope, parts)
    out.flush()
    return b"".join(pieces).splitlines(keepends=True)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_line_written_in_blocks_is_the_line_written_at_once(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block must not end inside a character: half of one is no text."""
    lines = LINES[:count]
    data, envelope = b"\n".join(lines), _envelope(lines)
    rows = rows_of(data, envelope)
    whole = source_raw(rows)
    assert whole == b"[" + b",".join(lines) + b"]"
    assert envelope.raw_size == len(whole)
    for block in range(4, 24):
        monkeypatch.setattr("oumi_assets.stages.envelope._BLOCK", block)
        parts = list(source_raw_parts(data, envelope))
        assert b"".join(parts) == whole
        assert all(len(part) <= block for part in parts)
        at_once, in_parts = _written(envelope, rows, parts, block)
        assert at_once == in_parts
        assert json.loads(at_once)["metadata"]["source_raw"].encode() == whole
