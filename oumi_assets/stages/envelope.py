"""One line of conversations.jsonl, put together from texts that are JSON already.

Nothing here reads or writes files. A trace whose rows are very many bytes is escaped block by block, so that
its line never exists as a whole.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

_BLOCK = 1 << 20

_encode = msgspec.json.Encoder().encode


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

    def tabular(self, messages: bytes, raw: bytes) -> tuple[object, ...]:
        """The same as a row of dataset.parquet, of such messages."""
        trace = (self.conversation_id, self.trace_name, self.session_id, self.sequence_key)
        return (self.conversation_id, messages, self.tools, self.platform, *trace, raw)


def source_raw(data: mmap.mmap | bytes, envelope: Envelope) -> bytes:
    """Rule 14: the trace's lines, byte for byte, as a JSON array."""
    return b"[" + b",".join(_lines(data, envelope)) + b"]"


def source_raw_parts(data: mmap.mmap | bytes, envelope: Envelope) -> Iterator[bytes]:
    """The same in small pieces, for one that is too large to exist as a whole."""
    before = b"["
    for offset, length in zip(envelope.offsets, envelope.lengths, strict=True):
        yield before
        yield from _blocks(data, offset, offset + length)
        before = b","
    yield b"]"


def envelope_bytes(envelope: Envelope, data: mmap.mmap | bytes, raw: bytes | None) -> Iterator[bytes]:
    """The line in pieces, its newline last; `raw` is the envelope's `source_raw`, None for a giant's."""
    yield from _head(envelope)
    if raw is not None:
        yield _encode(str(raw, "utf-8"))
    else:
        yield b'"'
        for part in source_raw_parts(data, envelope):
            yield _encode(str(part, "utf-8"))[1:-1]
        yield b'"'
    yield b"}}\n"


def _blocks(data: mmap.mmap | bytes, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a line in blocks, each of whole characters."""
    while start < end:
        stop = min(start + _BLOCK, end)
        while stop < end and data[stop] & 0b1100_0000 == 0b1000_0000:
            stop -= 1
        yield data[start:stop]
        start = stop


def _lines(data: mmap.mmap | bytes, envelope: Envelope) -> Iterator[bytes]:
    return (data[offset : offset + length] for offset, length in zip(envelope.offsets, envelope.lengths, strict=True))


def _head(envelope: Envelope) -> Iterator[bytes]:
    """Everything up to the value of `source_raw`. A session that is not known is left out, not null."""
    name = _encode(envelope.conversation_id)
    yield b'{"conversation_id":' + name + b',"messages":'
    # By itself: messages can be giants, too.
    yield envelope.messages
    parts = []
    if envelope.tools is not None:
        parts += [b',"tools":', envelope.tools.encode()]
    parts += [b',"metadata":{"source_platform":', _encode(envelope.platform), b',"source_trace_id":', name]
    parts += [b',"source_trace_name":', _encode(envelope.trace_name)]
    if envelope.session_id is not None:
        parts += [b',"source_session_id":', _encode(envelope.session_id)]
    parts += [b',"source_sequence_key":', _encode(envelope.sequence_key), b',"source_raw":']
    yield b"".join(parts)
