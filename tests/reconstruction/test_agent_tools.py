"""Tools that only the agent's row tells (rule 9): the nearest agent above the chosen call, and nobody else."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from pipeline import import_export

DEFINITIONS = "attributes.gen_ai.tool.definitions"
CHAT = {"attributes.gen_ai.operation.name": "chat"}


def row(row_id: str, parent: str, kind: str = "AGENT", metadata: dict[str, Any] | None = None, **fields: Any) -> bytes:
    """A row of one trace."""
    known = {"id": row_id, "traceId": "t1", "type": kind, "parentObservationId": parent, "metadata": metadata or {}}
    times = {"startTime": "2026-05-19T10:00:01Z", "endTime": "2026-05-19T10:00:02Z"}
    return json.dumps(known | times | {"input": "", "output": ""} | fields).encode()


def agent(row_id: str, parent: str, *tools: str, **fields: Any) -> bytes:
    """An agent's row as OpenTelemetry's conventions write it."""
    definitions = json.dumps([{"type": "function", "name": tool} for tool in tools])
    return row(row_id, parent, metadata={DEFINITIONS: definitions}, **fields)


def call(parent: str, metadata: dict[str, Any] | None = None, **fields: Any) -> bytes:
    """The trace's model call, logged without tools."""
    asked = [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
    told = [{"role": "assistant", "parts": [{"type": "text", "content": "hello"}]}]
    payloads = {"input": json.dumps(asked), "output": json.dumps(told)}
    return row("call", parent, "GENERATION", CHAT if metadata is None else metadata, **payloads | fields)


def tools_of(rows: list[bytes], folder: Path) -> list[str] | None:
    """The names of the conversation's tools, None when its row has none."""
    export = folder / "export.jsonl"
    export.write_bytes(b"\n".join(rows))
    (said,) = import_export(export, folder).rows.values()
    return [tool["function"]["name"] for tool in said["tools"]] if "tools" in said else None


@pytest.mark.parametrize("seed", range(3))
def test_the_nearest_agent_above_the_call_tells_its_tools(seed: int, tmp_path: Path) -> None:
    """An agent that another one called has tools of its own, wherever the rows lie."""
    rows = [agent("root", "", "delegate"), agent("sub", "root", "weather"), row("step", "sub", "SPAN"), call("step")]
    assert tools_of(random.Random(seed).sample(rows, len(rows)), tmp_path) == ["weather"]


@pytest.mark.parametrize(
    "metadata", [{"gen_ai.tool.definitions": "%s"}, {"attributes": {"gen_ai.tool.definitions": "%s"}}, {DEFINITIONS: "%s"}]
)
def test_definitions_are_found_wherever_a_platform_keeps_attributes(metadata: dict[str, Any], tmp_path: Path) -> None:
    """Langfuse keeps them as attributes, flat or not; others among the metadata."""
    text = json.dumps(json.dumps([{"type": "function", "name": "weather"}]))
    above = row("root", "", metadata=metadata).replace(b'"%s"', text.encode())
    assert tools_of([above, call("root")], tmp_path) == ["weather"]


def test_an_agent_beside_the_call_tells_nothing_of_it(tmp_path: Path) -> None:
    """Two agents of one trace do not share their tools."""
    rows = [row("root", "", "SPAN"), agent("one", "root", "weather"), row("two", "root"), call("two")]
    assert tools_of(rows, tmp_path) is None


def test_tools_logged_with_the_call_are_the_calls(tmp_path: Path) -> None:
    """What was sent is known better there than above."""
    own = {**CHAT, DEFINITIONS: json.dumps([{"type": "function", "name": "own"}])}
    assert tools_of([agent("root", "", "weather"), call("root", own)], tmp_path) == ["own"]


def test_a_call_that_telemetry_did_not_write_has_no_tools_of_an_agent(tmp_path: Path) -> None:
    """Another wrapper logs the tools with the call; without them there were none."""
    wire = {
        "input": json.dumps([{"role": "user", "content": "hi"}]),
        "output": json.dumps({"role": "assistant", "content": "a"}),
    }
    assert tools_of([agent("root", "", "weather"), call("root", {}, **wire)], tmp_path) is None


def test_a_row_above_that_was_only_given_tools_is_not_asked(tmp_path: Path) -> None:
    """A function's arguments are not its model's."""
    given = row("root", "", "SPAN", input=json.dumps({"tools": [{"type": "function", "function": {"name": "weather"}}]}))
    assert tools_of([given, call("root")], tmp_path) is None


def test_other_tools_of_a_row_above_that_only_speaks_of_definitions_are_not_asked(tmp_path: Path) -> None:
    """Somebody may ask what `gen_ai.tool.definitions` are."""
    asked = row("root", "", "SPAN", {"tools": [{"type": "function", "name": "other"}]}, input="gen_ai.tool.definitions?")
    assert tools_of([asked, call("root")], tmp_path) is None


@pytest.mark.parametrize("seed", range(3))
def test_of_an_agents_two_rows_the_later_one_counts(seed: int, tmp_path: Path) -> None:
    """Rule 13: overlapping exports repeat rows, and some were still running then."""
    rows = [agent("root", "", "unfinished", endTime=None), agent("root", "", "weather"), call("root")]
    assert tools_of(random.Random(seed).sample(rows, len(rows)), tmp_path) == ["weather"]


def test_rows_that_are_each_others_parents_end_the_search(tmp_path: Path) -> None:
    """No export may hang an import."""
    assert tools_of([row("a", "b"), row("b", "a"), agent("c", "", "weather"), call("a")], tmp_path) is None


@pytest.mark.parametrize("definitions", ["[{", "null", '"text"', '[{"type": "function"}]', "[" * 300])
def test_definitions_that_cannot_be_read_leave_the_conversation_without_tools(definitions: str, tmp_path: Path) -> None:
    """The messages are good, and the row is kept in source_raw."""
    assert tools_of([row("root", "", metadata={DEFINITIONS: definitions}), call("root")], tmp_path) is None


def test_an_agents_row_that_is_damaged_leaves_it_to_the_next_above(tmp_path: Path) -> None:
    """One broken row costs no conversation."""
    rows = [agent("root", "", "delegate"), agent("sub", "root", "weather", input='[{"role'), call("sub")]
    assert tools_of(rows, tmp_path) == ["delegate"]


def test_an_agents_row_that_only_a_lenient_parser_reads_tells_its_tools(tmp_path: Path) -> None:
    """Bare NaN stands in real rows."""
    broken = agent("root", "", "weather").replace(b'"input": ""', b'"input": NaN')
    assert tools_of([broken, call("root")], tmp_path) == ["weather"]
