"""LangSmith's `wrap_gemini` loses parts: what it lost is not made up, and not left out silently."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import langsmith_row, read
from model_calls import assistant, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

OF_GOOGLE = {"metadata": {"ls_provider": "google", "ls_model_type": "chat"}}
USAGE = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
DONE = {"content": "Cold.", "role": "assistant", "finish_reason": "STOP", "usage_metadata": USAGE}
ASKED = user("Oslo?")
CALL = {"role": "model", "content": [{"type": "function_call", "function_call": {"name": "f", "arguments": {}}}]}
RESULT = {"role": "user", "content": [{"type": "function_response", "function_response": {"name": "f", "response": {}}}]}


def _read(messages: list[Any], output: Any = DONE, extra: Any = OF_GOOGLE) -> Any:
    inputs = {"messages": messages, "model": "gemini-2.5-flash", "config": None}
    return read("langsmith", langsmith_row(inputs, output, extra=extra))


LOST = [
    # Python, objects of the SDK: calls, results and pictures became an empty text.
    [ASKED, {"role": "model", "content": "Let me look."}, user("")],
    [ASKED, {"role": "model", "content": ""}, user("")],
    [user("")],
    # Python before 2026: the whole content of the model is missing. JavaScript: its calls are.
    [ASKED, RESULT],
    [ASKED, {"role": "model", "content": ""}, RESULT],
    [ASKED, {"role": "model", "content": "Let me look."}, RESULT],
]


@pytest.mark.parametrize("messages", LOST)
def test_a_request_that_lost_parts_is_not_read(messages: list[Any]) -> None:
    """A model must not learn to answer without the calls that it made; the trace's earlier calls have lost nothing."""
    assert _read(messages) is NoCandidate.UNSUPPORTED


def test_a_stream_without_a_text_has_no_answer() -> None:
    """Its calls are logged nowhere."""
    assert _read([ASKED], {"content": "", "usage_metadata": USAGE}) is NoCandidate.NO_REPLY


def test_what_lost_nothing_is_read() -> None:
    """Dictionaries in camel case are logged whole."""
    assert len(_read([ASKED, CALL, RESULT]).messages) == 4
    assert _read([ASKED], {"content": "Cold.", "usage_metadata": USAGE}).messages == [ASKED, assistant("Cold.")]
    assert _read([ASKED], {**DONE, "content": ""}).messages == [ASKED, assistant("")]


def test_elsewhere_an_empty_message_is_empty() -> None:
    """Other APIs take them."""
    found = _read([user("")], extra={"metadata": {"ls_provider": "openai"}})
    assert isinstance(found, Conversation)
    assert found.messages == [user(""), assistant("Cold.")]


def test_the_command_line_calls_the_metadata_otherwise() -> None:
    """Its rows tell the provider, too."""
    inputs = {"messages": [user("")], "model": "gemini-2.5-flash"}
    assert read("langsmith", langsmith_row(inputs, DONE, custom_metadata=OF_GOOGLE["metadata"])) is NoCandidate.UNSUPPORTED
