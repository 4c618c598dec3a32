"""A count is an upper bound that choosing trusts: it is exact, or it is left open."""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

import pytest
from msgspec import Raw

from oumi_assets.shapes.counting import count_messages
from oumi_assets.shapes.one_reply import is_one_reply

USER = {"role": "user", "content": "hi"}

COUNTED: dict[str, tuple[Any, int]] = {
    "a list": ([USER], 2),
    "messages in an object": ({"messages": [USER], "tools": []}, 2),
    "a system prompt beside them": ({"system": "Be brief.", "messages": [USER]}, 3),
    "an empty system prompt": ({"system": "", "messages": [USER]}, 2),
    "no system prompt": ({"system": None, "messages": [USER]}, 2),
    "messages with ids of their own": ([{**USER, "id": "m1"}, *[{**USER, "id": ""}] * 2], 4),
    "classes with the same path": ([{"id": ["AIMessage"], "kwargs": {"content": "a"}}] * 2, 3),
    "events": ([{**USER, "event.name": "gen_ai.user.message"}], 2),
    "a list of a tool's as text": ([USER, {"role": "tool", "tool_call_id": "a", "content": '[{"school": 1}]'}], 3),
    "an image": ([{"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "x"}}]}], 2),
}
OPEN: dict[str, Any] = {
    "a system prompt that was not given": [{"role": "system", "content": "<anthropic.Omit object at 0x7f>"}, USER],
    "tool results in blocks": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a"}]}],
    "tool results in blocks as text": [
        {"role": "user", "content": json.dumps([{"type": "tool_result", "tool_use_id": "a", "content": "x"}])}
    ],
    "the AI SDK's results": [{"role": "tool", "content": [{"type": "tool-result", "toolCallId": "a"}]}],
    "Google's results": [{"role": "user", "content": [{"type": "function_response", "function_response": {}}]}],
    "parts": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
    "contents": {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
    "a configuration that may hold a system instruction": {"messages": [USER], "config": {"system_instruction": "x"}},
    "system blocks": {"system": [{"type": "text", "text": "x"}], "messages": [USER]},
    "items among messages": {"messages": [USER, {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}]},
    "messages without a role": [{"kind": "request", "parts": []}],
    "blocks of one answer": [USER, *[{"id": "msg_1", "role": "assistant", "content": [{"type": "text", "text": "a"}]}] * 2],
    "a result's block in the place of a message": [USER, {"type": "tool_result", "tool_use_id": "a", "role": "tool"}],
    "items of a chat context": {"items": [{"type": "message", "role": "user", "content": ["hi"]}]},
    "blocks in a text": [USER, {"role": "tool", "content": '[{"toolResult": {}}, {"toolResult": {}}]'}],
    "a tool that is called like a role": [
        USER,
        {"role": "assistant", "tool_calls": [{"function": "user", "arguments": {}}]},
    ],
    "a system prompt and a prompt": {"system": "Be brief.", "prompt": "hi"},
}


@pytest.mark.parametrize(("payload", "count"), COUNTED.values(), ids=COUNTED)
def test_a_list_of_plain_messages_is_counted_with_its_reply(payload: Any, count: int) -> None:
    """Counting spares the reading of every call but the longest."""
    for text in (json.dumps(payload), json.dumps(payload).encode()):
        counted = count_messages(text)
        assert counted is not None
        assert counted.messages == count


@pytest.mark.parametrize("payload", OPEN.values(), ids=OPEN)
def test_whatever_may_be_more_messages_than_it_looks_is_left_open(payload: Any) -> None:
    """A count below the truth would hide the longest conversation of a trace."""
    assert count_messages(json.dumps(payload).encode()) is None


ONE: dict[str, Any] = {
    "a message": {"role": "assistant", "content": "hi"},
    "a message in a wrapper": {"output": {"role": "assistant", "content": "hi"}},
    "a text in a wrapper": {"output": "hi [1]"},
    "nothing in a wrapper": {"output": None},
    "a choice": {"choices": [{"message": {"role": "assistant", "content": 'the "output": none'}}]},
}
SEVERAL: dict[str, Any] = {
    "items": [{"type": "message"}],
    "a response": {"object": "response", "output": [{"type": "message"}]},
    "items in a wrapper": {"output": {"output": [{"type": "message"}]}},
    "items as text in a wrapper": {"output": '[{"type": "message"}]'},
    "parts": {"role": "model", "parts": [{"text": "hi"}]},
}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("texts", [0, 1, 2], ids=["a value", "a text", "a text in a text"])
def test_replies_that_may_be_several_messages_are_told(texts: int, indent: int | None) -> None:
    """A call with such a reply is always read; one that people log by hand, `{"output": message}`, needs no reading."""
    for cases, is_one in ((ONE, True), (SEVERAL, False)):
        for name, output in cases.items():
            written = json.dumps(output, indent=indent)
            for _ in range(texts):
                written = json.dumps(written)
            assert is_one_reply(Raw(written.encode())) is is_one, name


def test_a_model_that_said_a_million_line_breaks_said_one_message() -> None:
    """Models get stuck; looking for a list behind the breaks must not take a gigabyte."""
    unit = 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert is_one_reply(Raw(b'"' + b"\\n" * 5_000_000 + b'x"'))
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit < 200_000_000
