"""The names of the files that stages write; apart from the stages, so that knowing a name loads no library."""

from __future__ import annotations

EXPORT = "export.jsonl"
"""raw_export: the bytes of the upload, inflated."""

COMPRESSED = "export.jsonl.gz"
"""raw_export: the upload as it came, where it was gzip."""

ROWS_FILE = "rows.parquet"
"""raw_export: the index, one entry a row."""

TRACES_FILE = "traces.parquet"
"""parsed_traces: one row a trace."""

CONVERSATIONS_FILE = "conversations.parquet"
"""reconstructed_conversations: one row a conversation."""

JSONL_FILE = "conversations.jsonl"
"""deduped_dataset: the dataset that users load, one conversation a line."""

PARQUET_FILE = "dataset.parquet"
"""deduped_dataset: the same rows, tabular."""

DROPPED_FILE = "dropped.parquet"
"""Every stage: what it left out, and why."""
