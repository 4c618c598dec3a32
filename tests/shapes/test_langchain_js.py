"""What Langfuse's handlers for LangChain.js log otherwise than Python's."""

from __future__ import annotations

from model_calls import Logged, assert_read, assistant, parametrize, result
from test_langchain import HI, RAW_CALLS, WIRE_CALLS, langfuse, lc

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
    langfuse("constructors", [lc("HumanMessage", "hi", "langchain_core", "messages")], [HI]),
]


@parametrize(HISTORY)
def test_a_history_is_read(logged: Logged) -> None:
    """They have no role, or the tool's name for one."""
    assert_read(logged)
