"""One line of conversations.jsonl, put together from texts that are JSON already.

Nothing here reads or writes files. A trace whose rows are very many bytes is escaped block by block, so that
its line never exists as a whole.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

import msgspec

_BLOCK = 1 << 20

_encoder = msgspec.json.Encoder()
_encode = _encoder.encode
_OPENING, _COMMA = b"[,"


class Envelope(NamedTuple):
    """A kept conversation: JSON texts of messages and tools, what is known of its trace, where its rows lie."""

    conversation_id: str
    messages: bytes
    tools: str | None
    platform: str
    trace_name: str | None
    session_id: str | None
    sequence_key: str | None
    offsets: list[int]
    lengths: list[int]

    @property
    def raw_size(self) -> int:
        """The bytes of `source_raw`: the lines, and a bracket or comma around each."""
        return sum(self.lengths) + len(self.lengths) + 1

    def tabular(self, messages: bytes) -> tuple[object, ...]:
        """The row of dataset.parquet that polars is to write: with these messages, and without `source_raw`."""
        trace = (self.conversation_id, self.trace_name, self.session_id, self.sequence_key)
        return (self.conversation_id, messages, self.tools, self.platform, *trace, b"")


def rows_of(data: mmap.mmap | bytes, envelope: Envelope) -> list[bytes]:
    """The trace's lines."""
    return [data[offset : offset + length] for offset, length in zip(envelope.offsets, envelope.lengths, strict=True)]


def source_raw(rows: list[bytes]) -> bytes:
    """Rule 14: the trace's lines, byte for byte, as a JSON array."""
    # One copy of it all, not one for each bracket.
    return b"".join([b"[", rows[0], *chain.from_iterable((b",", row) for row in rows[1:]), b"]"])


def source_raw_parts(data: mmap.mmap | bytes, envelope: Envelope) -> Iterator[bytes]:
    """The same in small pieces, for one that is too large to exist as a whole."""
    before = b"["
    for offset, length in zip(envelope.offsets, envelope.lengths, strict=True):
        yield before
        yield from _blocks(data, offset, offset + length)
        before = b","
    yield b"]"


def append_envelope(out: Blocks, envelope: Envelope, rows: list[bytes]) -> None:
    """Write the envelope's line, its newline last."""
    _append_head(out, envelope)
    out.block += b'"['
    before = _OPENING
    for row in rows:
        # Row by row: one character outside Latin-1 makes all the text it is in slow and large. Each text is
        # encoded over the last byte, which its opening quote takes; its closing quote is the next one's last byte.
        place = len(out.block) - 1
        _encoder.encode_into(str(row, "utf-8"), out.block, place)
        out.block[place] = before
        before = _COMMA
    out.block[-1:] = b']"}}\n'
    out.write_if_full()


def append_giant(out: Blocks, envelope: Envelope, parts: Iterable[bytes]) -> None:
    """The same with a `source_raw` in small pieces."""
    _append_head(out, envelope)
    out.block += b'"'
    for part in parts:
        out.block += _encode(str(part, "utf-8"))[1:-1]
        out.write_if_full()
    out.block += b'"}}\n'


class Blocks:
    """Bytes to be written, gathered in `block` until they are worth it."""

    def __init__(self, write: Callable[[bytes | bytearray], object], block_bytes: int) -> None:
        self.block = bytearray()
        self._write = write
        self._block_bytes = block_bytes

    def write_if_full(self) -> None:
        """Write the block once it is worth it."""
        if len(self.block) >= self._block_bytes:
            self.flush()

    def write_whole(self, part: bytes) -> None:
        """Write something large as it is: gathering would be a copy."""
        self.flush()
        self._write(part)

    def flush(self) -> None:
        """Write what is there."""
        full, self.block = self.block, bytearray()
        self._write(full)


def _blocks(data: mmap.mmap | bytes, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a line in blocks, each of whole characters."""
    while start < end:
        stop = min(start + _BLOCK, end)
        while stop < end and data[stop] & 0b1100_0000 == 0b1000_0000:
            stop -= 1
        yield data[start:stop]
        start = stop


def _append_head(out: Blocks, envelope: Envelope) -> None:
    """Everything up to the value of `source_raw`. A session that is not known is left out, not null."""
    name = _encode(envelope.conversation_id)
    out.block += b'{"conversation_id":' + name + b',"messages":'
    if len(envelope.messages) < _BLOCK:
        out.block += envelope.messages
    else:
        out.write_whole(envelope.messages)
    parts = []
    if envelope.tools is not None:
        parts += [b',"tools":', envelope.tools.encode()]
    parts += [b',"metadata":{"source_platform":', _encode(envelope.platform), b',"source_trace_id":', name]
    parts += [b',"source_trace_name":', _encode(envelope.trace_name)]
    if envelope.session_id is not None:
        parts += [b',"source_session_id":', _encode(envelope.session_id)]
    parts += [b',"source_sequence_key":', _encode(envelope.sequence_key), b',"source_raw":']
    out.block += b"".join(parts)
