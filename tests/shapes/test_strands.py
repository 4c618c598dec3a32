"""Strands Agents, whose contents are JSON texts of Bedrock's blocks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from both_platforms import FORMS, Case, assert_read, assert_unsupported, call, parametrize, read
from model_calls import Logged, assistant, result, system, user
from model_calls import assert_read as assert_logged
from model_calls import parametrize as parametrize_logged
from traces import choose_from, observation

from oumi_assets.reconstruction.conversation import Conversation
from oumi_assets.shapes.counting import count_messages


def _said(role: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    """A message as Strands logs it."""
    return {"role": role, "content": json.dumps(blocks)}


def _reply(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"finish_reason": "end_turn", "message": json.dumps(blocks)}


def _use(call_id: str, name: str = "weather") -> dict[str, Any]:
    return {"toolUse": {"toolUseId": call_id, "name": name, "input": {"city": "Rome"}}}


def _result(call_id: str, *content: dict[str, Any]) -> dict[str, Any]:
    return {"toolResult": {"toolUseId": call_id, "status": "success", "content": list(content)}}


def _wire(call_id: str) -> dict[str, Any]:
    return call(call_id, "weather", '{"city":"Rome"}')


ASKED = [_said("system", {"text": "Be brief."}, {"cachePoint": {"type": "default"}}), _said("user", {"text": "Rome?"})]
WIRE = [system("Be brief."), user("Rome?")]
TURN = [
    *ASKED,
    _said("assistant", {"text": "Let me look."}, _use("a"), _use("b")),
    _said("tool", _result("a", {"text": "sun"}), _result("b", {"json": {"sky": "blue"}})),
]
WIRE_TURN = [*WIRE, assistant("Let me look.", _wire("a"), _wire("b")), result("a", "sun"), result("b", '{"sky":"blue"}')]
PICTURE = {"image": {"format": "png", "source": {"bytes": "<replaced>"}}}
CASES = [
    Case("texts", ASKED, _reply({"text": "Sunny."}), [*WIRE, assistant("Sunny.")]),
    Case("parallel calls, whose results are one message", TURN, _reply({"text": "Done."}), [*WIRE_TURN, assistant("Done.")]),
    Case(
        "a reply that calls, with its reasoning",
        ASKED,
        _reply({"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "x"}}}, _use("a")),
        [*WIRE, assistant(None, _wire("a"), reasoning_content="Hm.")],
    ),
    Case(
        "texts that are JSON themselves",
        [_said("user", {"text": '[{"text": "mine"}]'}), _said("assistant", {"text": "{}"}), _said("user", {"text": "[]"})],
        _reply({"text": '[{"text": "its own"}]'}),
        [user('[{"text": "mine"}]'), assistant("{}"), user("[]"), assistant('[{"text": "its own"}]')],
    ),
    Case(
        "a result beside the user's words",
        [*ASKED, _said("assistant", _use("a")), _said("tool", _result("a", {"text": "sun"}), {"text": "And now?"})],
        _reply({"text": "Done."}),
        [*WIRE, assistant(None, _wire("a")), result("a", "sun"), user("And now?"), assistant("Done.")],
    ),
    Case(
        "a picture whose bytes were replaced",
        [_said("user", {"text": "Look"}, PICTURE)],
        _reply({"text": "What?"}),
        [user([{"type": "text", "text": "Look"}, {"type": "image", **PICTURE}]), assistant("What?")],
    ),
    Case("nothing said", ASKED, _reply(), [*WIRE, assistant("")]),
    Case("tools beside the messages", {"messages": ASKED, "tools": []}, _reply({"text": "Hi."}), [*WIRE, assistant("Hi.")]),
]


@parametrize(CASES)
def test_strands_is_read(case: Case) -> None:
    """Calls and results were words in a text, and of parallel results one message was made."""
    assert_read(case)


JSON_WORDS = '[{"text": "hi"}]'
OWN_WORDS: dict[str, tuple[list[Any], Any, str]] = {
    "the user's": ([user(JSON_WORDS)], assistant("Hello."), "Hello."),
    "everybody's": ([user(JSON_WORDS)], assistant(JSON_WORDS), JSON_WORDS),
    "the model's": ([user("hi")], {"finish_reason": "stop", "message": JSON_WORDS}, JSON_WORDS),
    "the user's, and an event's answer": ([user(JSON_WORDS)], {"finish_reason": "stop", "message": "Hello."}, "Hello."),
}


@pytest.mark.parametrize(("messages", "output", "answer"), OWN_WORDS.values(), ids=OWN_WORDS)
def test_somebodys_own_json_stays_a_text(messages: list[Any], output: Any, answer: str) -> None:
    """People write JSON, and models answer with it: only a whole call of Strands is taken apart."""
    for form, make in FORMS.items():
        found = read(form.split()[-1], make(messages, output))
        assert isinstance(found, Conversation), form
        assert found.messages == [*messages, assistant(answer)], form


@pytest.mark.parametrize("content", ["[REDACTED]", json.dumps([{"text": "a"}, {"unknown": {}}]), None])
def test_contents_that_cannot_be_taken_apart_are_unsupported(content: Any) -> None:
    """What was not recorded, or is not known, is no text that somebody said."""
    assert_unsupported([*ASKED, {"role": "user", "content": content}], _reply({"text": "Done."}))


def test_results_in_one_text_are_left_open() -> None:
    """Counted by its messages, the longest conversation would lose against one that is shorter."""
    ids = "abcd"
    turn = [
        *ASKED,
        _said("assistant", *(_use(call_id) for call_id in ids)),
        _said("tool", *(_result(call_id, {"text": "sun"}) for call_id in ids)),
    ]
    assert count_messages(json.dumps(turn)) is None
    other = [system("Be brief." * 900), *[user("u"), assistant("a")] * 2, user("u")]
    rows = [observation(1, other, assistant("a")), observation(2, turn, _reply({"text": "Done."}))]
    for order in (rows, rows[::-1]):
        assert [message["role"] for message in choose_from(order).messages[2:]] == ["assistant", *["tool"] * 4, "assistant"]


SCOPE = {"scope": {"name": "strands.telemetry.tracer"}}


def _parts(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    """A message of the latest conventions."""
    return {"role": role, "parts": list(parts)}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "content": text}


def _response(call_id: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "tool_call_response", "id": call_id, "response": list(blocks)}


def _call(call_id: str) -> dict[str, Any]:
    return {"type": "tool_call", "name": "weather", "id": call_id, "arguments": {"city": "Rome"}}


TWO = [{"text": "one"}, {"text": "two"}]
HM = {"type": "reasoningContent", "content": {"reasoningText": {"text": "Hm.", "signature": "x"}}}
CACHED = {"type": "cachePoint", "content": {"type": "default"}}
LATEST = [
    Logged(
        "the latest conventions",
        "langfuse",
        [
            system("Be brief."),
            _parts("user", _text("Rome?"), CACHED),
            _parts("assistant", HM, _call("a"), _call("b"), _call("c")),
            _parts("user", _response("a", {"text": "sun"}), _response("b", {"json": {"sky": 1}}), _response("c", *TWO)),
        ],
        [_parts("assistant", HM, _text("Done."))],
        [
            *WIRE,
            assistant(None, _wire("a"), _wire("b"), _wire("c"), reasoning_content="Hm."),
            result("a", "sun"),
            result("b", '{"sky":1}'),
            result("c", "one\ntwo"),
            assistant("Done.", reasoning_content="Hm."),
        ],
        fields={"metadata": SCOPE},
    ),
    Logged(
        "the latest conventions, a picture, metadata as Langfuse flattens them",
        "langfuse",
        [_parts("user", _text("Look"), {"type": "image", "content": PICTURE["image"]})],
        [_parts("assistant", _text("What?"))],
        [user([{"type": "text", "text": "Look"}, {"type": "image", **PICTURE}]), assistant("What?")],
        fields={"metadata": {"scope.name": "strands.telemetry.tracer"}},
    ),
    Logged(
        "the same parts of another writer, whose tool returned such a list",
        "langfuse",
        [_parts("user", _text("Rome?")), _parts("assistant", _call("a")), _parts("user", _response("a", {"text": "sun"}))],
        [_parts("assistant", _text("Done."))],
        [user("Rome?"), assistant(None, _wire("a")), result("a", '[{"text":"sun"}]'), assistant("Done.")],
        fields={"metadata": {"scope": {"name": "pydantic-ai"}}},
    ),
]


@parametrize_logged(LATEST)
def test_the_latest_conventions_hold_blocks(logged: Logged) -> None:
    """A result would be JSON around its text, and reasoning a part of what was said."""
    assert_logged(logged)
