"""Messages of the AI SDK's user interface, versions 4 and 5, as routes log them."""

from __future__ import annotations

from typing import Any

from both_platforms import Case, assert_read, call, parametrize
from model_calls import assistant, result, user

HI, HELLO = user("hi"), assistant("Hello.")
WIRE_CALL = call("c1", "f", '{"a":1}')


def _message(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"id": "m1", "role": role, "parts": list(parts)}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "state": "done"}


STEP = {"type": "step-start"}
TOOL = {"type": "tool-f", "toolCallId": "c1", "state": "output-available", "input": {"a": 1}, "output": "42"}
DYNAMIC = {**TOOL, "type": "dynamic-tool", "toolName": "f"}
INVOCATION = {"state": "result", "toolCallId": "c1", "toolName": "f", "args": {"a": 1}, "result": "42"}
LEFT = [HI, assistant(None, WIRE_CALL), result("c1", "42"), assistant("It is 42."), user("Thanks."), HELLO]


def _case(name: str, *answered: dict[str, Any], wire: list[dict[str, Any]] | None = None) -> Case:
    return Case(name, [_message("user", _text("hi")), *answered, _message("user", _text("Thanks."))], HELLO, wire or LEFT)


CASES = [
    Case("a text", [_message("user", _text("hi"))], HELLO, [HI, HELLO]),
    Case(
        "a reply", {"messages": [_message("user", _text("hi"))]}, _message("assistant", STEP, _text("Hello.")), [HI, HELLO]
    ),
    _case("two steps", _message("assistant", STEP, TOOL, STEP, _text("It is 42."))),
    _case("words behind a result, in one step", _message("assistant", TOOL, _text("It is 42."))),
    _case("a tool known by name only", _message("assistant", STEP, DYNAMIC, STEP, _text("It is 42."))),
    _case(
        "version 4",
        _message("assistant", STEP, {"type": "tool-invocation", "toolInvocation": INVOCATION}, STEP, _text("It is 42.")),
    ),
    _case("version 4 without parts", {"role": "assistant", "content": "It is 42.", "toolInvocations": [INVOCATION]}),
    Case(
        "version 4 without parts, as the reply",
        [HI],
        {"role": "assistant", "content": "It is 42.", "toolInvocations": [INVOCATION]},
        LEFT[:4],
    ),
    _case(
        "version 4, steps counted",
        _message(
            "assistant",
            {"type": "tool-invocation", "toolInvocation": {**INVOCATION, "step": 0}},
            {"type": "tool-invocation", "toolInvocation": {**INVOCATION, "toolCallId": "c2", "step": 1}},
            _text("It is 42."),
        ),
        wire=[*LEFT[:3], assistant(None, call("c2", "f", '{"a":1}')), result("c2", "42"), *LEFT[3:]],
    ),
    _case(
        "a tool that the provider ran, and another API's calls beside parts",
        _message("assistant", {"type": "tool-search", "toolCallId": "s", "providerExecuted": True}, _text("It is 42.")),
        wire=[
            HI,
            assistant([{"type": "tool-search", "toolCallId": "s", "providerExecuted": True}, _text("It is 42.")]),
            *LEFT[4:],
        ],
    ),
    _case(
        "an error, a thought and a source",
        _message(
            "assistant",
            {"type": "reasoning", "text": "Hm."},
            {**TOOL, "state": "output-error", "output": None, "errorText": "down"},
            STEP,
            {"type": "source-url", "url": "https://x.test"},
            _text("It is 42."),
        ),
        wire=[HI, assistant(None, WIRE_CALL, reasoning_content="Hm."), result("c1", "down"), *LEFT[3:]],
    ),
]


@parametrize(CASES)
def test_what_a_page_shows_is_what_was_said(case: Case) -> None:
    """One message of the page holds a whole turn with calls and results: each gets its own place."""
    assert_read(case)
