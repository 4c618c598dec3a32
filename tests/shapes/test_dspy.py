"""DSPy's calls of a language model, whose replies are lists."""

from __future__ import annotations

import json
from typing import Any

import pytest
from both_platforms import Case, assert_read, call, langfuse_row, langsmith_row, parametrize, read
from model_calls import Logged, assistant, system, user
from model_calls import assert_read as assert_logged

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
ASKED = [system("Be brief."), user("Rome?")]
CALL = call("a", "weather", '{"city": "Rome"}')
CALL_AS_REPR = (
    "ChatCompletionMessageToolCall(function=Function(arguments='{\"city\": \"Rome\"}', name='weather'), "
    "id='a', type='function')"
)
"""LiteLLM's object, which OpenInference's JSON encoder does not know (DSPy 3)."""


def _input(**kwargs: Any) -> dict[str, Any]:
    return {"prompt": None, "messages": ASKED, "kwargs": kwargs}


CASES = [
    Case("a text", _input(), ["Sunny."], [*ASKED, assistant("Sunny.")]),
    Case("a text that is JSON", _input(), ['["sunny"]'], [*ASKED, assistant('["sunny"]')]),
    Case(
        "a text beside calls",
        _input(tools=[TOOL], temperature=1.0),
        [{"text": "Let me look.", "tool_calls": [CALL]}],
        [*ASKED, assistant("Let me look.", CALL)],
        [TOOL],
    ),
    Case("calls alone", _input(), [{"text": None, "tool_calls": [CALL]}], [*ASKED, assistant(None, CALL)]),
    Case(
        "alternatives, with reasoning",
        _input(n=2),
        [{"text": "Sunny.", "reasoning_content": "Hm."}, {"text": "Clouds."}],
        [*ASKED, assistant("Sunny.", reasoning_content="Hm.")],
    ),
    Case(
        "a prompt alone",
        {"prompt": "Rome?", "messages": None, "kwargs": {}},
        ["Sunny."],
        [user("Rome?"), assistant("Sunny.")],
    ),
    Case(
        "a prompt beside messages, which was not sent",
        {"prompt": "Paris?", "messages": [*ASKED, assistant("It is")], "kwargs": {}},
        ["Sunny."],
        [*ASKED, assistant("It is"), assistant("Sunny.")],
    ),
    Case(
        "calls as Python's repr",
        _input(tools=[TOOL]),
        [{"text": None, "tool_calls": [CALL_AS_REPR]}],
        [*ASKED, assistant(None, CALL)],
        [TOOL],
    ),
]


@parametrize(CASES)
def test_dspy_is_read(case: Case) -> None:
    """The reply was the JSON of a list, and its calls words."""
    assert_read(case)


def test_alternatives_of_texts() -> None:
    """The first one is the conversation's, as everywhere. (LangSmith joins texts: they may be a generator's pieces.)"""
    assert_logged(Logged("", "langfuse", _input(n=2), ["Sunny.", "Clouds."], [*ASKED, assistant("Sunny.")]))


NOT_DSPY: dict[str, tuple[Any, Any]] = {
    "other arguments": ({"messages": ASKED, "kwargs": {}}, ["Sunny."]),
    "further arguments": ({**_input(), "model": "m"}, [{"text": "Sunny."}]),
    "a bare list": (ASKED, [{"text": "Sunny."}]),
    "another list": (_input(), [{"text": "Sunny.", "mood": "good"}]),
    "a list of numbers": (_input(), [1, 2]),
}


@pytest.mark.parametrize(("input_", "output"), NOT_DSPY.values(), ids=NOT_DSPY)
def test_lists_of_other_calls_stay_the_models_own(input_: Any, output: Any) -> None:
    """Asked for JSON, a model answers with a list of texts."""
    assert_logged(Logged("", "langfuse", input_, json.dumps(output), [*ASKED, assistant(json.dumps(output))]))


LISTS = [
    ("a text", _input(), ["Hello."], assistant("Hello.")),
    ("the first alternative", _input(), ["Hello.", "Hi!"], assistant("Hello.")),
    (
        "a text with reasoning",
        _input(),
        [{"text": "Hello.", "reasoning_content": "Greet."}],
        {**assistant("Hello."), "reasoning_content": "Greet."},
    ),
    ("calls", _input(), [{"text": None, "tool_calls": [CALL]}], assistant(None, CALL)),
    ("JSON of the model's own", {"messages": [*ASKED]}, ["Hello."], assistant('["Hello."]')),
    ("a list of something else", _input(), [7], assistant("[7]")),
]


@pytest.mark.parametrize(("input_", "output", "answer"), [case[1:] for case in LISTS], ids=[case[0] for case in LISTS])
def test_dspys_answer_is_the_first_of_its_list(input_: Any, output: Any, answer: Any) -> None:
    """On Langfuse a list of texts is what a model may say in JSON, unless its input shows who logged it."""
    read_ = read("langfuse", langfuse_row(input_, output))
    assert isinstance(read_, Conversation)
    assert read_.messages == [*ASKED, answer]


LOST: dict[str, list[Any]] = {
    "null for an answer without a text": [None],
    "a call that is no data": [{"text": None, "tool_calls": ["<object at 0x7f43>"]}],
}


@pytest.mark.parametrize("output", LOST.values(), ids=LOST)
@pytest.mark.parametrize("platform", ["langfuse", "langsmith"])
def test_an_answer_whose_calls_were_not_logged_is_no_reply(platform: str, output: list[Any]) -> None:
    """DSPy before 2.6 kept an answer's text alone, and `[null]` became the assistant's words."""
    row = langfuse_row if platform == "langfuse" else langsmith_row
    assert read(platform, row(_input(tools=[TOOL]), output)) is NoCandidate.NO_REPLY


def test_an_alternative_does_not_stand_in_for_an_answer_whose_calls_were_not_logged() -> None:
    """On LangSmith such a list is what a generator yielded."""
    assert read("langfuse", langfuse_row(_input(tools=[TOOL]), [None, "Sunny."])) is NoCandidate.NO_REPLY
