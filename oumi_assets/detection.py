"""Which platform an upload comes from, or what it is instead, told from a sample of its lines.

The sample decides only what to scan for: rows of the other platform anywhere in the file are
found by the scan itself. What a file is that has no such rows is told in `other_formats`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from oumi_assets.core.errors import (
    LangfuseTracesTable,
    LangSmithDatasetExport,
    NotJsonl,
    PlatformMismatch,
    UnknownExport,
)
from oumi_assets.core.json_text import parse_as_logged
from oumi_assets.langfuse import signature as langfuse_signature
from oumi_assets.langsmith import signature as langsmith_signature
from oumi_assets.other_formats import refuse_other_formats
from oumi_assets.platforms import LANGFUSE, PLATFORMS, Platform, other_platform

Signature = dict[str, Any]
"""The fields of a row by which platforms are told apart; only those of `_KINDS` have their values."""

_KINDS = ("type", "run_type")
_SINGLE_TRACE = frozenset({"trace", "observations"})
_MESSAGES = "messages"
_TELLING = langfuse_signature.FIELDS | langsmith_signature.FIELDS | _SINGLE_TRACE | {_MESSAGES}


class Sample(NamedTuple):
    """Both ends of an upload, and the signatures of lines from all over it; None is a line that is no JSON object."""

    head: bytes
    tail: bytes
    rows: list[Signature | None]


def detect(sample: Sample, declared: str | None, everything: Iterable[Signature | None]) -> Platform:
    """The platform to read the file as. Raises one of our errors when it is no trace export.

    `everything` yields the signatures of all lines; it is read only when the sample holds no row of
    either platform, up to the first one. A declared platform also serves a file without any,
    unless it is known to be something else.
    """
    objects = [row for row in sample.rows if row is not None]
    _refuse_other_formats(sample, declared, objects)
    found = _platforms(objects)
    if not found:
        _refuse_known_others(objects)
        found = _first_platform(everything)
    if declared is not None:
        other = other_platform(PLATFORMS[declared])
        if found[other.name] and not found[declared]:
            raise PlatformMismatch(declared, other.name)
        if not found and (known := _known_as(objects)) is not None:
            raise UnknownExport(known)
        return PLATFORMS[declared]
    if not found:
        raise UnknownExport(_known_as(objects))
    # Ties are files of both platforms: the scan names the first line of the other one.
    return PLATFORMS[max(found, key=lambda name: (found[name], name == LANGFUSE.name))]


def _platforms(objects: Iterable[Signature]) -> Counter[str]:
    return Counter(platform.name for fields in objects for platform in PLATFORMS.values() if platform.is_row(fields))


def _first_platform(rows: Iterable[Signature | None]) -> Counter[str]:
    counts = (_platforms([row]) for row in rows if row is not None)
    return next((found for found in counts if found), Counter())


def _refuse_other_formats(sample: Sample, declared: str | None, objects: list[Signature]) -> None:
    first = sample.rows[0] if sample.rows else None
    if first is not None and first.keys() >= _SINGLE_TRACE:
        raise NotJsonl("it is the download of a single trace {trace, observations}", declared or LANGFUSE.name)
    refuse_other_formats(sample.head, sample.tail, declared, has_rows=bool(objects))


def _refuse_known_others(objects: list[Signature]) -> None:
    if objects and all(langsmith_signature.is_dataset_row(fields) for fields in objects):
        raise LangSmithDatasetExport
    if objects and all(langfuse_signature.is_traces_table_row(fields) for fields in objects):
        raise LangfuseTracesTable


def _known_as(objects: list[Signature]) -> str | None:
    if objects and all(_MESSAGES in fields for fields in objects):
        return "a fine-tuning file or a finished dataset: messages without their traces"
    return None


_decode_fields = msgspec.json.Decoder(dict[str, Raw]).decode


def read_signature(line: bytes) -> Signature | None:
    """What tells the platform in one line; None for a line that is no JSON object."""
    try:
        fields = _decode_fields(line)
        kinds = {key: msgspec.json.decode(fields[key]) for key in _KINDS if key in fields}
    except (msgspec.DecodeError, ValueError, RecursionError):
        return _read_leniently(line)
    return _reduced(fields, kinds)


def _read_leniently(line: bytes) -> Signature | None:
    try:
        value = parse_as_logged(line.decode())
    except ValueError:
        return None
    return _reduced(value, {key: value[key] for key in _KINDS if key in value}) if isinstance(value, dict) else None


def _reduced(fields: dict[str, Any], kinds: dict[str, Any]) -> Signature:
    # The values are dropped here: they would keep whole lines in memory.
    return {**dict.fromkeys(_TELLING.intersection(fields)), **kinds}
