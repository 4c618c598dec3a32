"""Which platform an upload comes from, or what it is instead, told from a sample of its bytes.

The sample decides only what to scan for: rows of the other platform anywhere in the file are
found by the scan itself.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from oumi_assets.core.errors import (
    EmptyFile,
    LangfuseTracesTable,
    LangSmithDatasetExport,
    NotJsonl,
    PlatformMismatch,
    UnknownExport,
)
from oumi_assets.core.json_text import NotJson, parse_as_logged
from oumi_assets.langfuse.signature import is_traces_table_row
from oumi_assets.langsmith.signature import is_dataset_row
from oumi_assets.platforms import LANGFUSE, PLATFORMS, Platform, other_platform

SUFFIXES = (".jsonl", ".jsonl.gz")
_BOM = b"\xef\xbb\xbf"
_BINARY_STARTS = {
    b"\xff\xfe": "it is UTF-16 text",
    b"\xfe\xff": "it is UTF-16 text",
    b"PK\x03\x04": "it is a zip archive",
    b"PAR1": "it is a Parquet file",
    b"%PDF": "it is a PDF",
}


class Sample(NamedTuple):
    """The first bytes of an upload, and whole lines from all over it."""

    head: bytes
    lines: list[bytes]


def check_name(name: str, platform: str | None) -> None:
    """Refuse a file that is not named `.jsonl` or `.jsonl.gz`."""
    if not name.lower().endswith(SUFFIXES):
        raise NotJsonl("its name ends otherwise", platform)


def detect(sample: Sample, declared: str | None) -> Platform:
    """The platform to read the file as. Raises one of our errors when it is no trace export.

    A declared platform also serves a file that the sample did not recognise.
    """
    objects = [fields for fields in map(_signature_fields, sample.lines) if fields is not None]
    _refuse_other_formats(sample, declared, bool(objects))
    found = Counter(platform.name for fields in objects for platform in PLATFORMS.values() if platform.is_row(fields))
    if declared is not None:
        platform = PLATFORMS[declared]
        other = other_platform(platform)
        if found[other.name] and not found[declared]:
            raise PlatformMismatch(declared, other.name)
        if found[declared]:
            return platform
    elif found:
        # Ties are files of both platforms: the scan names the first line of the other one.
        return PLATFORMS[max(found, key=lambda name: (found[name], name == LANGFUSE.name))]
    _refuse_known_others(objects)
    if declared is None:
        raise UnknownExport(len(sample.lines))
    return PLATFORMS[declared]


def _refuse_known_others(objects: list[dict[str, Any]]) -> None:
    if objects and all(is_dataset_row(fields) for fields in objects):
        raise LangSmithDatasetExport
    if objects and all(is_traces_table_row(fields) for fields in objects):
        raise LangfuseTracesTable


def _refuse_other_formats(sample: Sample, declared: str | None, has_objects: bool) -> None:
    head = sample.head.removeprefix(_BOM).lstrip()
    if not head:
        raise EmptyFile
    for start, what in _BINARY_STARTS.items():
        if sample.head.startswith(start):
            raise NotJsonl(what, declared)
    guess = declared or _guess_platform(sample.head)
    if _is_array(head, sample.lines):
        raise NotJsonl("it is one JSON array (the JSON export), not one row a line", guess)
    if has_objects:
        if any({"trace", "observations"} <= fields.keys() for fields in _first_objects(sample)):
            raise NotJsonl("it is the download of a single trace {trace, observations}", guess)
        return
    if b"\0" in sample.head:
        raise NotJsonl("it is a binary file", declared)
    if b"\r" in sample.head.strip() and b"\n" not in sample.head:
        raise NotJsonl("its lines end in carriage returns only (old Mac line ends)", guess)
    if head[:1] == b"{" and not _complete(sample.lines):
        raise NotJsonl("it is a JSON object spread over lines", guess)
    if head[:1] not in (b"{", b"[") and b"," in head.split(b"\n", 1)[0]:
        raise NotJsonl("it looks like a CSV table", guess)


def _first_objects(sample: Sample) -> list[dict[str, Any]]:
    return [fields for fields in map(_signature_fields, sample.lines[:1]) if fields is not None]


def _is_array(head: bytes, lines: list[bytes]) -> bool:
    """`[{...}, ...]` on one line or over many; a garbled line that merely begins with `[` is a drop of the scan."""
    if head[:1] != b"[":
        return False
    rest = head[1:].lstrip()
    return rest[:1] in (b"{", b"]", b"") or (len(lines) == 1 and _signature_fields(lines[0]) is None)


def _complete(lines: list[bytes]) -> bool:
    return any(_signature_fields(line) is not None for line in lines)


def _guess_platform(head: bytes) -> str | None:
    """Only for the wording: whose export was it, before it became this."""
    if b"traceId" in head or b"bookmarked" in head or b"parentObservationId" in head:
        return "langfuse"
    if b"run_type" in head or b"dotted_order" in head:
        return "langsmith"
    return None


_decode_fields = msgspec.json.Decoder(dict[str, Raw]).decode
_KINDS = ("type", "run_type")


def _signature_fields(line: bytes) -> dict[str, Any] | None:
    """The keys of a row, with the values of its kind; None for a line that is no JSON object."""
    try:
        fields: dict[str, Any] = dict(_decode_fields(line))
        for key in _KINDS:
            if key in fields:
                fields[key] = msgspec.json.decode(fields[key])
    except (msgspec.DecodeError, ValueError, RecursionError):
        return _read_leniently(line)
    return fields


def _read_leniently(line: bytes) -> dict[str, Any] | None:
    try:
        value = parse_as_logged(line.decode())
    except (NotJson, ValueError):
        return None
    return value if isinstance(value, dict) else None
