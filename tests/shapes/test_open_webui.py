"""Open WebUI's filters for Langfuse, whose messages end with the answer."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import assistant, read, row, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

ASKED = [user("hi"), assistant("Hello."), user("And?")]
LOGGED = [{"id": str(n), "timestamp": 1, **message} for n, message in enumerate([*ASKED, assistant("Yes.")])]
OF_FILTER = {"interface": "open-webui", "type": "llm_response"}


def _read(messages: Any, output: Any, metadata: Any, **fields: Any) -> Conversation | NoCandidate:
    return read("langfuse", row("langfuse", messages, output, metadata=metadata, **fields))


@pytest.mark.parametrize("interface", ["open-webui", '"open-webui"'])
@pytest.mark.parametrize("output", ["Yes.", ""])
def test_the_answer_is_said_once(output: str, interface: str) -> None:
    """The newer filter logs it twice, the older one among the messages alone."""
    found = _read(LOGGED, output, {**OF_FILTER, "interface": interface})
    assert isinstance(found, Conversation)
    assert found.messages == [*ASKED, assistant("Yes.")]


@pytest.mark.parametrize("said", ['{"a": 1}', "[1, 2]", "103"])
def test_an_answer_that_is_json_is_said_once(said: str) -> None:
    """Langfuse keeps a text, which is read as what it says elsewhere."""
    found = _read([*ASKED, assistant(said)], said, OF_FILTER)
    assert isinstance(found, Conversation)
    assert found.messages == [*ASKED, assistant(said)]


def test_another_answer_is_another_turn() -> None:
    """What the messages do not have is not taken from them."""
    found = _read(LOGGED, "No.", OF_FILTER)
    assert isinstance(found, Conversation)
    assert [message["content"] for message in found.messages[-2:]] == ["Yes.", "No."]


def test_a_turn_of_the_assistant_that_others_log_is_no_answer() -> None:
    """Rule 1, and a failed call's messages end with an earlier answer."""
    assert _read(LOGGED, "", {"interface": "my-own"}) is NoCandidate.NO_REPLY
    assert _read(LOGGED, "", OF_FILTER, level="ERROR") is NoCandidate.FAILED
