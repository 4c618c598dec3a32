"""LangChain's answers: generations, messages alone and in lists, streams; what is none."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, read, row
from test_langchain import ASKED, DONE, FLAT, HELLO, HI, INVALID, RAW_CALLS, WIRE_CALLS, generations, lc

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

AI = {"content": "Done.", "type": "ai", **FLAT, "tool_calls": [], "invalid_tool_calls": []}
CHUNKS = [
    {"name": "f", "args": '{"a"', "id": None, "index": 0, "type": "tool_call_chunk"},
    {"name": None, "args": ":1}", "id": None, "index": 0, "type": "tool_call_chunk"},
]

REPLIES: list[tuple[str, Any, dict[str, Any]]] = [
    ("nested generations", DONE, HELLO),
    ("flat generations", {"generations": DONE["generations"][0]}, HELLO),
    ("a chunk", generations(lc("AIMessageChunk", "Done.", type="AIMessageChunk"), kind="ChatGenerationChunk"), HELLO),
    (
        "a serialized generation",
        {"generations": [[{"lc": 1, "type": "constructor", "id": ["x", "ChatGeneration"], "kwargs": {"message": AI}}]]},
        HELLO,
    ),
    ("alternatives", generations(lc("AIMessage", "Done."), lc("AIMessage", "Other.")), HELLO),
    ("a flat message in a generation", generations(AI), HELLO),
    ("a wire message", {"role": "assistant", "content": "Done."}, HELLO),
    ("a constructor", lc("AIMessage", "Done."), HELLO),
    ("a flat message", AI, HELLO),
    ("a message under a key", {"message": lc("AIMessage", "Done.")}, HELLO),
    ("an output", {"output": lc("AIMessage", "Done.")}, HELLO),
    ("an output that is a text", {"output": "Done."}, HELLO),
    ("a message that speaks, beside what it came from", {**HELLO, "output": {"type": "ai", "content": "Other."}}, HELLO),
    ("a role beside a message", {"role": "assistant", "content": "", "output": AI}, HELLO),
    (
        "reasoning as Bedrock's blocks",
        generations(
            lc(
                "AIMessage",
                [{"type": "reasoning_content", "reasoning_content": {"text": "Greet."}}, {"type": "text", "text": "Done."}],
            )
        ),
        {**HELLO, "reasoning_content": "Greet."},
    ),
    (
        "a result that was serialized as a whole",
        {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "LLMResult"], "kwargs": DONE},
        HELLO,
    ),
    ("messages", {"messages": [lc("HumanMessage", "hi"), lc("AIMessage", "Done.")]}, HELLO),
    ("flat messages", {"messages": [{"type": "human", "content": "hi"}, {"type": "ai", "content": "Done."}]}, HELLO),
    (
        "chunks without an id",
        generations(lc("AIMessageChunk", "", tool_calls=[], tool_call_chunks=CHUNKS)),
        assistant(None, call("call_1_0", "f", '{"a":1}')),
    ),
    (
        "a streamed call without an id",
        generations(lc("AIMessageChunk", "", tool_calls=[{"name": "f", "args": {"a": 1}, "id": None}], type="x")),
        assistant(None, call("call_1_0", "f", '{"a":1}')),
    ),
    (
        "raw calls with holes",
        generations(lc("AIMessage", "", additional_kwargs={"tool_calls": [None, RAW_CALLS[0]]})),
        assistant(None, WIRE_CALLS[0]),
    ),
    (
        "only unparsable calls",
        generations(lc("AIMessage", "", tool_calls=[], invalid_tool_calls=INVALID)),
        assistant(None, WIRE_CALLS[1]),
    ),
    (
        "an answer given as audio",
        generations(lc("AIMessage", "", additional_kwargs={"audio": {"data": "AAAA", "transcript": "Done."}})),
        HELLO,
    ),
    (
        "an answer given as audio, and as a text",
        generations(lc("AIMessage", "Done.", additional_kwargs={"audio": {"data": "AAAA", "transcript": "Other."}})),
        HELLO,
    ),
    ("audio without a transcript", generations(lc("AIMessage", "", additional_kwargs={"audio": "AAAA"})), assistant("")),
    (
        "a refusal and its reasoning",
        generations(lc("AIMessage", "", additional_kwargs={"refusal": "No.", "reasoning_content": "Bad."})),
        assistant("No.", refusal="No.", reasoning_content="Bad."),
    ),
]


@pytest.mark.parametrize(("output", "wire"), [case[1:] for case in REPLIES], ids=[case[0] for case in REPLIES])
def test_a_reply_is_read(output: Any, wire: dict[str, Any]) -> None:
    """Wherever a tracer puts the answer, it is the last message."""
    assert_read(Logged("", "langsmith", ASKED, output, [HI, wire]))


@pytest.mark.parametrize(
    "output",
    [generations(lc("AIMessage", "", type="ai")), generations(lc("AIMessage", [])), {"generations": []}, {}, None],
)
def test_rule_1_an_empty_ai_message_of_a_failed_run_is_no_reply(output: Any) -> None:
    """LangChain logs an empty message for a call that raised; it was never said."""
    line = row("langsmith", ASKED, output, error="RateLimitError", status="error")
    assert read("langsmith", line) is NoCandidate.FAILED


def test_rule_1_an_empty_ai_message_of_a_run_that_succeeded_is_a_reply() -> None:
    """A model may answer with nothing; that is what was said."""
    found = read("langsmith", row("langsmith", ASKED, generations(lc("AIMessage", ""))))
    assert isinstance(found, Conversation)
    assert found.messages[-1] == assistant("")


@pytest.mark.parametrize("output", [{"generations": [[{"text": "Done.", "type": "Generation"}]]}, lc("HumanMessage", "hi")])
def test_text_completions_and_other_roles_are_no_reply(output: Any) -> None:
    """Only an assistant's message ends a conversation."""
    assert read("langsmith", row("langsmith", ASKED, output)) is NoCandidate.NO_REPLY
