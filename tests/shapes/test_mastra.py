"""Mastra, whose model calls are loops of several steps."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import (
    Logged,
    assert_read,
    assistant,
    call,
    langfuse_row,
    langsmith_row,
    parametrize,
    read,
    result,
    row,
    system,
    user,
)
from traces import is_read, rows_of

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate
from oumi_assets.reconstruction.conversation import Conversation

ASKED = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "hi", "providerOptions": {"mastra": {"createdAt": 1}}}]},
    ]
}
WIRE = [system("Be brief."), user("hi")]
TEXT = {"files": [], "reasoning": [], "sources": [], "text": "Hello.", "warnings": []}
CALLS = [{"toolCallId": "c1", "toolName": "f", "args": {"a": 1}}]
TOOLS = [{"type": "function", "name": "f", "parameters": {"type": "object"}}]
WIRE_TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
OF_LANGSMITH = {"extra": {"metadata": {"mastra_span_type": "model_generation", "tools": TOOLS, "finishReason": "stop"}}}
OF_LANGFUSE = {"metadata": {"spanType": "model_generation", "attributes.mastra.span.type": "model_generation"}}
OF_OLD_LANGFUSE = {"metadata": {"spanType": "model_generation", "finishReason": "stop"}}
MARKS = [("langsmith", OF_LANGSMITH), ("langfuse", OF_LANGFUSE), ("langfuse", OF_OLD_LANGFUSE)]
CASES = [
    Logged("a text", "langsmith", ASKED, TEXT, [*WIRE, assistant("Hello.")], WIRE_TOOLS, OF_LANGSMITH),
    Logged("a text", "langfuse", ASKED, TEXT, [*WIRE, assistant("Hello.")], [], OF_LANGFUSE),
    Logged(
        "a text, no tool called", "langfuse", ASKED, {**TEXT, "toolCalls": []}, [*WIRE, assistant("Hello.")], [], OF_LANGFUSE
    ),
    Logged(
        "calls of tools that run elsewhere",
        "langsmith",
        ASKED,
        {**TEXT, "text": "", "toolCalls": CALLS},
        [*WIRE, assistant(None, call("c1", "f", '{"a":1}'))],
        WIRE_TOOLS,
        OF_LANGSMITH,
    ),
]


@parametrize(CASES)
def test_a_single_step_is_read(logged: Logged) -> None:
    """What is logged then is what was asked and said."""
    assert_read(logged)


def _step(row_id: str, second: int, text: str, *calls: str) -> bytes:
    made = [{"toolCallId": name, "toolName": "f", "args": {"a": 1}} for name in calls]
    return _below("r1", row_id, second, "model_step", {"text": text, "toolCalls": made})


def _tool(step: str, call_id: str, output: Any, **fields: Any) -> bytes:
    return _below(step, f"{step}-{call_id}", 0, "tool_call", output, toolCallId=call_id, **fields)


def _below(
    parent: str, row_id: str, second: int, kind: str, output: Any, error: str | None = None, **metadata: Any
) -> bytes:
    fields = {"id": row_id, "parent_run_id": parent, "run_type": "chain", "error": error}
    times = {"start_time": f"2026-05-19 10:00:{second:02}+00:00"}
    return langsmith_row({}, output, **fields, **times, extra={"metadata": {"mastra_span_type": kind, **metadata}})


LOOP = [
    _step("s2", 2, "Hello."),
    _step("s1", 1, "Look.", "c1", "c2"),
    _tool("s1", "c2", {"sky": "blue"}),
    _tool("s1", "c1", "sun"),
    _tool("elsewhere", "c1", "another loop's"),
]
IN_PARTS = [
    *WIRE,
    assistant("Look.", call("c1", "f", '{"a":1}'), call("c2", "f", '{"a":1}')),
    result("c1", "sun"),
    result("c2", '{"sky":"blue"}'),
    assistant("Hello."),
]
GENERATION = langsmith_row(ASKED, TEXT, name="llm: 'gpt-4o'", **OF_LANGSMITH)


def _read_loop(rows: list[bytes]) -> Conversation | NoCandidate:
    """The generation with those rows beside it in its trace."""
    langsmith = PLATFORMS["langsmith"]
    return read_candidate(GENERATION, langsmith, rows_of([*rows, GENERATION], langsmith))[0]


DEEP: Any = []
for _ in range(500):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "rows",
    [LOOP, LOOP[::-1], [_step("s1", 1, "L", "c3"), *LOOP], [*LOOP, _below("r1", "d", 3, "span", DEEP)]],
    ids=["any order", "another", "a row twice", "a damaged row"],
)
def test_a_loop_is_put_together_of_its_rows(rows: list[bytes]) -> None:
    """Its own row hides that tools were called, or answers before they were."""
    found = _read_loop(rows)
    assert isinstance(found, Conversation)
    assert found.messages == IN_PARTS
    assert is_read(GENERATION, PLATFORMS["langsmith"], 1000), "its row does not tell how many messages it is"


@pytest.mark.parametrize(
    "rows",
    [
        LOOP[:3],
        [*LOOP[:3], _tool("s1", "c1", None, error="It broke.")],
        [*LOOP, _below("s1", "another", 0, "tool_call", "rain", toolCallId="c1")],
        LOOP[1:],
        [_step("s2", 1, "Hello."), _step("s1", 2, "Look.", "c1", "c2"), *LOOP[2:]],
    ],
    ids=["no result", "failed without a word", "two results", "no last step", "steps in another order"],
)
def test_a_loop_that_is_not_whole_is_not_read(rows: list[bytes]) -> None:
    """Nobody knows what the model was told, or what it said last."""
    assert _read_loop(rows) is NoCandidate.UNSUPPORTED
    assert _read_loop(rows[::-1]) is NoCandidate.UNSUPPORTED


@pytest.mark.parametrize("place", ["extra", "metadata"])
@pytest.mark.parametrize("kind", ["model_generation", "model_step"])
@pytest.mark.parametrize("key", ["mastra_span_type", "spanType", "attributes"])
def test_only_a_generation_is_read_before_it_can_lose(key: str, kind: str, place: str) -> None:
    """Its row does not tell how many messages it is, wherever its kind is told; any other call is counted."""
    metadata = {key: {"mastra.span.type": kind} if key == "attributes" else kind}
    line = langsmith_row(ASKED, TEXT, **{place: {"metadata": metadata} if place == "extra" else metadata})
    assert is_read(line, PLATFORMS["langsmith"], 1000) is (kind == "model_generation")


@pytest.mark.parametrize(("output", "error", "told"), [(None, None, ""), ({"error": "boom"}, "boom", '{"error":"boom"}')])
def test_a_tool_that_returned_nothing_or_failed_has_answered(output: Any, error: str | None, told: str) -> None:
    """The model went on with it, as the step after it shows."""
    found = _read_loop([*LOOP[:3], _tool("s1", "c1", output, error=error)])
    assert isinstance(found, Conversation)
    assert found.messages[3] == result("c1", told)


@pytest.mark.parametrize("kind", [["tool_call"], {"a": 1}, 5])
def test_a_kind_that_is_no_text_is_none(kind: Any) -> None:
    """Metadata are anybody's."""
    odd = langsmith_row({}, "x", id="odd", parent_run_id="s1", extra={"metadata": {"mastra_span_type": kind}})
    found = _read_loop([*LOOP, odd])
    assert isinstance(found, Conversation)
    assert found.messages == IN_PARTS


def test_a_generation_without_an_id_has_no_rows_below_it() -> None:
    """The rows without a parent are not its steps, however many there are of both."""
    rows = [_below("", f"s{number}", number, "model_step", {"text": "x"}) for number in range(3)]
    nameless = GENERATION.replace(b'"id": "r1"', b'"id": null')
    assert nameless != GENERATION
    langsmith = PLATFORMS["langsmith"]
    found = read_candidate(nameless, langsmith, rows_of([*rows, nameless], langsmith))[0]
    assert isinstance(found, Conversation)
    assert found.messages == [*WIRE, assistant("Hello.")]


@pytest.mark.parametrize("name", ["model_generation eval", "model_generation_agent"])
@pytest.mark.parametrize("metadata", [{}, {"spanType": "agent_run", "attributes.mastra.span.type": "agent_run"}])
def test_a_span_that_is_only_called_like_a_generation_is_no_model_call(name: str, metadata: dict[str, Any]) -> None:
    """Also when somebody asks what `mastra.span.type` and `model_generation` are."""
    said = [{"role": "user", "content": "what is mastra.span.type model_generation?"}]
    row = langfuse_row(said, "x", type="SPAN", name=name, metadata=metadata)
    indexed = PLATFORMS["langfuse"].index_line(row)
    assert indexed is not None
    assert not indexed.is_call


@pytest.mark.parametrize(("platform", "mark"), MARKS)
def test_a_loop_is_never_counted_whatever_its_row_is_called(platform: str, mark: dict[str, Any]) -> None:
    """What its rows say together may be more than the longest request beside it."""
    make = langsmith_row if platform == "langsmith" else langfuse_row
    assert is_read(make(ASKED, TEXT, **{"name": "my-agent model call", **mark}), PLATFORMS[platform], 1000)


def test_a_generation_of_one_step_is_what_it_says() -> None:
    """The step says the same."""
    found = _read_loop([_step("s1", 1, "Hello.")])
    assert isinstance(found, Conversation)
    assert found.messages == [*WIRE, assistant("Hello.")]


@pytest.mark.parametrize(("platform", "mark"), MARKS)
def test_a_loop_is_not_one_message(platform: str, mark: dict[str, Any]) -> None:
    """The text was said when the calls had their results, which lie in other rows."""
    assert read(platform, row(platform, ASKED, {**TEXT, "toolCalls": CALLS}, **mark)) is NoCandidate.UNSUPPORTED


def test_a_step_of_the_ai_sdk_says_something_and_calls() -> None:
    """The same output elsewhere is one answer."""
    found = read("langfuse", langfuse_row(ASKED, {"text": "Hello.", "toolCalls": CALLS}))
    assert isinstance(found, Conversation)
    assert found.messages == [*WIRE, assistant("Hello.", call("c1", "f", '{"a":1}'))]


@pytest.mark.parametrize(
    ("name", "metadata", "is_call"),
    [
        ("model_generation gpt-4o", OF_LANGFUSE["metadata"], True),
        ("model_generation gpt-4o", {"spanType": "x"}, False),
        ("agent_step weather", {"attributes.mastra.span.type": "model_step"}, False),
        (None, OF_LANGFUSE["metadata"], False),
    ],
)
def test_the_span_with_the_messages_is_the_model_call(name: str | None, metadata: dict[str, str], is_call: bool) -> None:
    """Langfuse does not know it for a GENERATION: that is the span inside, which has the answer alone."""
    indexed = PLATFORMS["langfuse"].index_line(langfuse_row(ASKED, TEXT, type="SPAN", name=name, metadata=metadata))
    assert indexed is not None
    assert indexed.is_call is is_call
