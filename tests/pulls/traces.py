"""Small traces with the times a test needs, real exports of both platforms, and how tests pull."""

from __future__ import annotations

import json
import os
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from paths import FIXTURES

from oumi_assets.pulls.folder import LocalFolder
from oumi_assets.pulls.pull import Asked, Pulled, pull
from oumi_assets.pulls.sources import SOURCES
from oumi_assets.pulls.window import Window

DAY_1 = datetime(2026, 11, 20, tzinfo=UTC)
DAY_2, DAY_3, DAY_4 = (DAY_1 + timedelta(days=n) for n in (1, 2, 3))
FIRST, SECOND, THIRD = Window(DAY_1, DAY_2), Window(DAY_2, DAY_3), Window(DAY_3, DAY_4)


def export_rows(path: str) -> list[dict[str, Any]]:
    """The rows of a real export."""
    return [json.loads(line) for line in (FIXTURES / path).read_text().splitlines() if line.strip()]


def day_of(path: str) -> Window:
    """The days on which a real export's rows started."""
    field = "start_time" if path.startswith("langsmith") else "startTime"
    days = sorted(row[field][:10] for row in export_rows(path))
    return Window(_midnight(days[0]), _midnight(days[-1]) + timedelta(days=1))


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def trace(name: str, start: datetime, end: datetime | None, *, call_after: timedelta = timedelta(seconds=1)) -> list[Any]:
    """A LangSmith trace of a root and a model call that starts `call_after` the root."""
    root_id, call_id = (str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}/{part}")) for part in ("root", "call"))
    root = _run(root_id, root_id, None, name, "chain", start, end)
    call_end = end and max(end, start + call_after + timedelta(seconds=1))
    call = _run(call_id, root_id, root_id, "llm", "llm", start + call_after, call_end)
    call["inputs"] = {"messages": [{"role": "user", "content": f"Question of {name}"}]}
    call["outputs"] = {"choices": [{"message": {"role": "assistant", "content": f"Answer of {name}"}}]} if end else None
    return [root, call]


def _run(identity: str, of: str, parent: str | None, name: str, kind: str, start: datetime, end: datetime | None) -> Any:
    stamp = start.strftime("%Y%m%dT%H%M%S%fZ")
    return {
        "id": identity,
        "trace_id": of,
        "parent_run_id": parent,
        "name": name,
        "run_type": kind,
        "start_time": start.isoformat(),
        "end_time": end and end.isoformat(),
        "status": "success" if end else "pending",
        "dotted_order": f"{stamp}{of}" + (f".{stamp}{identity}" if parent else ""),
        "inputs": {},
        "outputs": None,
        "extra": {"metadata": {}},
        "error": None,
    }


def observation(trace: str, name: str, start: datetime, end: datetime | None, **fields: Any) -> dict[str, Any]:
    """An observation of Langfuse as its current Tracing table exports it."""
    return {
        "id": f"{trace}-{name}",
        "traceId": trace,
        "traceName": trace,
        "type": "GENERATION",
        "name": name,
        "parentObservationId": None,
        "startTime": start.isoformat(),
        "endTime": end and end.isoformat(),
        "input": '[{"role": "user", "content": "Question"}]',
        "output": '{"role": "assistant", "content": "Answer"}',
        "metadata": {},
        **fields,
    }


def pulled(platform: str, project: str, window: Window, uploads: Path, *, now: datetime | None = None, **asked: Any) -> Any:
    """Pull one window as the assets and the command line do; by default long after it ended."""
    client = SOURCES[platform].open(os.environ, project)
    now = now or window.end + timedelta(days=30)
    return pull(client, LocalFolder(uploads), Asked(platform, project, window, **asked), now=now)


def rows_of(uploads: Path, found: Pulled) -> list[dict[str, Any]]:
    """The rows of the export that a pull wrote."""
    return [json.loads(line) for line in (uploads / found.record.export).read_text().splitlines()]


def trace_names(uploads: Path, found: Pulled) -> list[str]:
    """Names of the roots in it, in order of name."""
    return sorted(row["name"] for row in rows_of(uploads, found) if row["id"] == row["trace_id"])


def visible(uploads: Path) -> list[str]:
    """What the sensor could see in an uploads folder."""
    return sorted(path.name for path in uploads.iterdir() if not path.name.startswith("."))
