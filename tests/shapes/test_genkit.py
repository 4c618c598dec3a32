"""Genkit: parts that are named by their key."""

from __future__ import annotations

from typing import Any

from both_platforms import Case, assert_read, call, parametrize
from model_calls import assistant, result, system, user

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOLS = [{"name": "weather", "description": "Tells.", "inputSchema": SCHEMA}]
WIRE_TOOLS = [{"type": "function", "function": {"name": "weather", "description": "Tells.", "parameters": SCHEMA}}]


def said(role: str, *content: dict[str, Any]) -> dict[str, Any]:
    """A message."""
    return {"role": role, "content": list(content)}


def calling(city: str, **ref: str) -> dict[str, Any]:
    """A part that calls."""
    return {"toolRequest": {"name": "weather", "input": {"city": city}, **ref}, "metadata": {"pending": True}}


def returned(output: Any, **more: Any) -> dict[str, Any]:
    """A part of what a tool returned."""
    return {"toolResponse": {"name": "weather", "output": output, **more}}


ASKED = [said("system", {"text": "Be short."}), said("user", {"text": "Weather?"})]
SAID = [system("Be short."), user("Weather?")]
TURN = said("model", {"reasoning": "Hm."}, {"text": "Let me see."}, calling("Rome", ref="c1"), calling("Oslo", ref="c2"))
RESULTS = said("tool", returned({"c": 22}, ref="c1"), returned(None, ref="c2", content=[{"text": "18"}]))
CALLS = [call("c1", "weather", '{"city":"Rome"}'), call("c2", "weather", '{"city":"Oslo"}')]
WIRE_TURN = assistant("Let me see.", *CALLS, reasoning_content="Hm.")
WIRE_RESULTS = [{**result("c1", '{"c":22}'), "name": "weather"}, {**result("c2", "18"), "name": "weather"}]
REQUEST = {"messages": ASKED, "config": {"temperature": 1}, "tools": TOOLS, "output": {}}
MEDIA = {"media": {"url": "data:image/png;base64,aGk=", "contentType": "image/png"}}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}


def answered(message: dict[str, Any]) -> dict[str, Any]:
    """What a model action returns."""
    return {"message": message, "finishReason": "stop", "usage": {"inputTokens": 1}, "custom": {}, "latencyMs": 3.5}


CASES = [
    Case("an answer that calls", REQUEST, answered(TURN), [*SAID, WIRE_TURN], WIRE_TOOLS),
    Case(
        "calls and results",
        {**REQUEST, "messages": [*ASKED, TURN, RESULTS]},
        answered(said("model", {"text": "22."})),
        [*SAID, WIRE_TURN, *WIRE_RESULTS, assistant("22.")],
        WIRE_TOOLS,
    ),
    Case(
        "a picture",
        {**REQUEST, "messages": [said("user", {"text": "See?"}, MEDIA)]},
        answered(said("model", {"text": "Yes."})),
        [user([{"type": "text", "text": "See?"}, PICTURE]), assistant("Yes.")],
        WIRE_TOOLS,
    ),
    Case(
        "calls without refs, before version 1",
        {**REQUEST, "messages": [*ASKED, said("model", calling("Rome")), said("tool", returned("22"))]},
        {"candidates": [{"index": 0, "message": said("model", {"text": "22."}), "finishReason": "stop"}]},
        [
            *SAID,
            assistant(None, call("call_2_0", "weather", '{"city":"Rome"}')),
            {**result("call_2_0", "22"), "name": "weather"},
            assistant("22."),
        ],
        WIRE_TOOLS,
    ),
]


@parametrize(CASES)
def test_genkit_logs(case: Case) -> None:
    """As its spans hold them."""
    assert_read(case)
