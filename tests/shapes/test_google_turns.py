"""Google's turns: contents that follow each other, calls that its SDK made by itself, streams piece by piece."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import FORMS, Case, assert_read, call, parametrize, read
from test_google import ASK, CALLS, DONE, RESULTS

from oumi_assets.reconstruction.conversation import Candidate


def _model(*parts: Any) -> dict[str, Any]:
    return {"role": "model", "parts": list(parts)}


def _user(*parts: Any) -> dict[str, Any]:
    return {"role": "user", "parts": list(parts)}


def _piece(content: Any) -> dict[str, Any]:
    """A streamed response as `model_dump()` writes it."""
    return {
        "candidates": [{"content": content, "index": 0}],
        "usage_metadata": None,
        "automatic_function_calling_history": None,
    }


ONE_CALL = {"role": "assistant", "content": None, "tool_calls": [CALLS[0]]}
CALLING = _model({"function_call": {"args": {"city": "Rome"}, "name": "get_weather"}, "thought_signature": "c2ln"})
CALLED = _user({"function_response": {"name": "get_weather", "response": {"result": "sunny"}}})
HI, HELLO = {"role": "user", "content": "hi"}, {"role": "assistant", "content": "It is 17."}
STREAMED = [_model({"text": "It is", "thought": None}), _model({"text": " 17."})]
TURNS = [
    Case(
        "functions that the SDK called by itself",
        {"contents": [{"parts": [{"text": ASK["content"]}]}], "system_instruction": "Be brief."},
        {
            "candidates": [{"content": _model({"text": "Sunny and snow."})}],
            "automatic_function_calling_history": [{"parts": [{"text": ASK["content"]}]}, CALLING, CALLED],
        },
        [
            {"role": "system", "content": "Be brief."},
            ASK,
            {**ONE_CALL, "tool_calls": [call("call_2_0", "get_weather", '{"city":"Rome"}')]},
            {**RESULTS[0], "tool_call_id": "call_2_0"},
            DONE,
        ],
    ),
    Case(
        "a history that ends with the answer",
        {"contents": ASK["content"]},
        {
            "candidates": [{"content": _model({"text": "Sunny and snow."})}],
            "automaticFunctionCallingHistory": [
                _user({"text": ASK["content"]}),
                CALLING,
                CALLED,
                _model({"text": "Sunny and snow."}),
            ],
        },
        [ASK, ONE_CALL, RESULTS[0], DONE],
    ),
    Case(
        "a history that says no more than the request",
        {"contents": [_user({"text": "hi"})]},
        {**_piece(_model({"text": "It is 17."})), "automatic_function_calling_history": [_user({"text": "hi"})]},
        [HI, HELLO],
    ),
    Case(
        "a chat that was streamed, whose pieces became contents",
        {"contents": [_user({"text": "hi"}), *STREAMED, _user({"text": "and?"})]},
        _piece(_model({"text": "Rain."})),
        [HI, HELLO, {"role": "user", "content": "and?"}, {"role": "assistant", "content": "Rain."}],
    ),
    Case(
        "pieces of a thought, a text and a call",
        {
            "contents": [
                _user({"text": ASK["content"]}),
                _model({"text": "Look", "thought": True}),
                _model({"text": " it up.", "thought": True}),
                _model({"text": "Loo"}),
                _model({"text": "king."}, *CALLING["parts"]),
                CALLED,
            ]
        },
        _piece(_model({"text": "Sunny and snow."})),
        [ASK, {**ONE_CALL, "content": "Looking.", "reasoning_content": "Look it up."}, RESULTS[0], DONE],
    ),
    Case(
        "a stream that was logged piece by piece",
        {"contents": [_user({"text": "hi"})]},
        [_piece(content) for content in STREAMED] + [_piece(None), {"candidates": None}],
        [HI, HELLO],
    ),
    Case(
        "a stream within which the SDK called a function",
        {"contents": [_user({"text": ASK["content"]})]},
        [_piece(CALLING), _piece(CALLED), _piece(_model({"text": "Sunny"})), _piece(_model({"text": " and snow."}))],
        [ASK, ONE_CALL, RESULTS[0], DONE],
    ),
    Case(
        "a traced function's named arguments",
        {"args": [], "kwargs": {"contents": [_user({"text": "hi"})], "config": {"system_instruction": "Be brief."}}},
        [_piece(content) for content in STREAMED],
        [{"role": "system", "content": "Be brief."}, HI, HELLO],
    ),
]


@parametrize(TURNS)
def test_pieces_of_a_turn_are_one_message(case: Case) -> None:
    """What the model said in one turn is one message, however many contents the SDK left of it."""
    assert_read(case)


@pytest.mark.parametrize(
    "history", [None, 7, "x", {}, [], [None], [{}], [{"parts": None}], [[]], [{"parts": [], "role": {}}]]
)
def test_no_history_is_too_strange(history: Any) -> None:
    """It is read with every answer of Google's."""
    answer = {**_piece(_model({"text": "It is 17."})), "automatic_function_calling_history": history}
    row = FORMS["langfuse"]({"contents": "hi"}, answer)
    found = read("langfuse", row)
    assert isinstance(found, Candidate)
    assert found.messages == [HI, HELLO]


@pytest.mark.parametrize(
    "piece", [{"candidates": 7}, {"candidates": [None]}, {"candidates": [{"content": [7]}]}, _piece({"parts": 1})]
)
def test_no_piece_of_a_stream_is_too_strange(piece: Any) -> None:
    """A piece without parts says nothing."""
    found = read("langfuse", FORMS["langfuse"]({"contents": "hi"}, [piece, _piece(_model({"text": "It is 17."}))]))
    assert isinstance(found, Candidate)
    assert found.messages == [HI, HELLO]
