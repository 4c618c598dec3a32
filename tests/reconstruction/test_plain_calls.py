"""Calls that are OpenAI wire already take a short way, which must lead to the same place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ground_truth
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traces import rows_of

from oumi_assets.core.json_text import dump
from oumi_assets.platforms import LANGFUSE, LANGSMITH, PLATFORMS, Platform
from oumi_assets.reconstruction.candidate import read_candidate, read_generally
from oumi_assets.reconstruction.conversation import Candidate
from oumi_assets.reconstruction.plain import read_plain
from oumi_assets.wire.messages import wire_messages

TEXT = st.sampled_from(["", "hi", '{"a": 1}', "f", "user", "<a.Omit object at 0x7f>"])
ID = st.sampled_from(["c1", "c2", "f", "", None, 7])
CALL = st.fixed_dictionaries(
    {
        "id": ID,
        "type": st.just("function"),
        "function": st.fixed_dictionaries(
            {"name": st.sampled_from(["f", "g", "ff", "user", "Tool", ""]), "arguments": st.one_of(TEXT, st.just({"a": 1}))}
        ),
    },
    optional={"index": st.just(0)},
)
CALLS = st.lists(CALL, max_size=3)
MESSAGE = st.one_of(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant", "developer", "f"]), "content": TEXT}),
    st.fixed_dictionaries({"content": st.one_of(TEXT, st.none()), "role": st.just("assistant"), "tool_calls": CALLS}),
    st.fixed_dictionaries({"role": st.just("assistant"), "tool_calls": CALLS}),
    st.fixed_dictionaries({"role": st.just("tool"), "content": TEXT, "tool_call_id": ID}),
    st.fixed_dictionaries({"role": st.just("user")}, optional={"content": st.none(), "name": TEXT}),
    st.fixed_dictionaries({"role": st.just("user"), "content": st.just([{"type": "text", "text": "part"}])}),
    st.just("no message"),
)
REPLY = st.one_of(
    MESSAGE,
    st.fixed_dictionaries(
        {
            "role": st.just("assistant"),
            "content": TEXT,
            "refusal": st.none(),
            "annotations": st.just([]),
            "tool_calls": st.none(),
        },
        optional={"audio": st.none(), "function_call": st.none()},
    ),
    TEXT,
)
FUNCTION = {"type": "function", "function": {"name": "f"}}
BY_NAME = {"f": {"description": "d", "inputSchema": {"jsonSchema": {"type": "object"}}}}
TOOLS = st.sampled_from([[], [FUNCTION], None, BY_NAME, FUNCTION, "text", 7])

SAID = st.sampled_from(
    ["Be brief.", '"Be brief."', '[{"text": "Be brief."}]', [{"text": "Be brief."}], "", None, 7, "[{'text'"]
)
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "system": SAID,
        "max_tokens": st.just(10),
        "instructions": SAID,
        "object": st.just("response"),
        "attributes.ai.response.reasoning": SAID,
        "attributes": st.fixed_dictionaries({"gen_ai.system_instructions": SAID}),
        "scope.name": st.sampled_from(["langfuse-sdk", "opentelemetry.instrumentation.openai.v1"]),
        "tools": TOOLS,
    },
)
BESIDE = st.one_of(METADATA, METADATA.map(dump))


def agrees(line: bytes, platform: Platform) -> bool:
    """Whether the short way was taken; fails when it leads elsewhere, down to the order of keys."""
    logged = platform.open_call(line)
    plain = read_plain(logged) if logged is not None else None
    if plain is None:
        return False
    found, path = read_generally(platform.read_call(line))
    assert isinstance(found, Candidate), path
    assert plain.messages_json() == found.messages_json()
    assert plain.tools_text() == found.tools_text()
    assert plain.prefix_hashes() == found.prefix_hashes()
    assert (plain.messages, plain.tools, plain.size, plain.roles) == (found.messages, found.tools, found.size, found.roles)
    assert (plain.asked, plain.stored) == (found.asked, found.stored)
    assert wire_messages(list(plain.drafts)) == wire_messages(list(found.drafts))
    assert plain.sort_key() == found.sort_key()
    return True


def both_agree(request: Any, reply: Any, *, failed: bool = False) -> bool:
    """The same on a row of either platform."""
    langfuse = {"input": dump(request), "output": dump(reply), "level": "ERROR" if failed else "DEFAULT"}
    langsmith = {"inputs": request, "outputs": reply, "error": "it failed" if failed else None}
    return agrees(dump(langfuse).encode(), LANGFUSE) & agrees(dump(langsmith).encode(), LANGSMITH)


@settings(max_examples=600, deadline=None)
@given(messages=st.lists(MESSAGE, max_size=6), reply=REPLY, tools=TOOLS, bare=st.booleans(), failed=st.booleans())
def test_the_short_way_agrees_with_the_shapes(messages: list[Any], reply: Any, tools: Any, bare: bool, failed: bool) -> None:
    """Equal conversations must not depend on which way they were read."""
    request = messages if bare else {"messages": messages, "tools": tools, "model": "m"}
    both_agree(request, reply, failed=failed)
    both_agree(request, {"choices": [{"message": reply}]}, failed=failed)


@settings(max_examples=400, deadline=None)
@given(messages=st.lists(MESSAGE, min_size=1, max_size=4), reply=REPLY, metadata=BESIDE, parameters=BESIDE)
def test_the_short_way_agrees_whatever_stands_beside_the_payloads(
    messages: list[Any], reply: Any, metadata: Any, parameters: Any
) -> None:
    """A prompt or a thought in the metadata belongs to the conversation, and the payloads alone do not show it."""
    beside = {"metadata": metadata, "modelParameters": parameters}
    agrees(dump({"input": dump(messages), "output": dump(reply), **beside}).encode(), LANGFUSE)
    agrees(dump({"inputs": {"messages": messages}, "outputs": reply, "extra": {"metadata": metadata}}).encode(), LANGSMITH)


def test_a_usual_agent_call_takes_the_short_way() -> None:
    """Otherwise the short way would be dead code, and nobody would notice."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "u"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "r"},
    ]
    assert both_agree({"messages": messages}, {"role": "assistant", "content": "done", "refusal": None})


@pytest.mark.parametrize("instructions", [None, "", "Be brief.", {"role": "system", "content": "Be brief."}])
def test_instructions_beside_wire_messages_are_not_lost(instructions: Any) -> None:
    """LangSmith's telemetry of the AI SDK keeps them among the invocation parameters."""
    payloads = {"inputs": {"messages": [{"role": "user", "content": "q"}]}, "outputs": {"role": "assistant", "content": "a"}}
    row = dump({**payloads, "extra": {"invocation_params": {"instructions": instructions}}}).encode()
    assert agrees(row, LANGSMITH) is not bool(instructions)
    found, _ = read_candidate(row, LANGSMITH, rows_of([row], LANGSMITH))
    assert isinstance(found, Candidate)
    assert found.size == (3 if instructions else 2)


def _calls(call_id: str, name: str = "f") -> dict[str, Any]:
    return {"tool_calls": [{"id": call_id, "type": "function", "function": {"name": name, "arguments": "{}"}}]}


U, A = {"role": "user", "content": "u"}, {"role": "assistant", "content": None}
R = {"role": "tool", "content": "r", "tool_call_id": "c1"}
REPAIRED: dict[str, list[dict[str, Any]]] = {
    "a user's calls": [{**U, **_calls("c1")}, R],
    "a caller's result": [U, {**A, **_calls("c1"), "tool_call_id": "c1"}, R],
    "a user's result": [U, {**A, **_calls("c1")}, {**R, "role": "user"}],
    "a result of nothing": [U, {**A, **_calls("c1")}, {**R, "content": None}],
    "a result that nobody waits for": [U, {**A, **_calls("c1")}, R, R],
    "a result of the turn before": [U, {**A, **_calls("c1")}, {**A, **_calls("c2")}, R],
    "a result without an id": [U, {**A, **_calls("c1")}, {"role": "tool", "content": "r"}],
    "an id used twice": [U, {**A, **_calls("c1")}, R, {**A, **_calls("c1")}, R],
    "an id that is the tool's name": [U, {**A, **_calls("c1", "c1")}, R],
    "a call of nothing": [U, {**A, **_calls("c1", "")}, R],
    "a tool called like a role": [U, {**A, **_calls("c1", "User")}, R],
    "nothing said": [U, A],
}


@pytest.mark.parametrize("messages", REPAIRED.values(), ids=REPAIRED)
def test_messages_that_the_wire_rules_change_go_the_long_way(messages: list[dict[str, Any]]) -> None:
    """The short way writes what stands there."""
    assert not both_agree({"messages": messages}, {"role": "assistant", "content": "done"})
    assert both_agree({"messages": [U, {**A, **_calls("c1")}, R]}, {"role": "assistant", "content": "done"})


def test_a_result_behind_an_empty_turn_answers_the_call_before_it() -> None:
    """Both ways know it by its id: nothing was lost."""
    messages = [U, {**A, **_calls("c1")}, {**A, "content": ""}, R]
    assert both_agree({"messages": messages}, {"role": "assistant", "content": "done"})


def test_texts_that_are_taken_apart_go_the_long_way() -> None:
    """Strands' messages look like plain wire; only their reply says that their texts are blocks."""
    words = dump([{"text": "hi"}])
    assert not both_agree([{"role": "user", "content": words}], {"finish_reason": "end_turn", "message": words})
    assert both_agree([{"role": "user", "content": words}], {"role": "assistant", "content": words})


@pytest.mark.parametrize("tools", [BY_NAME, FUNCTION])
def test_tools_that_are_no_list_are_not_lost(tools: Any) -> None:
    """The AI SDK logs a map by name: wire messages beside it do not make it OpenAI's."""
    messages = [{"role": "user", "content": "q"}]
    row = dump({"input": dump({"messages": messages, "tools": tools}), "output": "a"}).encode()
    found, _ = read_candidate(row, LANGFUSE, rows_of([row], LANGFUSE))
    assert isinstance(found, Candidate)
    assert [tool["function"]["name"] for tool in found.tools] == ["f"]


@pytest.mark.parametrize("file", ground_truth.files(), ids=lambda file: f"{file.path.parent.name}/{file.path.stem}")
def test_both_ways_agree_on_real_exports(file: ground_truth.File) -> None:
    """Real clients log more than anyone thinks of."""
    short_ways(file)


def test_most_real_calls_take_the_short_way() -> None:
    """Two ways that agree because one is never taken would be slow, and nobody would notice."""
    short = [way for file in ground_truth.files() for way in short_ways(file)]
    assert sum(short) > len(short) / 2


def short_ways(file: ground_truth.File) -> list[bool]:
    """Of each call, whether the short way could read it; both ways agree."""
    platform = PLATFORMS[Path(file.path).parent.name]
    lines = [(line, platform.index_line(line)) for line in file.path.read_bytes().splitlines()]
    return [agrees(line, platform) for line, entry in lines if entry is not None and entry.is_call]
