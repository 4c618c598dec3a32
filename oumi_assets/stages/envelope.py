"""One line of conversations.jsonl, put together from texts that are JSON already.

Nothing here reads or writes files. A trace whose rows are very many bytes is escaped row by row, so that
its line never exists as a whole.
"""

from __future__ import annotations

import io
import mmap
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

GIANT_BYTES = 8 << 20
"""From here on the parts of a trace are never all in memory at a time."""

_encoder = msgspec.json.Encoder()
_encode = _encoder.encode
_BRACKET, _COMMA = b"[,"


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

    def tabular(self, raw: bytes) -> tuple[object, ...]:
        """The same as a row of dataset.parquet."""
        trace = (self.conversation_id, self.trace_name, self.session_id, self.sequence_key)
        return (self.conversation_id, self.messages, self.tools, self.platform, *trace, raw)


def source_raw(data: mmap.mmap | bytes, envelope: Envelope) -> bytes:
    """Rule 14: the trace's lines, byte for byte, as a JSON array."""
    if sum(envelope.lengths) < GIANT_BYTES:
        return b"[" + b",".join(_lines(data, envelope)) + b"]"
    # Joining would hold all the lines beside the result.
    joined = io.BytesIO()
    before = b"["
    for line in _lines(data, envelope):
        joined.write(before)
        joined.write(line)
        before = b","
    joined.write(b"]")
    return joined.getvalue()


def append_envelope(out: Blocks, envelope: Envelope, data: mmap.mmap | bytes) -> None:
    """Write the envelope's line, its newline last."""
    out.block += _head(envelope)
    out.block += b'"['
    before = _BRACKET
    for line in _lines(data, envelope):
        # Line by line: one character outside Latin-1 makes all the text it is in slow and large. Each text is
        # encoded over the last byte, which its opening quote takes; its closing quote is the next one's last byte.
        place = len(out.block) - 1
        _encoder.encode_into(str(line, "utf-8"), out.block, place)
        out.block[place] = before
        before = _COMMA
        out.written_but(1)
    out.block[-1:] = b']"}}\n'
    out.written_but(0)


class Blocks:
    """Bytes to be written, gathered in `block` until they are worth it."""

    def __init__(self, write: Callable[[bytearray], object], block_bytes: int) -> None:
        self.block = bytearray()
        self._write = write
        self._block_bytes = block_bytes

    def written_but(self, kept: int) -> None:
        """Write the block if it is full, but for some bytes at its end that are still to be changed."""
        if len(self.block) >= self._block_bytes:
            self.flush(kept)

    def flush(self, kept: int = 0) -> None:
        """Write what is there."""
        full, self.block = self.block, self.block[len(self.block) - kept :]
        del full[len(full) - kept :]
        self._write(full)


def _lines(data: mmap.mmap | bytes, envelope: Envelope) -> Iterator[bytes]:
    return (data[offset : offset + length] for offset, length in zip(envelope.offsets, envelope.lengths, strict=True))


def _head(envelope: Envelope) -> bytes:
    """Everything up to the value of `source_raw`. A session that is not known is left out, not null."""
    name = _encode(envelope.conversation_id)
    parts = [b'{"conversation_id":', name, b',"messages":', envelope.messages]
    if envelope.tools is not None:
        parts += [b',"tools":', envelope.tools.encode()]
    parts += [b',"metadata":{"source_platform":', _encode(envelope.platform), b',"source_trace_id":', name]
    parts += [b',"source_trace_name":', _encode(envelope.trace_name)]
    if envelope.session_id is not None:
        parts += [b',"source_session_id":', _encode(envelope.session_id)]
    parts += [b',"source_sequence_key":', _encode(envelope.sequence_key), b',"source_raw":']
    return b"".join(parts)
