"""Small rows of both platforms, made by hand, for tests of what a row may look like."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

MESSAGES = [{"role": "user", "content": "hello"}]
ANSWER = {"role": "assistant", "content": "hi"}


def langfuse_row(trace: str = "trace", row: str = "row", **fields: Any) -> dict[str, Any]:
    """A GENERATION of the current Tracing table, with a question and an answer."""
    return {
        "id": row,
        "traceId": trace,
        "parentObservationId": None,
        "type": "GENERATION",
        "name": "call",
        "traceName": "",
        "sessionId": "",
        "startTime": "2026-05-19 10:00:00.123000",
        "endTime": "2026-05-19 10:00:01.000000",
        "level": "DEFAULT",
        "input": json.dumps(MESSAGES),
        "output": json.dumps(ANSWER),
        **fields,
    }


def langsmith_row(trace: str = "trace", row: str = "row", **fields: Any) -> dict[str, Any]:
    """An llm run as the SDK dumps it, with a question and an answer."""
    return {
        "id": row,
        "trace_id": trace,
        "parent_run_id": None,
        "dotted_order": f"20260519T100000000000Z{row}",
        "run_type": "llm",
        "name": "ChatOpenAI",
        "start_time": "2026-05-19 10:00:00.123456+00:00",
        "end_time": "2026-05-19 10:00:01+00:00",
        "status": "success",
        "error": None,
        "inputs": {"messages": MESSAGES},
        "outputs": ANSWER,
        "extra": {"metadata": {}},
        **fields,
    }


def without(row: dict[str, Any], *fields: str) -> dict[str, Any]:
    """The same row without some fields."""
    return {key: value for key, value in row.items() if key not in fields}


def write_rows(path: Path, rows: Iterable[dict[str, Any] | str]) -> Path:
    """Rows as JSON Lines; texts are written as they are."""
    with path.open("w") as file:
        for row in rows:
            file.write((row if isinstance(row, str) else json.dumps(row)) + "\n")
    return path
