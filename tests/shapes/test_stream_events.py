"""Events of a stream that a traced function passed on: the answer is put together from what was logged of them."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import FORMS, Case, assert_read, parametrize, read
from model_calls import assistant, call, system, user

from oumi_assets.reconstruction.candidate import NoCandidate

ASK = user("Weather?")
ITEM = {"id": "msg_1", "type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Sunny."}]}
TOOL = {"type": "function", "name": "weather", "parameters": {"type": "object"}}
WIRE_TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


def _response(kind: str, status: str, *output: Any, **more: Any) -> dict[str, Any]:
    response = {"id": "resp_1", "object": "response", "status": status, "output": list(output), "tools": [], **more}
    return {"type": f"response.{kind}", "sequence_number": 0, "response": response}


CREATED = _response("created", "in_progress")
DONE = _response("completed", "completed", ITEM)
DELTA = {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": "Sunny."}
STARTED = {"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "content": []}}
STOPPED = [{"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}}, {"type": "message_stop"}]


def _block(index: Any, block: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of one content block."""
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *[{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas],
        {"type": "content_block_stop", "index": index},
    ]


def _words(*pieces: str) -> list[dict[str, Any]]:
    return [{"type": "text_delta", "text": piece} for piece in pieces]


def _json(*pieces: str) -> list[dict[str, Any]]:
    return [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]


TEXT = {"type": "text", "text": ""}
THOUGHT = {"type": "thinking", "thinking": "", "signature": ""}
THINKING = [{"type": "thinking_delta", "thinking": "H"}, {"type": "thinking_delta", "thinking": "m."}]
USE = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}
SEARCH = {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {}}
SAID = _block(0, TEXT, *_words("Sun", "ny."))

RESPONSE_CALL = {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"}
CASES = [
    Case("a response", [ASK], [CREATED, DELTA, DONE], [ASK, assistant("Sunny.")]),
    Case(
        "a response that was cut off by its limit, with instructions and tools",
        [ASK],
        [CREATED, DELTA, _response("incomplete", "incomplete", ITEM, instructions="Be brief.", tools=[TOOL])],
        [system("Be brief."), ASK, assistant("Sunny.")],
        [WIRE_TOOL],
    ),
    Case("a message", [ASK], [STARTED, *SAID, *STOPPED], [ASK, assistant("Sunny.")]),
    Case(
        "thinking, text and calls, the last without arguments",
        [ASK],
        [
            STARTED,
            {"type": "ping"},
            *_block(0, THOUGHT, *THINKING, {"type": "signature_delta", "signature": "sig=="}),
            *_block(1, TEXT, *_words("Look", "ing.")),
            *_block(2, USE, *_json("", '{"city": ', '"Rome"}')),
            *_block(3, {**USE, "id": "toolu_2"}, *_json("")),
            *STOPPED,
        ],
        [
            ASK,
            assistant(
                "Looking.",
                call("toolu_1", "weather", '{"city": "Rome"}'),
                call("toolu_2", "weather"),
                reasoning_content="Hm.",
            ),
        ],
    ),
    Case(
        "a search of the provider's",
        [ASK],
        [STARTED, *_block(0, SEARCH, *_json('{"q"', ":1}")), *_block(1, TEXT, *_words("None.")), *STOPPED],
        [ASK, assistant([{**SEARCH, "input": {"q": 1}}, {"type": "text", "text": "None."}])],
    ),
    Case(
        "what the Python SDK makes of events",
        [ASK],
        [STARTED, SAID[0], SAID[1], {"type": "text", "text": "Sun", "snapshot": "Sun"}, *SAID[2:], *STOPPED],
        [ASK, assistant("Sunny.")],
    ),
    Case(
        "blocks that were logged when they had grown (LangSmith's wrapSDK around Anthropic's JavaScript SDK)",
        [ASK],
        [
            STARTED,
            *_block(0, {"type": "thinking", "thinking": "Hm."}, {"type": "thinking_delta", "thinking": "Hm."}),
            *_block(1, {"type": "text", "text": "Sunny."}, *_words("Sun", "ny.")),
            *STOPPED,
        ],
        [ASK, assistant("Sunny.", reasoning_content="Hm.")],
    ),
    Case(
        "blocks at the same time",
        [ASK],
        [STARTED, *_block(0, TEXT)[:1], *_block(1, USE)[:1], SAID[1], *_block(1, USE, *_json("{}"))[1:], SAID[2]],
        [ASK, assistant("Sunny.", call("toolu_1", "weather"))],
    ),
    Case("an error behind a response", [ASK], [CREATED, DONE, {"type": "error"}], [ASK, assistant("Sunny.")]),
    Case("a response that was cut off", [ASK], [CREATED, DELTA], [ASK, assistant("Sunny.")]),
    Case(
        "a response that was cut off behind a call",
        [ASK],
        [CREATED, {"type": "response.output_item.done", "item": RESPONSE_CALL}, DELTA],
        [ASK, assistant("Sunny.", call("call_1", "weather"))],
    ),
    Case("a message that was cut off", [ASK], [STARTED, *SAID[:2]], [ASK, assistant("Sun")]),
]


@parametrize(CASES)
def test_a_streams_events_are_its_answer(case: Case) -> None:
    """Generators are traced as lists of what they yielded, and nobody puts these together."""
    assert_read(case)


@pytest.mark.parametrize(
    "events",
    [[CREATED], [CREATED, _response("failed", "failed")], [STARTED, *STOPPED], [STARTED, {"type": "error"}]],
    ids=["cut off", "failed", "empty", "an error"],
)
def test_a_stream_without_an_answer_has_none(events: list[Any]) -> None:
    """Its events are not what the model said."""
    for form, make in FORMS.items():
        assert read(form.split()[-1], make([ASK], events)) is NoCandidate.NO_REPLY, form


ODD: list[Any] = [
    {"type": "content_block_start", "index": [], "content_block": {"type": "text", "text": 7}},
    {"type": "content_block_start", "content_block": "x"},
    {"type": "content_block_delta", "index": {}, "delta": {"type": "text_delta", "text": None}},
    {"type": "content_block_delta", "index": 0, "delta": []},
    {"type": "content_block_delta", "index": 0, "delta": {"type": ["x"], "text": "a"}},
    {"type": "response.completed", "response": 7},
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_events_harm_nobody(odd: Any) -> None:
    """A line that somebody edited must not take the import down with it."""
    for events in ([odd], [odd, STARTED, *SAID], [*SAID, odd, odd]):
        for form, make in FORMS.items():
            read(form.split()[-1], make([ASK], events))
