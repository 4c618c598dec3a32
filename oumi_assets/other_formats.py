"""What an upload is that is not JSON Lines: told from its name and its two ends, to say so in one sentence.

Files of JSON rows that belong to neither platform are `detection`'s business.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from oumi_assets.core.errors import EmptyFile, NotJsonl

_SUFFIXES = (".jsonl", ".jsonl.gz")
_BOM = b"\xef\xbb\xbf"
_BLANKS = b" \t\r\n\v\f"
_NAMED = {
    ".csv": "its name says that it is a CSV table",
    ".tsv": "its name says that it is a table",
    ".xlsx": "its name says that it is a spreadsheet",
    ".json": "its name says that it is one JSON value (the JSON export), not one row a line",
    ".zip": "its name says that it is a zip archive",
    ".parquet": "its name says that it is a Parquet file",
}
_BINARY_STARTS = {
    b"\xff\xfe": "it is UTF-16 text",
    b"\xfe\xff": "it is UTF-16 text",
    b"PK\x03\x04": "it is a zip archive",
    b"PK\x05\x06": "it is a zip archive",
    b"PAR1": "it is a Parquet file",
    b"%PDF": "it is a PDF",
    b"\x1f\x8b": "it is compressed twice",
    b"BZh": "it is compressed with bzip2",
    b"\xfd7zXZ": "it is compressed with xz",
    b"\x28\xb5\x2f\xfd": "it is compressed with zstd",
    b"7z\xbc\xaf": "it is a 7z archive",
    b"SQLite format 3": "it is an SQLite database",
}
_UNPACK = "Unpack it and import the .jsonl file inside (gzip is unpacked for you)."
_RENAME = "If it holds one row a line, rename it to .jsonl."
_REMEDIES: dict[str | bytes, str] = {
    ".zip": _UNPACK,
    ".json": _RENAME,
    ".gz": "If one row a line is compressed in it, rename it to .jsonl.gz.",
    b"\xff\xfe": "Save it as UTF-8.",
    b"\xfe\xff": "Save it as UTF-8.",
    **dict.fromkeys((b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf"), _UNPACK),
}
"""What helps files whose rows may be fine, by their suffix or how they start."""

_SEPARATORS = (b",", b";", b"\t")
_ARRAY = "it is one JSON array (the JSON export), not one row a line"
_TWICE = re.compile(rb'"\{\s*(\\n\s*)?\\"')
_SINGLE_TRACE = re.compile(rb'\{\s*"(trace|observations)"\s*:')


def refuse_other_names(name: str, platform: str | None) -> None:
    """Raise `NotJsonl` for a file that is not named `.jsonl` or `.jsonl.gz`."""
    if not name.lower().endswith(_SUFFIXES):
        suffix = PurePosixPath(name.lower()).suffix
        if suffix in _NAMED:
            raise NotJsonl(_NAMED[suffix], platform, _REMEDIES.get(suffix))
        raise NotJsonl("its name does not end in .jsonl (or .jsonl.gz)", platform, _REMEDIES.get(suffix, _RENAME))


def refuse_other_formats(head: bytes, tail: bytes, declared: str | None, *, has_rows: bool) -> None:
    """Raise `EmptyFile` or `NotJsonl`; `has_rows` says that some sampled lines are JSON objects."""
    text = head.removeprefix(_BOM).lstrip(_BLANKS)
    if not has_rows and not text and not tail.strip(_BLANKS + _BOM):
        raise EmptyFile
    for start, what in _BINARY_STARTS.items():
        if head.startswith(start):
            raise NotJsonl(what, declared, _REMEDIES.get(start))
    platform = declared or _guess_platform(head)
    # A garbled first line that merely begins with `[` is a drop of the scan.
    if re.match(rb"\[\s*[{\]]", text) and (not has_rows or tail.rstrip(_BLANKS).endswith(b"]")):
        raise NotJsonl(_ARRAY, platform)
    found = None if has_rows else _without_rows(head, text)
    if found is not None:
        raise NotJsonl(found, platform)


def _without_rows(head: bytes, text: bytes) -> str | None:
    """What a file without a single JSON object on a line looks like."""
    first, _, rest = text.partition(b"\n")
    if b"\0" in head:
        return "it is a binary file"
    if b"\r" in text.strip() and not rest:
        return "its lines end in carriage returns only (old Mac line ends)"
    if _SINGLE_TRACE.match(text):
        return "it is the download of a single trace {trace, observations}, spread over lines"
    if first.strip() == b"{":
        return "it is a JSON object spread over lines"
    if first[:1] == b"<":
        return "it looks like an HTML or XML page"
    if first[:1] in (b"{", b"["):
        return "none of its lines is a complete JSON object (it may be cut short or damaged)"
    if _TWICE.match(first):
        return "its lines are texts of JSON in quotes: each row was written as JSON twice"
    if any(separator in first for separator in _SEPARATORS):
        return "it looks like a CSV table"
    return None


def _guess_platform(head: bytes) -> str | None:
    """Only for the wording: whose export was it, before it became this."""
    if any(key in head for key in (b"traceId", b"trace_id,name", b"bookmarked", b"parentObservationId", b'"observations"')):
        return "langfuse"
    return "langsmith" if b"run_type" in head or b"dotted_order" in head else None
