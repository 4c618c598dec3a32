"""Items of the OpenAI Agents SDK for JavaScript are those of the Responses API."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import langsmith_row, read
from model_calls import assistant, user

REPLY = {"output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Cold."}]}]}
CALL = {"type": "function_call", "id": "fc_1", "callId": "a", "name": "f", "arguments": '{"x": 1}', "providerData": {}}
CALLED = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
IMAGE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}


def _read(*items: Any) -> Any:
    return read("langsmith", langsmith_row({"input": [*items], "instructions": "Be brief."}, REPLY)).messages


OUTPUTS = [
    ({"type": "text", "text": "9 °C"}, "9 °C"),
    ("9 °C", "9 °C"),
    ([{"type": "input_text", "text": "9 °C"}], "9 °C"),
    ({"type": "image", "image": "https://example.com/a.png"}, [IMAGE]),
    ([{"type": "input_image", "image": "https://example.com/a.png"}], [IMAGE]),
]


@pytest.mark.parametrize(("output", "content"), OUTPUTS)
def test_a_history_with_calls_and_results_is_read(output: Any, content: Any) -> None:
    """LangSmith's processor translates such items only where every item of the request has a type."""
    result = {"type": "function_call_result", "name": "f", "callId": "a", "status": "completed", "output": output}
    found = _read({"type": "message", "role": "user", "content": "Oslo?"}, CALL, result, user("Thanks."))
    called = {"role": "assistant", "content": None, "tool_calls": [CALLED]}
    answered = {"role": "tool", "content": content, "tool_call_id": "a"}
    assert found[1:] == [user("Oslo?"), called, answered, user("Thanks."), assistant("Cold.")]


def test_pictures_have_an_address() -> None:
    """Under another name than the API's."""
    picture = {"type": "input_image", "image": "https://example.com/a.png", "detail": "low", "providerData": {}}
    content = [{"type": "input_text", "text": "What?"}, picture]
    shown = {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}}
    assert _read({"type": "message", "role": "user", "content": content})[1] == user(
        [{"type": "text", "text": "What?"}, shown]
    )


@pytest.mark.parametrize(
    "kind", ["tool_search_output", "program", "program_output", "additional_tools", "computer_call_result"]
)
def test_items_of_the_provider_are_no_messages(kind: str) -> None:
    """As the API has them, too."""
    assert _read(user("Oslo?"), {"type": kind, "id": "x"})[1:] == [user("Oslo?"), assistant("Cold.")]
