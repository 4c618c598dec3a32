"""Logfire's instrumentations of the Responses API: each item a message, the answer of events behind its request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import assistant, call, read, result, row, system, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

OPENAI = {"scope.name": "logfire.openai"}
AGENTS = {"scope.name": "logfire.openai_agents"}


def _parts(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": role, "parts": list(parts)}


def _called(call_id: str) -> dict[str, Any]:
    return _parts("assistant", {"type": "tool_call", "id": call_id, "name": "f", "arguments": {}})


def _result(call_id: str) -> dict[str, Any]:
    return _parts("tool", {"type": "tool_call_response", "id": call_id, "response": "22C"})


def _text(role: str, said: str) -> dict[str, Any]:
    return _parts(role, {"type": "text", "content": said})


def _event(role: str, **said: Any) -> dict[str, Any]:
    return {"event.name": f"gen_ai.{role}.message", "role": role, **said}


CALLED = assistant(None, call("a", "f"), call("b", "f"))
ASKED, CALLS = [_text("user", "hi")], [_called("a"), _called("b")]
RESULTS = [_result("a"), _result("b")]
EVENTS = [_event("system", content="Be brief."), _event("user", content="hi")]
EVENT_CALLS = [_event("assistant", tool_calls=[call(call_id, "f")]) for call_id in "ab"]
EVENT_RESULTS = [{**_event("tool", content="22C"), "id": call_id} for call_id in "ab"]


def _read(input_: Any, output: Any, metadata: Any, **fields: Any) -> Conversation | NoCandidate:
    return read("langfuse", row("langfuse", input_, output, metadata=metadata, **fields))


def test_items_of_one_turn_are_one_message() -> None:
    """Calls made beside each other would look like calls made one after the other."""
    found = _read([*ASKED, *CALLS, *RESULTS], [_text("assistant", "Fine.")], OPENAI)
    assert isinstance(found, Conversation)
    assert found.messages == [user("hi"), CALLED, result("a", "22C"), result("b", "22C"), assistant("Fine.")]


def test_messages_of_a_chat_completion_are_turns_already() -> None:
    """The same scope logs both APIs; two answers in a row stay two, whatever else the request holds."""
    picture = user([{"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}])
    for first in (user("hi"), picture):
        history = [first, assistant("One."), assistant("Two."), user("And?")]
        found = _read(history, [assistant("Fine.")], OPENAI)
        assert isinstance(found, Conversation)
        assert found.messages == [*history, assistant("Fine.")]


def test_items_of_an_answer_are_no_alternatives() -> None:
    """Of alternatives the first counts, and a call would be lost."""
    found = _read(ASKED, [_text("assistant", "Look."), *CALLS], OPENAI)
    assert isinstance(found, Conversation)
    assert found.messages[1] == {**CALLED, "content": "Look."}


def test_answers_without_calls_are_alternatives() -> None:
    """As a chat completion with several choices logs them."""
    found = _read(ASKED, [_text("assistant", "One."), _text("assistant", "Two.")], OPENAI)
    assert isinstance(found, Conversation)
    assert found.messages[1] == assistant("One.")


@pytest.mark.parametrize("metadata", [OPENAI, AGENTS])
def test_the_answer_of_events_stands_behind_the_request(metadata: dict[str, str]) -> None:
    """Langfuse takes events for the input unless they are choices."""
    found = _read([*EVENTS, *EVENT_CALLS], "", metadata)
    assert isinstance(found, Conversation)
    assert found.messages == [system("Be brief."), user("hi"), CALLED]
    found = _read([*EVENTS, *EVENT_CALLS, *EVENT_RESULTS, _event("assistant", content="Fine.")], "", metadata)
    assert isinstance(found, Conversation)
    assert [message["role"] for message in found.messages] == ["system", "user", "assistant", "tool", "tool", "assistant"]
    assert found.messages[2] == CALLED


def test_the_agents_sdk_tells_what_the_api_got_and_gave() -> None:
    """Tools are told nowhere else."""
    item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Fine."}]}
    tool = {"type": "function", "name": "f", "parameters": {"type": "object"}}
    response = {"object": "response", "output": [item], "instructions": "Be brief.", "tools": [tool], "model": "gpt-5"}
    sent = [{"role": "user", "content": "hi"}]
    attributes = {"attributes.raw_input": json.dumps(sent), "attributes.response": json.dumps(response)}
    found = _read([*EVENTS, _event("assistant", content="Fine.")], "", {**AGENTS, **attributes})
    assert isinstance(found, Conversation)
    assert found.messages == [system("Be brief."), user("hi"), assistant("Fine.")]
    assert [tool["function"]["name"] for tool in found.tools] == ["f"]


def test_without_an_answer_there_is_no_reply() -> None:
    """A stream's first span has none; a failed call's last item is no answer, nor is any in another writer's history."""
    assert _read(EVENTS, "", OPENAI) is NoCandidate.NO_REPLY
    assert _read([*EVENTS, *EVENT_CALLS], "", OPENAI, level="ERROR") is NoCandidate.FAILED
    assert _read([*EVENTS, *EVENT_CALLS], "", {"scope.name": "pydantic-ai"}) is NoCandidate.NO_REPLY
