"""Counting by what was counted before gives exactly what counting everything gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oumi_assets.core.counting import count_messages
from oumi_assets.core.histories import Histories

TEXTS = st.sampled_from(["", "hi", 'say "x"', "back\\slash", "ümlaut\n", "tool", "\x07", "],", '"messages": ['])
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool", "Human", "weird"])},
    optional={
        "content": st.one_of(TEXTS, st.none(), st.just([{"type": "tool_use"}]), st.just({"a": 1}), st.just(["plain"])),
        "parts": st.just([]),
        "id": st.just(["HumanMessage"]),
        "tool_calls": st.just([{"id": "c1", "function": {"name": "f", "arguments": '{"a": [1, 2]}'}}]),
    },
)
HISTORIES = st.lists(st.one_of(MESSAGES, MESSAGES, MESSAGES, st.just("no message"), st.just(None)), max_size=7)
SURROUNDINGS = st.sampled_from(
    [
        lambda messages: messages,
        lambda messages: {"messages": messages},
        lambda messages: {"messages": messages, "tools": [{"name": "f"}]},
        lambda messages: {"tools": [messages], "messages": messages},
        lambda messages: {"other": messages, "messages": messages, "n": 1.50},
        lambda messages: [messages],
        lambda messages: {"prompt": "text"},
        lambda messages: "plain text [",
    ]
)


def as_text(text: str) -> bytes:
    """Langfuse's way: JSON inside a string, characters as they are."""
    return json.dumps(text, ensure_ascii=False).encode()


def as_value(text: str) -> bytes:
    """LangSmith's way: the JSON itself."""
    return text.encode()


@settings(max_examples=400, deadline=None)
@given(
    history=HISTORIES,
    cuts=st.lists(st.integers(0, 7), min_size=2, max_size=6),
    surround=SURROUNDINGS,
    separators=st.sampled_from([(", ", ": "), (",", ":"), (" ,", ":")]),
    ascii_only=st.booleans(),
    written=st.sampled_from([as_text, as_value]),
)
def test_any_order_of_growing_calls_counts_as_each_alone(
    history: list[Any], cuts: list[int], surround: Any, separators: Any, ascii_only: bool, written: Any
) -> None:
    """The short cut must never choose another call than a full count would."""
    histories = Histories()
    for cut in cuts:
        text = json.dumps(surround(history[:cut]), separators=separators, ensure_ascii=ascii_only)
        if written is as_value and not text.startswith(("{", "[")):
            continue
        expected = count_messages(text if written is as_text else text.encode())
        assert histories.count(b"trace", None, written(text)) == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('{"messages": [{"role": "user"}, {"role": "assistant"}]}', '{"messages": [{"role": "user"}]}'),
        (
            '{"messages": [{"role": "user"}], "messages": [{"role": "user"}, {"role": "user"}]}',
            '{"messages": [{"role": "user"}], "messages": [{"role": "user"}]}',
        ),
        (
            '{"x": [{"role": "user"}, {"role": "user"}], "messages": [{"role": "user"}, {"role": "user"}]}',
            '{"x": [{"role": "user"}], "messages": [{"role": "user"}, {"role": "user"}]}',
        ),
        (
            '{"messages": [{"role": "user", "content": "a]"}, {"role": "user"}]}',
            '{"messages": [{"role": "user", "content": "a]}',
        ),
        ('[{"role": "user"}]', '[{"role": "user"}, {"role": "user"}, 5]'),
        ('[{"role": "user"}]', '[{"role": "user"}, {"role": "user"}], [{"role": "user"}]'),
    ],
)
def test_payloads_that_only_look_alike_are_counted_for_themselves(first: str, second: str) -> None:
    """Keys that come twice, brackets inside texts, payloads cut short: equal bytes are not equal places."""
    for order in ((first, second), (second, first)):
        histories = Histories()
        for text in (*order, *order):
            assert histories.count(b"t", None, as_value(text)) == count_messages(text.encode())
            assert histories.count(b"s", None, as_text(text)) == count_messages(text)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of many traces must not be kept in memory to count it."""
    monkeypatch.setattr("oumi_assets.core.histories.MAX_BYTES", 10_000)
    histories = Histories()
    for number in range(1000):
        payload = json.dumps([{"role": "user", "content": f"{number} " + "x" * 50}]).encode()
        assert histories.count(str(number).encode(), f"session {number}", payload) == (2, False, 2)
    assert len(histories._known) < 40, "short payloads take more memory than their bytes"


def test_what_can_never_be_compared_is_not_remembered() -> None:
    """Plain prompts have no list of messages that could grow; hundreds of thousands of them were kept."""
    histories = Histories()
    for number in range(100):
        prompt = json.dumps(f"Translate {number}").encode()
        assert histories.count(b"trace %d" % number, "session", prompt) == count_messages(f"Translate {number}")
    assert not histories._known


def test_a_payload_that_cannot_be_compared_changes_no_count_after_it() -> None:
    """What was remembered before it stays, and serves the calls that follow."""
    said = [{"role": "user", "content": str(number)} for number in range(4)]
    histories = Histories()
    for logged in (said[:1], "a plain prompt", said[:3], {"prompt": "another"}, said):
        text = json.dumps(logged)
        assert histories.count(b"trace", "session", as_value(text)) == count_messages(text.encode())
