"""Calls that hold more than their list of messages tells: a count that trusted the list would choose a shorter call.

Each case is a second call beside one whose request is longer, whose own reading makes it the conversation.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from traces import called, choose_from, observation, run, said, system, user

OUTPUT_ITEMS = [
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": str(number)}]}
    for number in range(5)
]
RESULTS = [{"type": "tool_result", "tool_use_id": f"c{number}", "content": "x"} for number in range(5)]
OPENLLMETRY = "opentelemetry.instrumentation."
LONGER = [user("p" * 900), said("a"), user("u")]
CALLING = [system("s"), user("p" * 900), said("a"), user("u")]


def lc(name: str, **kwargs: Any) -> dict[str, Any]:
    """A message as LangChain's constructors are logged."""
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", name], "kwargs": kwargs}


SEVERAL: dict[str, tuple[bytes, int]] = {
    "a list in JavaScript's wrapper": (run(2, [user("u")], None, outputs={"outputs": OUTPUT_ITEMS}), 6),
    "a list behind a line break": (observation(2, [user("u")], "\n" + json.dumps(OUTPUT_ITEMS)), 6),
    "a list behind a tab": (observation(2, [user("u")], "\t" + json.dumps(OUTPUT_ITEMS)), 6),
    "functions that Google's SDK called by itself": (
        observation(
            2,
            [user("u")],
            {
                "candidates": [{"content": {"parts": [{"text": "a"}]}}],
                "automatic_function_calling_history": [{"role": "user", "parts": [{"text": str(n)}]} for n in range(5)],
            },
        ),
        6,
    ),
    "OpenLLMetry's results as text": (
        observation(
            2,
            [{"role": "user", "content": json.dumps(RESULTS)}],
            said("a"),
            metadata={"scope.name": f"{OPENLLMETRY}anthropic"},
        ),
        6,
    ),
    "contents beside the messages": (observation(2, {"messages": [user("u")], "contents": ["a"] * 6}, said("a")), 7),
    "LangChain's data beside a role": (
        observation(2, [{**user("x"), "type": "chat", "data": {"role": "user", "content": RESULTS}}], said("a")),
        6,
    ),
    "Haystack's content beside a role": (
        observation(
            2,
            [
                {
                    "role": "user",
                    "_content": [{"tool_call_result": {"result": "x", "origin": {"id": f"c{n}"}}} for n in range(4)],
                }
            ],
            said("a"),
        ),
        5,
    ),
    "parts beside a constructor": (
        observation(
            2,
            [
                {
                    "role": "assistant",
                    "id": ["HumanMessage"],
                    "kwargs": {},
                    "parts": [{"type": "step-start"}, {"type": "text", "text": "1"}] * 6,
                }
            ],
            said("a"),
        ),
        7,
    ),
    "instructions among the invocation parameters": (
        run(2, [user("u"), said("a"), user("u")], said("a"), extra={"invocation_params": {"instructions": "s"}}),
        5,
    ),
    "several instructions there": (
        run(2, [user("u")], said("a"), extra={"invocation_params": {"instructions": [system("s")] * 4}}),
        6,
    ),
}
CONTINUED: dict[str, list[Any]] = {
    "an item of another API with a role": [
        {"role": "user", "type": "function_call_output", "call_id": "c1", "output": "r"},
    ],
    "an event that says who speaks": [
        {
            "role": "user",
            "gen_ai.event.content": json.dumps({"role": "tool", "tool_call_id": "c1", "content": "r"}),
        }
    ],
    "LangChain's data with a role of its own": [
        {**user("x"), "type": "chat", "data": {"role": "tool", "content": "r", "tool_call_id": "c1"}}
    ],
}


@pytest.mark.parametrize(("second", "messages"), SEVERAL.values(), ids=SEVERAL)
def test_a_call_that_may_be_more_than_its_list_is_read(second: bytes, messages: int) -> None:
    """What is counted is a promise that nothing larger is left unread."""
    first = run(1, LONGER, said("a")) if b'"run_type"' in second else observation(1, LONGER, said("a"))
    for rows in ((first, second), (second, first)):
        assert len(choose_from(rows).messages) == messages


@pytest.mark.parametrize("request_", CONTINUED.values(), ids=CONTINUED)
def test_a_result_in_other_clothes_is_stitched(request_: list[Any]) -> None:
    """It looks like a whole history of a user's; left unread, the conversation would end with the call."""
    rows = [observation(1, CALLING, called(("c1", "f"))), observation(2, request_, said("done"))]
    assert len(choose_from(rows).messages) == len(CALLING) + 3


def test_a_tool_that_is_called_like_a_role_is_stitched() -> None:
    """Its results bear its name, which then is the user's no more (rule 4)."""
    asked = [system("s"), called(("c1", "user")), user("r")]
    rows = [observation(1, CALLING, called(("c1", "user"))), observation(2, asked, said("done"))]
    assert [message["role"] for message in choose_from(rows).messages[-3:]] == ["assistant", "tool", "assistant"]


@pytest.mark.parametrize("result", [lc("ChatMessage", role="tool", content="r", tool_call_id="c1")])
def test_a_message_of_langchain_whose_class_says_nothing_is_read(result: dict[str, Any]) -> None:
    """A chat message, or a class of somebody's own, says who speaks in a field."""
    asked = [lc("HumanMessage", content="p" * 900), lc("AIMessage", content="a"), lc("HumanMessage", content="b")]
    continued = [result, lc("HumanMessage", content="q")]
    rows = [observation(1, asked, called(("c1", "f"))), observation(2, continued, said("done"))]
    assert [message["role"] for message in choose_from(rows).messages[-4:]] == ["assistant", "tool", "user", "assistant"]


def test_names_of_fields_in_disguise_are_read() -> None:
    """Escaped letters are the same letters."""
    blocks = json.dumps([{"role": "user", "content": [*RESULTS, {"type": "text", "text": "x"}]}])
    second = json.loads(observation(2, [], said("a")))
    second["input"] = blocks.replace("tool_", "t\\u006fol_")
    rows = [observation(1, LONGER, said("a")), json.dumps(second).encode()]
    assert len(choose_from(rows).messages) == 7
    hidden = run(2, [user("u")], None, outputs={"output": OUTPUT_ITEMS}).replace(b'"output"', b'"out\\u0070ut"')
    assert len(choose_from([run(1, LONGER, said("a")), hidden]).messages) == 6
