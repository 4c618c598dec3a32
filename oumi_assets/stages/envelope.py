"""One line of conversations.jsonl, put together from texts that are JSON already.

Nothing here reads or writes files. A trace whose rows are very many bytes is escaped row by row, so that
its line never exists as a whole.
"""

from __future__ import annotations

import io
import mmap
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

GIANT_BYTES = 8 << 20
"""From here on a trace's rows are escaped one by one, and its line is written in pieces."""

_encode = msgspec.json.Encoder().encode


class Envelope(NamedTuple):
    """A kept conversation: JSON texts of messages and tools, what is known of its trace, where its rows lie."""

    conversation_id: str
    messages: str
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


def envelope_bytes(envelope: Envelope, data: mmap.mmap | bytes, raw: bytes) -> Iterator[bytes]:
    """The line in pieces, its newline last; `raw` is the envelope's `source_raw`."""
    yield _head(envelope)
    if sum(envelope.lengths) < GIANT_BYTES:
        yield _encode(str(raw, "utf-8"))
    else:
        before = b'"['
        for line in _lines(data, envelope):
            yield before + _encode(str(line, "utf-8"))[1:-1]
            before = b","
        yield b']"'
    yield b"}}\n"


def _lines(data: mmap.mmap | bytes, envelope: Envelope) -> Iterator[bytes]:
    return (data[offset : offset + length] for offset, length in zip(envelope.offsets, envelope.lengths, strict=True))


def _head(envelope: Envelope) -> bytes:
    """Everything up to the value of `source_raw`. A session that is not known is left out, not null."""
    name = _encode(envelope.conversation_id)
    parts = [b'{"conversation_id":', name, b',"messages":', envelope.messages.encode()]
    if envelope.tools is not None:
        parts += [b',"tools":', envelope.tools.encode()]
    parts += [b',"metadata":{"source_platform":', _encode(envelope.platform), b',"source_trace_id":', name]
    parts += [b',"source_trace_name":', _encode(envelope.trace_name)]
    if envelope.session_id is not None:
        parts += [b',"source_session_id":', _encode(envelope.session_id)]
    parts += [b',"source_sequence_key":', _encode(envelope.sequence_key), b',"source_raw":']
    return b"".join(parts)
