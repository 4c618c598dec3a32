"""What is left out, and why: a drop is data with a reason, never a log line.

Reasons are closed per stage, so that counts can be summed, plotted and compared.
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from oumi_assets.core.rows import LOCATIONS

EXCERPT_BYTES = 4096
"""A dropped line keeps this much of itself (trace-shapes rule 17)."""


class RowDrop(StrEnum):
    """Why a line of the export is no row."""

    MALFORMED_JSON = "malformed_json"
    INVALID_UTF8 = "invalid_utf8"
    NOT_AN_OBJECT = "not_an_object"
    MISSING_TRACE_ID = "missing_trace_id"
    NESTED_TOO_DEEP = "nested_too_deep"
    LINE_TOO_LONG = "line_too_long"


class TraceDrop(StrEnum):
    """Why a trace has no conversation; `no_model_call` is found by parsed_traces, the rest on reconstruction."""

    NO_MODEL_CALL = "no_model_call"
    UNSUPPORTED_SHAPE = "unsupported_shape"
    PAYLOAD_NOT_JSON = "payload_not_json"
    ONLY_FAILED_CALLS = "only_failed_calls"
    NO_ASSISTANT_TURN = "no_assistant_turn"
    OVER_1000_MESSAGES = "over_1000_messages"
    TRACE_TOO_LARGE = "trace_too_large"
    INTERNAL_ERROR = "internal_error"


class ConversationDrop(StrEnum):
    """Why a conversation is not in the deduplicated dataset."""

    PREFIX_OF_LONGER = "prefix_of_longer"
    DUPLICATE = "duplicate"


DROPPED_ROWS = pl.Schema(
    {
        "reason": pl.String(),
        "line": pl.UInt64(),
        "offset": pl.UInt64(),
        "length": pl.UInt64(),
        "excerpt": pl.Binary(),
    }
)
"""Lines of the export that are no rows: 1-based line, byte offset, length in bytes, the first 4 KB."""

DROPPED_TRACES = pl.Schema(
    {
        "reason": pl.String(),
        "trace_id": pl.String(),
        "line": pl.UInt64(),
        "path": pl.String(),
        "rows": pl.UInt32(),
        "locations": LOCATIONS,
    }
)
"""Traces without a conversation: the line of its telling call, where in it, and all its rows' places."""

DROPPED_CONVERSATIONS = pl.Schema(
    {
        "reason": pl.String(),
        "conversation_id": pl.String(),
        "kept_instead": pl.String(),
        "messages": pl.String(),
        "tools": pl.String(),
        "locations": LOCATIONS,
    }
)
"""Conversations removed by deduplication, whole, with the conversation that stands for them."""
