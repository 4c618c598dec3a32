"""Responses as `langfuse.openai` logs them: texts as payloads, and what else the response held as metadata."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, parametrize, read, result, row, system, user

from oumi_assets.core.json_text import dump
from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Candidate

HI, HELLO, BRIEF = user("hi"), assistant("Hello."), system("Be brief.")
TOOL = {"type": "function", "name": "weather", "parameters": {"type": "object"}}
WIRE_TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
RESPONSE = {"reasoning": '{"effort":null,"summary":null}', "tools": "[]", "metadata": "{}", "status": "completed"}
INSTRUCTED = {**RESPONSE, "instructions": "Be brief."}
CALL = {
    "id": "fc_1",
    "type": "function_call",
    "call_id": "call_1",
    "name": "weather",
    "arguments": "{}",
    "status": "completed",
}
ITEMS = [HI, CALL, {"type": "function_call_output", "call_id": "call_1", "output": "sunny"}]


def _logged(name: str, input_: Any, output: Any, metadata: Any, messages: list[Any], *tools: Any) -> Logged:
    return Logged(name, "langfuse", input_, output, messages, list(tools), {"metadata": metadata})


CASES = [
    _logged("texts", "hi", "Hello.", RESPONSE, [HI, HELLO]),
    _logged("metadata as text", "hi", "Hello.", dump(RESPONSE), [HI, HELLO]),
    _logged("texts and instructions", "hi", "Hello.", INSTRUCTED, [BRIEF, HI, HELLO]),
    _logged("a hosted tool", "hi", "Hello.", {**RESPONSE, "tools": '[{"type":"web_search"}]'}, [HI, HELLO]),
    _logged(
        "items and instructions",
        ITEMS,
        "Sun.",
        {**INSTRUCTED, "tools": dump([TOOL])},
        [BRIEF, HI, assistant(None, call("call_1", "weather")), result("call_1", "sunny"), assistant("Sun.")],
        WIRE_TOOL,
    ),
    _logged(
        "version 3 in Python, streamed",
        [HI],
        [CALL],
        {"id": "resp_1", "instructions": "Be brief.", "object": "response", "tools": dump([TOOL])},
        [BRIEF, HI, assistant(None, call("call_1", "weather"))],
        WIRE_TOOL,
    ),
    _logged("instructions of somebody's own", [HI], HELLO, {"instructions": "Call back."}, [HI, HELLO]),
    _logged("a system's message beside them", [BRIEF, HI], HELLO, {**INSTRUCTED, "instructions": "x"}, [BRIEF, HI, HELLO]),
]


@parametrize(CASES)
def test_a_response_that_lies_in_the_metadata_is_a_chats(logged: Logged) -> None:
    """The Responses API is only asked by chats, whatever little of it was logged."""
    assert_read(logged)


@pytest.mark.parametrize(
    "metadata",
    [{}, None, {"status": "completed"}, {"tools": "[]", "reasoning": "r", "status": "done"}, {"object": "text_completion"}],
)
def test_texts_without_such_metadata_are_a_completion(metadata: Any) -> None:
    """Only the metadata tell a chat of two texts from a completed text."""
    assert read("langfuse", row("langfuse", "Once upon", "a time", metadata=metadata)) is NoCandidate.UNSUPPORTED


def test_a_response_that_continues_a_stored_one_lacks_nothing() -> None:
    """The API kept its history: it is not put behind another call."""
    metadata = {**RESPONSE, "previous_response_id": "resp_0"}
    found = read("langfuse", row("langfuse", "and then?", "Hello.", metadata=metadata))
    assert isinstance(found, Candidate)
    assert found.stored
