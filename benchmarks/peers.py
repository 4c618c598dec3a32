"""What imports are measured against, in the benchmark environment; prints seconds of wall clock and of processor.

    benchmarks/.venv/bin/python benchmarks/peers.py orjson|kitaru|langchain langfuse|langsmith EXPORT

- `orjson`: `orjson.loads` of every line on one core, the fastest common way just to look at them
- `kitaru`: the kitaru importer of that platform parsing the file in memory; nothing is written
- `langchain`: `convert_to_openai_messages` over the longest call of each trace, read beforehand
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import orjson


class Seconds(NamedTuple):
    """How long something took."""

    wall: float
    processor: float


def timed(work: Callable[[], Any]) -> Seconds:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Seconds(time.perf_counter() - wall, time.process_time() - processor)


def read_lines(platform: str, export: Path) -> Seconds:
    """Seconds in the parser alone: the lines are in memory already."""
    wall = processor = 0.0
    with export.open("rb") as file:
        while lines := file.readlines(64 << 20):
            taken = timed(lambda batch=lines: _look_at(batch))  # type: ignore[misc]
            wall, processor = wall + taken.wall, processor + taken.processor
    return Seconds(wall, processor)


def _look_at(lines: list[bytes]) -> None:
    """Each value is gone before the next: keeping them all costs two to ten times as much, in memory never used before."""
    for line in lines:
        orjson.loads(line)


def kitaru(platform: str, export: Path) -> Seconds:
    """Seconds of a parse that must find sessions: a peer that refuses every row looks fast."""
    parse = import_module(f"kitaru_{platform}_importer.importer").parse
    content = export.read_bytes()
    found: list[Any] = []
    taken = timed(lambda: found.extend(parse(content, {})))
    refused = sum(type(item).__name__ == "ImportFailure" for item in found)
    if not found or refused * 100 > len(found):
        raise SystemExit(f"it refused {refused} of {len(found)}")
    return taken


def langchain(platform: str, export: Path) -> Seconds:
    """Seconds of the conversion alone."""
    from langchain_core.messages import convert_to_openai_messages

    longest: dict[str, list[dict[str, Any]]] = {}
    for row in map(orjson.loads, export.open("rb")):
        if row.get("type") == "GENERATION" or row.get("run_type") == "llm":
            request = orjson.loads(row["input"]) if platform == "langfuse" else row["inputs"]
            trace = row.get("traceId") or row["trace_id"]
            longest[trace] = max(longest.get(trace, []), request["messages"], key=len)
    return timed(lambda: [convert_to_openai_messages(messages) for messages in longest.values()])


PEERS = {"orjson": read_lines, "kitaru": kitaru, "langchain": langchain}

if __name__ == "__main__":
    print(*PEERS[sys.argv[1]](sys.argv[2], Path(sys.argv[3])))
