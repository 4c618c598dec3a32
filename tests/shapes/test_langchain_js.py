"""What Langfuse's handlers for LangChain.js log otherwise than Python's."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, langfuse_row, parametrize, read, result, user
from test_langchain import HI, RAW_CALLS, WIRE_CALLS, langfuse, lc

from oumi_assets.reconstruction.candidate import NoCandidate

CHAT = {"metadata": {"ls_provider": "openai", "ls_model_type": "chat"}}
ASKED = {"content": "hi", "role": "user"}
STREAMED, MORE = {"content": "Hello."}, {"content": "And?", "role": "user"}
WEATHER_OF_ROME = {"name": "weather", "args": {"city": "Rome"}}

HISTORY = [
    langfuse(
        "a result under its tool's name, or under none",
        [
            {"content": "hi", "role": "user"},
            {"content": "", "role": "assistant", "tool_calls": RAW_CALLS},
            {"content": "sunny", "additional_kwargs": {}, "role": "weather"},
            {"content": "snow", "additional_kwargs": {}},
        ],
        [HI, assistant(None, *WIRE_CALLS), result("a", "sunny"), result("b", "snow")],
    ),
    langfuse(
        "a streamed answer, which has no role",
        [
            {"content": "hi", "role": "user"},
            {"content": "", "additional_kwargs": {"tool_calls": RAW_CALLS}},
            {"content": "sunny", "additional_kwargs": {}},
            {"content": "snow", "additional_kwargs": {}, "role": "weather"},
        ],
        [HI, assistant(None, *WIRE_CALLS), result("a", "sunny"), result("b", "snow")],
    ),
    langfuse(
        "a streamed call of a function, from before tools",
        [
            ASKED,
            {"content": "", "additional_kwargs": {"function_call": {"name": "weather", "arguments": "{}"}}},
            {"content": "sunny", "additional_kwargs": {}, "role": "weather"},
        ],
        [HI, assistant(None, call("call_1_0", "weather")), {**result("call_1_0", "sunny")}],
    ),
    langfuse(
        "Gemini's call as Google's part is, the only place of the call",
        [
            ASKED,
            {"role": "assistant", "content": [{"type": "text", "text": "Look."}, {"functionCall": WEATHER_OF_ROME}]},
            {"role": "weather", "content": "sunny"},
        ],
        [HI, assistant("Look.", call("call_1_0", "weather", '{"city":"Rome"}')), result("call_1_0", "sunny")],
    ),
    langfuse(
        "a part of Google's that calls nothing",
        [ASKED, {"role": "assistant", "content": [{"functionCall": None}]}, MORE],
        [HI, assistant('[{"functionCall":null}]'), user("And?")],
    ),
    langfuse("constructors", [lc("HumanMessage", "hi", "langchain_core", "messages")], [HI]),
]


@parametrize(HISTORY)
def test_a_history_is_read(logged: Logged) -> None:
    """They have no role, or the tool's name for one."""
    assert_read(logged)


STREAMS = [
    Logged(
        "a streamed answer of nothing but words",
        "langfuse",
        [ASKED, STREAMED, MORE],
        {"content": "Done."},
        [HI, assistant("Hello."), user("And?"), assistant("Done.")],
        fields=CHAT,
    )
]


@parametrize(STREAMS)
def test_a_streamed_answer_is_the_assistants(logged: Logged) -> None:
    """Every chat of more than one turn was dropped."""
    assert_read(logged)


OTHERS: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "another writer's": ([ASKED, STREAMED, MORE], {}),
    "at the beginning": ([STREAMED, MORE], CHAT),
    "behind the assistant": ([ASKED, {**STREAMED, "role": "assistant"}, STREAMED, MORE], CHAT),
    "without words": ([ASKED, {"content": ""}, MORE], CHAT),
}


@pytest.mark.parametrize(("messages", "fields"), OTHERS.values(), ids=OTHERS)
def test_nobody_guesses_who_said_anything_else_without_a_role(messages: list[Any], fields: dict[str, Any]) -> None:
    """A message that may be anyone's makes its call unreadable."""
    assert read("langfuse", langfuse_row(messages, {"content": "Done."}, **fields)) is NoCandidate.UNSUPPORTED
