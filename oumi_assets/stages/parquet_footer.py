"""The few structures of a Parquet file that must be known to append pages to one: its footer, and a page's header.

Structures are read as they come and written as they were, so that whatever a writer put in them stays.
Source of the numbers: apache/parquet-format, `parquet.thrift`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, BinaryIO

from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer

Struct = dict[int, tuple[int, Any]]
"""A structure: the type and value of each of its fields by number. A list's value is its elements' type and they."""

ROW_GROUPS = 4
GROUP_COLUMNS, GROUP_BYTES, GROUP_ROWS, GROUP_OFFSET, GROUP_COMPRESSED = 1, 2, 3, 5, 6
CHUNK_OFFSET, CHUNK_META = 2, 3
META_TYPE, META_ENCODINGS, META_PATH, META_CODEC, META_VALUES = 1, 2, 3, 4, 5
META_BYTES, META_COMPRESSED, META_FIRST_PAGE = 6, 7, 9
_PAGE_TYPE, _PAGE_BYTES, _PAGE_COMPRESSED, _PAGE_DATA = 1, 2, 3, 5
_DATA_PAGE, _PLAIN, _RLE, _ZSTD = 0, 0, 3, 6

_MAGIC = b"PAR1"
_TAIL_BYTES = 8


def read_footer(file: BinaryIO) -> tuple[int, Struct]:
    """Where the footer begins, and what it says."""
    end = file.seek(-_TAIL_BYTES, os.SEEK_END)
    start = end - int.from_bytes(file.read(4), "little")
    file.seek(start)
    footer: Struct = _read(TCompactProtocol(TMemoryBuffer(file.read(end - start))), TType.STRUCT)
    return start, footer


def group_rows(path: Path) -> list[int]:
    """The rows of each row group of a file."""
    with path.open("rb") as file:
        _, footer = read_footer(file)
    return [group[GROUP_ROWS][1] for group in footer[ROW_GROUPS][1][1]]


def write_footer(file: BinaryIO, footer: Struct) -> None:
    """Write a footer at the file's position, which must be its end."""
    encoded = _encoded(footer)
    file.write(encoded + len(encoded).to_bytes(4, "little") + _MAGIC)


def page_header(rows: int, size: int, compressed: int) -> bytes:
    """The header of a page of so many values, none of them in a list."""
    encodings = ((1, rows), (2, _PLAIN), (3, _RLE), (4, _RLE))
    numbers = ((_PAGE_TYPE, _DATA_PAGE), (_PAGE_BYTES, size), (_PAGE_COMPRESSED, compressed))
    header: Struct = {field: (TType.I32, number) for field, number in numbers}
    header[_PAGE_DATA] = (TType.STRUCT, {field: (TType.I32, number) for field, number in encodings})
    return _encoded(header)


def column_of(chunk: Struct) -> str:
    """The name of a chunk's column, with dots for what is inside a list."""
    path: list[bytes] = chunk[CHUNK_META][1][META_PATH][1][1]
    return b".".join(path).decode()


def replace_chunk(group: Struct, place: int, values: int, first_page: int, size: int, compressed: int) -> None:
    """Let a column of a row group be plain pages of zstd that begin at `first_page`; sizes are with their headers."""
    chunks = group[GROUP_COLUMNS][1][1]
    known: Struct = chunks[place][CHUNK_META][1]
    meta: Struct = {
        META_TYPE: known[META_TYPE],
        META_ENCODINGS: (TType.LIST, (TType.I32, [_PLAIN, _RLE])),
        META_PATH: known[META_PATH],
        META_CODEC: (TType.I32, _ZSTD),
        META_VALUES: (TType.I64, values),
        META_BYTES: (TType.I64, size),
        META_COMPRESSED: (TType.I64, compressed),
        META_FIRST_PAGE: (TType.I64, first_page),
    }
    # Where the group begins is said by its columns, too; of a first column that moved it would be wrong.
    group.pop(GROUP_OFFSET, None)
    chunks[place] = {CHUNK_OFFSET: (TType.I64, 0), CHUNK_META: (TType.STRUCT, meta)}
    for total, field in ((GROUP_BYTES, META_BYTES), (GROUP_COMPRESSED, META_COMPRESSED)):
        kind, before = group[total]
        group[total] = (kind, before - known[field][1] + meta[field][1])


def _encoded(struct: Struct) -> bytes:
    memory = TMemoryBuffer()
    _write(TCompactProtocol(memory), TType.STRUCT, struct)
    return bytes(memory.getvalue())


def _read(source: Any, kind: int) -> Any:
    if kind == TType.STRUCT:
        return _read_struct(source)
    if kind == TType.LIST:
        element, length = source.readListBegin()
        values = [_read(source, element) for _ in range(length)]
        source.readListEnd()
        return element, values
    return getattr(source, f"read{_SCALARS[kind]}")()


def _read_struct(source: Any) -> Struct:
    fields: Struct = {}
    source.readStructBegin()
    while (field := source.readFieldBegin())[1] != TType.STOP:
        _, kind, number = field
        fields[number] = (kind, _read(source, kind))
        source.readFieldEnd()
    source.readStructEnd()
    return fields


def _write(target: Any, kind: int, value: Any) -> None:
    if kind == TType.STRUCT:
        _write_struct(target, value)
    elif kind == TType.LIST:
        element, values = value
        target.writeListBegin(element, len(values))
        for one in values:
            _write(target, element, one)
        target.writeListEnd()
    else:
        getattr(target, f"write{_SCALARS[kind]}")(value)


def _write_struct(target: Any, fields: Struct) -> None:
    target.writeStructBegin("")
    for number, (kind, value) in sorted(fields.items()):
        target.writeFieldBegin("", kind, number)
        _write(target, kind, value)
        target.writeFieldEnd()
    target.writeFieldStop()
    target.writeStructEnd()


_SCALARS = {
    TType.BOOL: "Bool",
    TType.BYTE: "Byte",
    TType.I16: "I16",
    TType.I32: "I32",
    TType.I64: "I64",
    TType.DOUBLE: "Double",
    TType.STRING: "Binary",
}
