"""Rule 8: every call has a unique id, and every result names its call; rule 4's tool names and rule 11 with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oumi_assets.core.calls import Draft, ToolCallDraft
from oumi_assets.wire.messages import wire_messages


def _calls(*calls: tuple[Any, Any]) -> Draft:
    return Draft("assistant", tool_calls=[ToolCallDraft(name, "{}", call_id) for call_id, name in calls])


def _result(call_id: Any = None, name: Any = None, role: str = "tool") -> Draft:
    return Draft(role, "r", tool_call_id=call_id, name=name)


def _links(*drafts: Draft) -> list[Any]:
    """Ids of calls (as lists) and of results in their order."""
    messages = wire_messages([Draft("user", "hi"), *drafts])
    assert messages is not None
    return [
        message.get("tool_call_id") or [call["id"] for call in message["tool_calls"]]
        for message in messages
        if message["role"] == "tool" or "tool_calls" in message
    ]


LINKS: list[tuple[str, list[Draft], list[Any]]] = [
    ("kept", [_calls(("a", "f"), ("b", "f")), _result("b"), _result("a")], [["a", "b"], "b", "a"]),
    (
        "missing: in order",
        [_calls((None, "f"), ("", "f")), _result(), _result()],
        [["call_1_0", "call_1_1"], "call_1_0", "call_1_1"],
    ),
    (
        "missing: by name",
        [_calls((None, "f"), (None, "g")), _result(name="g"), _result(name="f")],
        [["call_1_0", "call_1_1"], "call_1_1", "call_1_0"],
    ),
    (
        "missing: the number is taken",
        [_calls(("call_3_0", "f")), _result(), _calls((None, "f")), _result()],
        [["call_3_0"], "call_3_0", ["call_3_0_"], "call_3_0_"],
    ),
    (
        "missing: the tool's name in place of an id",
        [_calls((None, "f"), (None, "g")), _result("g"), _result("f")],
        [["call_1_0", "call_1_1"], "call_1_1", "call_1_0"],
    ),
    (
        "the tool's name in place of the id of a result alone",
        [_calls(("a", "f"), ("b", "g")), _result("g"), _result("f")],
        [["a", "b"], "b", "a"],
    ),
    (
        "the name of a tool as the id of another one's result",
        [_calls(("a", "f"), ("b", "g")), _result("g", "f"), _result("b", "g")],
        [["a", "b"], "g", "b"],
    ),
    (
        "an id that leads nowhere answers a call without one",
        [_calls(("a", "f"), (None, "f")), _result("elsewhere", "f"), _result("a")],
        [["a", "call_1_1"], "call_1_1", "a"],
    ),
    (
        "messages that follow each other call in parallel",
        [_calls((None, "f")), _calls((None, "g")), _result(), _result()],
        [["call_1_0"], ["call_2_0"], "call_1_0", "call_2_0"],
    ),
    (
        "a call that was never answered waits no longer once the next turn calls",
        [_calls((None, "f")), Draft("user", "again"), _calls((None, "f")), _result()],
        [["call_1_0"], ["call_3_0"], "call_3_0"],
    ),
    (
        "a result that comes after other words",
        [_calls((None, "f")), Draft("user", "well?"), Draft("assistant", "wait"), _result()],
        [["call_1_0"], "call_1_0"],
    ),
    ("lists", [_calls((["x", 1], "f")), _result(["x", 1])], [["call_1_0"], "call_1_0"]),
    ("numbers", [_calls((7, "f")), _result(7)], [["7"], "7"]),
    (
        "tool names",
        [_calls(("f", "f"), ("g", "g")), _result("g"), _result("f")],
        [["call_1_0", "call_1_1"], "call_1_1", "call_1_0"],
    ),
    (
        "repeated in one turn",
        [_calls(("a", "f"), ("a", "f")), _result("a"), _result("a")],
        [["a", "call_1_1"], "a", "call_1_1"],
    ),
    (
        "repeated in the next turn",
        [_calls(("a", "f")), _result("a"), _calls(("a", "f")), _result("a")],
        [["a"], "a", ["call_3_0"], "call_3_0"],
    ),
    ("a result twice", [_calls((["l"], "f")), _result(["l"]), _result(["l"])], [["call_1_0"], "call_1_0", "call_1_0"]),
    (
        "a logged id that looks generated",
        [_calls((None, "f")), _result(), _calls(("call_1_0", "f")), _result("call_1_0")],
        [["call_1_0"], "call_1_0", ["call_3_0"], "call_3_0"],
    ),
    ("calls that lost their ids", [_calls((None, "f")), _result("call_real")], [["call_1_0"], "call_1_0"]),
    (
        "an id beside one that was lost",
        [_calls(("a", "f"), (None, "f")), _result("lost"), _result("a")],
        [["a", "call_1_1"], "call_1_1", "a"],
    ),
    ("another tool's result", [_calls((None, "f")), _result(name="h")], [["call_1_0"], "call_2_0"]),
    (
        "parallel calls in messages of their own",
        [_calls(("a", "f")), _calls((None, "g")), _result("a"), _result()],
        [["a"], ["call_2_0"], "a", "call_2_0"],
    ),
    ("no call at all", [_result()], ["call_1_0"]),
]


@pytest.mark.parametrize(("drafts", "links"), [case[1:] for case in LINKS], ids=[case[0] for case in LINKS])
def test_rule_8_calls_and_results_are_linked(drafts: list[Draft], links: list[Any]) -> None:
    """A result that names no call, or the wrong one, makes a conversation that no API accepts."""
    assert _links(*drafts) == links


def test_rule_4_a_role_that_names_a_tool_called_just_before_is_a_tool() -> None:
    """LangChain.js logs results so; a tool may even be called like a role."""
    messages = wire_messages(
        [
            Draft("user"),
            _calls((None, "search"), (None, "human")),
            _result(role="human"),
            _result(role="search"),
            Draft("human"),
        ]
    )
    assert messages is not None
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "tool", "user"]
    assert [message["tool_call_id"] for message in messages[2:4]] == ["call_1_1", "call_1_0"]


def test_rule_4_a_role_that_names_nothing_is_not_guessed() -> None:
    """A message that cannot be placed makes the call unreadable instead of wrong."""
    assert wire_messages([Draft("user"), Draft("search")]) is None


def test_rule_11_a_function_message_gets_the_id_of_its_call() -> None:
    """Old functions had no ids; today's APIs require them."""
    assert _links(_calls((None, "f")), _result(name="f", role="function")) == [["call_1_0"], "call_1_0"]


IDS, NAMES = st.sampled_from([None, "a", "f", ["a"], 1]), st.sampled_from("fg")
DRAFT = st.one_of(
    st.lists(st.tuples(IDS, NAMES), max_size=4).map(lambda calls: _calls(*calls)),
    st.builds(_result, st.one_of(IDS, st.just("z")), st.one_of(st.none(), NAMES)),
    st.builds(Draft, st.sampled_from(["user", "system", "assistant"])),
)
DRAFTS = st.lists(DRAFT, max_size=12)


@given(drafts=DRAFTS, cut=st.integers(0, 12))
@settings(max_examples=300, deadline=None)
def test_rule_8_a_beginning_of_a_conversation_has_the_same_ids(drafts: list[Draft], cut: int) -> None:
    """Deduplication (rule 18) finds a conversation inside a longer one only if ids do not depend on what follows."""
    whole, beginning = wire_messages(drafts), wire_messages(drafts[:cut])
    assert whole is not None
    assert whole[:cut] == beginning
    ids = [call["id"] for message in whole for call in message.get("tool_calls", ())]
    assert len(ids) == len(set(ids))
