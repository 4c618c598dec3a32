"""How a Langfuse observation row is told from anything else."""

from __future__ import annotations

from typing import Any

from oumi_assets.langfuse.rows import TYPES

_TRACES_TABLE = ("id", "timestamp", "bookmarked")
_OBSERVATION = ("traceId", "parentObservationId", "startTime")
_OF_BUCKETS = ("trace_id", "parent_observation_id", "start_time")

FIELDS = frozenset({"type", *_TRACES_TABLE, *_OBSERVATION, *_OF_BUCKETS})
"""All fields that the functions here look at; only of `type` is the value read."""


def is_row(fields: dict[str, Any]) -> bool:
    """`traceId`, a known `type`, and a parent or start field; or the snake_case forms of bucket exports."""
    kind = fields.get("type")
    if not isinstance(kind, str) or kind.upper() not in TYPES:
        return False
    return _has(fields, *_OBSERVATION) or _has(fields, *_OF_BUCKETS)


def _has(fields: dict[str, Any], trace: str, parent: str, start: str) -> bool:
    return trace in fields and (parent in fields or start in fields)


def is_traces_table_row(fields: dict[str, Any]) -> bool:
    """A row of the Traces table: one trace, not one observation."""
    return all(key in fields for key in _TRACES_TABLE) and "traceId" not in fields
