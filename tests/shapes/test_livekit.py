"""LiveKit Agents, whose items become one message each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from both_platforms import Case, assert_read, assert_unsupported, call, parametrize
from model_calls import assistant, result, system, user
from traces import choose_from, observation

from oumi_assets.shapes.counting import count_messages


def _text(call_id: str, city: str, name: str = "weather") -> str:
    """A call as LiveKit writes it."""
    return json.dumps(
        {"function": {"name": name, "arguments": json.dumps({"city": city})}, "id": call_id, "type": "function"}
    )


def _called(call_id: str, city: str) -> dict[str, Any]:
    return {"role": "assistant", "tool_calls": [_text(call_id, city)]}


def _answered(call_id: str, content: str) -> dict[str, Any]:
    return {"role": "tool", "content": content, "name": "weather", "id": call_id}


def _wire(call_id: str, city: str) -> dict[str, Any]:
    return call(call_id, "weather", json.dumps({"city": city}))


def _result(call_id: str, content: str) -> dict[str, Any]:
    return {**result(call_id, content), "name": "weather"}


ASKED = [system("Be brief."), user("Rome and Oslo?")]
LOGGED = [
    *ASKED,
    assistant("Let me look."),
    _called("call_1a", "Rome"),
    _called("call_1b", "Oslo"),
    _answered("call_1b", "snow"),
    _answered("call_1a", "sun"),
]
WIRE = [
    *ASKED,
    assistant("Let me look.", _wire("call_1a", "Rome"), _wire("call_1b", "Oslo")),
    _result("call_1b", "snow"),
    _result("call_1a", "sun"),
]
CASES = [
    Case("calls beside each other are one turn", LOGGED, assistant("Done."), [*WIRE, assistant("Done.")]),
    Case(
        "a reply that calls",
        ASKED,
        {**assistant("Let me look."), "tool_calls": [_text("call_1a", "Rome"), _text("call_1b", "Oslo")]},
        WIRE[:3],
    ),
    Case(
        "a result by an id of its own",
        [*ASKED, _called("call_1a", "Rome"), _answered("item_9", "sun")],
        assistant("Done."),
        [*ASKED, assistant(None, _wire("call_1a", "Rome")), _result("call_1a", "sun"), assistant("Done.")],
    ),
    Case(
        "ids of any provider",
        [
            *ASKED,
            _called("D681PevKs", "Rome"),
            _called("9c-2", "Oslo"),
            _answered("9c-2", "snow"),
            _answered("D681PevKs", "sun"),
        ],
        assistant("Done."),
        [
            *ASKED,
            assistant(None, _wire("D681PevKs", "Rome"), _wire("9c-2", "Oslo")),
            _result("9c-2", "snow"),
            _result("D681PevKs", "sun"),
            assistant("Done."),
        ],
    ),
    Case(
        "calls behind results are a turn of their own, as logged",
        [*ASKED, _called("a", "Rome"), _answered("a", "sun"), _called("b", "Oslo"), _answered("b", "snow")],
        assistant("Done."),
        [
            *ASKED,
            assistant(None, _wire("a", "Rome")),
            _result("a", "sun"),
            assistant(None, _wire("b", "Oslo")),
            _result("b", "snow"),
            assistant("Done."),
        ],
    ),
]


@parametrize(CASES)
def test_livekit_is_read(case: Case) -> None:
    """Every call was lost, and its results answered nobody."""
    assert_read(case)


def test_texts_of_calls_of_another_writer_stay_in_their_messages() -> None:
    """Only LiveKit is known to log one turn in pieces: two answers of somebody else are two."""
    beside = {"role": "assistant", "content": "And:", "tool_calls": [_text("b", "Oslo")]}
    logged = [*ASKED, assistant("Let me look."), beside, result("b", "snow")]
    read = assistant("And:", _wire("b", "Oslo"))
    wire = [*ASKED, assistant("Let me look."), read, result("b", "snow"), assistant("Done.")]
    assert_read(Case("in pieces", logged, assistant("Done."), wire))


def test_a_call_in_pieces_is_never_taken_for_shorter_than_it_is() -> None:
    """It is counted by its messages, of which there are fewer in the end: too many never hides it."""
    counted = count_messages(json.dumps(LOGGED))
    assert counted is not None
    assert counted.messages >= len(WIRE) + 1
    other = [system("Be brief." * 900), user("u"), assistant("a"), user("u"), assistant("a"), user("u")]
    rows = [observation(1, LOGGED, assistant("Done.")), observation(2, other, assistant("a"))]
    for order in (rows, rows[::-1]):
        assert choose_from(order).messages == [*other, assistant("a")]


def _item(kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": "item_1", "type": kind, **fields, "extra": {}}


def _said_item(role: str, *content: Any) -> dict[str, Any]:
    return _item("message", role=role, content=list(content), interrupted=False)


def _call_item(call_id: str, city: str) -> dict[str, Any]:
    return _item("function_call", call_id=call_id, name="weather", arguments=json.dumps({"city": city}))


def _output_item(call_id: str, output: str) -> dict[str, Any]:
    return _item("function_call_output", call_id=call_id, name="weather", output=output, is_error=False)


CONTEXT = {
    "items": [
        _said_item("system", "Be brief.", {"type": "cache_breakpoint"}),
        _item("agent_config_update", instructions="Be brief.", tools_added=["weather"]),
        _said_item("user", "Rome and", "Oslo?"),
        _said_item("assistant", "Let me look."),
        _call_item("call_1a", "Rome"),
        _call_item("call_1b", "Oslo"),
        _output_item("call_1b", "snow"),
        _item("agent_handoff", new_agent_id="b"),
        _output_item("call_1a", "sun"),
    ]
}
ITEMS = [
    Case(
        "a chat context",
        CONTEXT,
        "Done.",
        [
            system("Be brief."),
            user("Rome and\nOslo?"),
            WIRE[2],
            result("call_1b", "snow"),
            result("call_1a", "sun"),
            assistant("Done."),
        ],
    )
]


@parametrize(ITEMS)
def test_a_chat_context_of_items_is_read(case: Case) -> None:
    """Where the model's own row was sampled away, the items are all that is left of the chat."""
    assert_read(case)


@pytest.mark.parametrize("item", [_item("file_search_call"), _item("note", text="x"), "text", {"type": ["message"]}, None])
def test_items_of_somebody_else_are_not_livekits(item: Any) -> None:
    """`items` is a common word; what is not known is not left out."""
    assert_unsupported({"items": [*CONTEXT["items"], item]}, "Done.")
    assert_unsupported({**CONTEXT, "page": 1}, "Done.")


def test_the_models_own_row_counts_before_the_context_around_it() -> None:
    """The outer row logs the same chat without the calls of the reply."""
    asked = {"items": [_said_item("user", "Rome?")]}
    calling = {**assistant("Let me look."), "tool_calls": [_text("call_1a", "Rome")]}
    rows = [observation(1, asked, "Let me look."), observation(2, [user("Rome?")], calling)]
    for order in (rows, rows[::-1]):
        assert choose_from(order).messages == [user("Rome?"), assistant("Let me look.", _wire("call_1a", "Rome"))]
