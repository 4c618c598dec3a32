"""A trace's rows in memory, chosen from as an import chooses, with every read counted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from oumi_assets.platforms import PLATFORMS, Platform
from oumi_assets.reconstruction.calls import CallEntry
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate
from oumi_assets.reconstruction.choose import Chosen, NotChosen, choose
from oumi_assets.reconstruction.conversation import Candidate
from oumi_assets.reconstruction.sizes import Sizes
from oumi_assets.reconstruction.trace_rows import Place, TraceRows


class Outcome(NamedTuple):
    """What a trace became, and how often a row was read for it."""

    found: Chosen | NotChosen
    reads: int

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation's messages."""
        assert isinstance(self.found, Chosen), self.found
        return self.found.conversation.messages

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The conversation's tools."""
        assert isinstance(self.found, Chosen), self.found
        return self.found.conversation.tools


def observation(second: int, messages: Any, output: Any, **fields: Any) -> bytes:
    """A GENERATION row that started at a second; its id tells its place among equals."""
    row = {"id": f"o{second:02}", "traceId": "t1", "type": "GENERATION", "startTime": f"2026-05-19T10:00:{second:02}Z"}
    texts = {"input": json.dumps(messages), "output": output if isinstance(output, str) else json.dumps(output)}
    return json.dumps({**row, **texts, **fields}).encode()


def run(second: int, messages: Any, output: Any, *, agent: str | None = None, **fields: Any) -> bytes:
    """An llm run that started at a second; `agent` is LangSmith's mark."""
    row = {"id": f"r{second:02}", "trace_id": "t1", "run_type": "llm", "start_time": f"2026-05-19 10:00:{second:02}+00:00"}
    extra = {"metadata": {"ls_agent_type": agent} if agent else {}}
    payloads = {"inputs": {"messages": messages}, "outputs": {"choices": [{"message": output}]}}
    return json.dumps({**row, "dotted_order": f"x{second:02}", "extra": extra, **payloads, **fields}).encode()


def choose_from(rows: Sequence[bytes]) -> Outcome:
    """The outcome of a trace of one platform's rows."""
    platform = PLATFORMS["langsmith" if b'"run_type"' in rows[0] else "langfuse"]
    beside = rows_of(rows, platform)
    reads = 0

    def read(call: CallEntry) -> tuple[Candidate | NoCandidate, str]:
        nonlocal reads
        reads += 1
        return read_candidate(rows[call.line], platform, beside)

    return Outcome(choose(calls_of(rows, platform), read, Sizes(b"\n".join(rows))), reads)


def rows_of(lines: Sequence[bytes], platform: Platform) -> TraceRows:
    """All rows of a trace."""
    ends = list(accumulate(len(line) for line in lines))
    places = [Place(end - len(line), len(line)) for line, end in zip(lines, ends, strict=True)]
    return TraceRows(lambda: places, b"".join(lines), platform)


def calls_of(rows: Sequence[bytes], platform: Platform) -> list[CallEntry]:
    """What the index says of these rows, each on a line of its own."""
    entries, offset = [], 0
    for line, row in enumerate(rows):
        indexed = platform.index_line(row)
        assert indexed is not None
        known = indexed._asdict() | {"line": line, "offset": offset, "length": len(row)}
        entries.append(CallEntry(**{field: known[field] for field in CallEntry._fields}))
        offset += len(row) + 1
    return entries


def is_read(row: bytes, platform: Platform, messages: int) -> bool:
    """Whether a call would be read beside another one that has as many messages."""
    (call,) = calls_of([row], platform)
    return Sizes(row).may_win(call, messages)


def user(content: str) -> dict[str, Any]:
    """A user message."""
    return {"role": "user", "content": content}


def system(content: str) -> dict[str, Any]:
    """A system message."""
    return {"role": "system", "content": content}


def said(content: str) -> dict[str, Any]:
    """An assistant message that calls nothing."""
    return {"role": "assistant", "content": content}


def called(*calls: tuple[Any, str]) -> dict[str, Any]:
    """An assistant message that calls tools: ids and names."""
    wire = [{"id": call_id, "type": "function", "function": {"name": name, "arguments": "{}"}} for call_id, name in calls]
    return {"role": "assistant", "content": None, "tool_calls": wire}


def answered(call_id: Any, content: str) -> dict[str, Any]:
    """A tool message."""
    return {"role": "tool", "content": content, "tool_call_id": call_id}
