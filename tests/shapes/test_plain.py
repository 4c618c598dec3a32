"""The short way past the shapes changes nothing but the time it takes."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import call
from hypothesis import given
from hypothesis import strategies as st

from oumi_assets.core.calls import ModelCall, Reply
from oumi_assets.shapes import SHAPES, read_reply
from oumi_assets.shapes.json_answers import is_json_answer
from oumi_assets.shapes.plain import is_plain

KEYS = ["role", "content", "name", "tool_call_id", "tool_calls", "refusal", "parts", "function_call", "event.name", "type"]
ROLES = ["user", "assistant", "system", "tool", "human", "weather"]
CALLS = [call("c1", "weather", "{}"), {"name": "weather", "args": {}}, {"toolCallId": "c1", "toolName": "weather"}, None]
LEAVES = st.sampled_from([None, "", "hi", 7, {"type": "text"}, [{"type": "tool_use"}], *ROLES])
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(ROLES)},
    optional={**dict.fromkeys(KEYS[1:], LEAVES), "tool_calls": st.lists(st.sampled_from(CALLS), max_size=2) | LEAVES},
)


@given(MESSAGES)
def test_a_plain_message_is_nobody_elses(value: dict[str, Any]) -> None:
    """A shape whose message were taken for plain would never be asked about it."""
    if is_plain(value):
        takers = [shape.name for shape in SHAPES if shape.message and shape.message(value) is not None]
        assert takers == ["openai_chat"]


@given(MESSAGES)
def test_a_plain_answer_is_what_the_shapes_find_in_it(value: dict[str, Any]) -> None:
    """They are not asked for it: any of them that found something else would be passed over."""
    if is_plain(value) and value["role"] == "assistant":
        found = next(reply for shape in SHAPES if shape.reply and (reply := shape.reply(value)) is not None)
        assert found == Reply([value])
        assert not is_json_answer(value, found)
        assert read_reply(ModelCall(None, value, output_text="text")) == found


@pytest.mark.parametrize(
    "value",
    [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": None, "tool_calls": [{**call("c1", "weather", "{}"), "index": 0}]},
        {"role": "tool", "content": "sunny", "tool_call_id": "c1"},
    ],
    ids=["a text", "calls", "a result"],
)
def test_the_usual_messages_are_plain(value: dict[str, Any]) -> None:
    """These are nearly all messages of an export."""
    assert is_plain(value)


@pytest.mark.parametrize("value", [None, [], "hi", {}, {"role": []}, {"role": {}, "content": "hi"}, {"tool_calls": 1}])
def test_no_json_value_is_too_strange(value: Any) -> None:
    """It is asked about every message before any shape is."""
    assert not is_plain(value)
