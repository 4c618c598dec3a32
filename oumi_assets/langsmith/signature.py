"""How a LangSmith run row is told from anything else."""

from __future__ import annotations

from typing import Any

_RUN_KEYS = ("dotted_order", "parent_run_id", "parent_run_ids", "run_id")
_EXAMPLE = ("inputs", "outputs")

FIELDS = frozenset({"trace_id", "run_type", *_RUN_KEYS, *_EXAMPLE})
"""All fields that the functions here look at; only of `run_type` is the value read."""


def is_row(fields: dict[str, Any]) -> bool:
    """`trace_id`, `run_type`, and one field of the run tree."""
    return "trace_id" in fields and isinstance(fields.get("run_type"), str) and any(key in fields for key in _RUN_KEYS)


def is_dataset_row(fields: dict[str, Any]) -> bool:
    """A row of "Add to Dataset > Download JSONL": an example, without run linkage."""
    of_runs = ("trace_id", "run_type", *_RUN_KEYS)
    return all(key in fields for key in _EXAMPLE) and not any(key in fields for key in of_runs)
