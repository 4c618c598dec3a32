"""Calls of a stream that LangSmith's SDKs made one of, are parted where nothing has to be guessed."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import Case, assert_read, langsmith_row, parametrize, read
from model_calls import assistant, call, user
from test_openai_chat import choices

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation


def _tool(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}


HI = user("hi")
TOOLS = [_tool("weather"), _tool("time")]
ASKED = {"messages": [HI], "tools": TOOLS}


def _merged(name: str, arguments: Any) -> dict[str, Any]:
    call = {"index": 0, "id": "a", "type": "function", "function": {"name": name, "arguments": arguments}}
    return choices({"role": "assistant", "content": "", "tool_calls": [call]})


CASES = [
    Case(
        "two calls",
        ASKED,
        _merged("weathertime", '{"city": "Łódź"}{}'),
        [HI, assistant(None, call("a", "weather", '{"city": "Łódź"}'), call("call_1_1", "time"))],
        TOOLS,
    ),
    Case(
        "one tool three times, with braces in a text",
        ASKED,
        _merged("weatherweatherweather", '{"city":"}{"}{"city":"B"}{"big":123456789012345678901234567890}'),
        [
            HI,
            assistant(
                None,
                call("a", "weather", '{"city":"}{"}'),
                call("call_1_1", "weather", '{"city":"B"}'),
                call("call_1_2", "weather", '{"big":123456789012345678901234567890}'),
            ),
        ],
        TOOLS,
    ),
    Case("one call", ASKED, _merged("time", "{}{}"), [HI, assistant(None, call("a", "time", "{}{}"))], TOOLS),
    Case("nobody's tool", ASKED, _merged("dance", "{}{}"), [HI, assistant(None, call("a", "dance", "{}{}"))], TOOLS),
    Case("no tools", [HI], _merged("weathertime", "{}{}"), [HI, assistant(None, call("a", "weathertime", "{}{}"))]),
]


@parametrize(CASES)
def test_calls_are_parted_where_their_tools_and_arguments_tell(case: Case) -> None:
    """The names of tools in a row, and as many objects of arguments; a name of nobody's is what the model said."""
    assert_read(case)


@pytest.mark.parametrize(
    "arguments", ["", "{}", "{}{}{}", '{"city": "R', "{} {}", "{}[]", {"city": "Rome"}, None, '{"a":' * 100_000 + "1"]
)
def test_a_merged_call_that_cannot_be_parted_is_no_reply(arguments: Any) -> None:
    """The model called no tool of this name."""
    assert read("langsmith", langsmith_row(ASKED, _merged("weathertime", arguments))) is NoCandidate.NO_REPLY


def test_names_that_can_be_parted_in_two_ways_are_no_reply() -> None:
    """Nobody can tell which tools were called."""
    asked = {"messages": [HI], "tools": [_tool(name) for name in ("a", "ab", "b", "ba")]}
    for name, arguments in (("aba", "{}{}"), ("abab", "{}{}{}")):
        assert read("langsmith", langsmith_row(asked, _merged(name, arguments))) is NoCandidate.NO_REPLY
    assert isinstance(read("langsmith", langsmith_row(asked, _merged("bb", "{}{}"))), Conversation)


def test_a_long_name_takes_no_time() -> None:
    """Whatever somebody calls a tool."""
    asked = {"messages": [HI], "tools": [_tool("a" * length) for length in range(1, 50)]}
    for length in (4_000, 1_000_000):
        read("langsmith", langsmith_row(asked, _merged("a" * length, "{}")))


@pytest.mark.parametrize("arguments", [{"city": "Rome"}, {}, None, "{}"])
def test_a_call_of_a_tool_without_a_name_is_no_reply(arguments: Any) -> None:
    """It is no name of several tools either."""
    parts = [{"text": "Let me see."}, {"function_call": {"name": "", "args": arguments}}]
    answer = {"candidates": [{"content": {"role": "model", "parts": parts}}]}
    line = langsmith_row({"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}, answer)
    assert read("langsmith", line) is NoCandidate.NO_REPLY
