"""LangChain's answers that ended for calls: they have them in some place, or are no reply."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import assistant, call, read, row
from test_langchain import ASKED, DONE, RAW_CALLS, generations, lc

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

CLOSED = {"name": "f", "args": {"city": "Lo"}, "id": "a", "type": "tool_call"}
ENDED = [
    {"response_metadata": {"finish_reason": "tool_calls"}},
    {"response_metadata": {"finish_reason": "function_call"}},
    {"response_metadata": {"stop_reason": "tool_use"}},
    {"additional_kwargs": {"stop_reason": "tool_use"}},
]


@pytest.mark.parametrize("ended", ENDED)
@pytest.mark.parametrize("content", ["", "Look.", [{"type": "text", "text": "Look."}]])
def test_an_answer_that_ended_for_calls_and_has_none_is_no_reply(ended: dict[str, Any], content: Any) -> None:
    """LangChain.js 0.1 kept none of Anthropic's calls; a message of the request may have been given without them."""
    answer = lc("AIMessage", content, **ended)
    assert read("langsmith", row("langsmith", ASKED, generations(answer))) is NoCandidate.NO_REPLY
    asked = {"messages": [[lc("HumanMessage", "hi"), answer, lc("HumanMessage", "and?")]]}
    assert isinstance(read("langsmith", row("langsmith", asked, DONE)), Conversation)


@pytest.mark.parametrize(
    "said",
    [
        {"tool_calls": [CLOSED]},
        {"additional_kwargs": {"tool_calls": RAW_CALLS}},
        {"content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}]},
        {"content": [{"type": "server_tool_use", "id": "a", "name": "web_search", "input": {}}]},
    ],
)
def test_an_answer_that_ended_for_calls_has_them_in_any_place(said: dict[str, Any]) -> None:
    """Where LangChain keeps calls, or what the provider ran by itself."""
    ended = {"response_metadata": {"finish_reason": "tool_calls"}}
    answer = lc("AIMessage", said.get("content", ""), **{**ended, **{key: said[key] for key in said if key != "content"}})
    assert isinstance(read("langsmith", row("langsmith", ASKED, generations(answer))), Conversation)


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ({"content": [{"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}}]}, '{"x":1}'),
        ({"content": [{"toolUse": {"toolUseId": "a", "name": "f", "input": {"x": 1}}}]}, '{"x":1}'),
        ({"content": None, "toolCalls": [call("a", "f")]}, "{}"),
    ],
)
def test_an_answer_in_the_form_of_another_api_has_its_calls_where_that_api_has_them(said: Any, arguments: str) -> None:
    """A callback of one's own may put a provider's message there, with LangChain's reason beside it."""
    answer = {"role": "assistant", **said, "response_metadata": {"stop_reason": "tool_use"}}
    found = read("langsmith", row("langsmith", ASKED, generations(answer)))
    assert isinstance(found, Conversation)
    assert found.messages[-1] == assistant(None, call("a", "f", arguments))
