"""Bedrock's Converse API, as boto3's arguments and answers are logged."""

from __future__ import annotations

from both_platforms import Case, assert_read, call, parametrize
from model_calls import assistant, result, system, user

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"toolSpec": {"name": "weather", "description": "d", "inputSchema": {"json": SCHEMA}}}
WIRE_TOOL = {"type": "function", "function": {"name": "weather", "description": "d", "parameters": SCHEMA}}
ASKED = {"role": "user", "content": [{"text": "Weather?"}]}
CALLED = {
    "role": "assistant",
    "content": [{"text": "Let me see."}, {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Bern"}}}],
}
ANSWER = {"output": {"message": {"role": "assistant", "content": [{"text": "Sunny."}]}}, "stopReason": "end_turn"}


def _answered(*content: object) -> dict[str, object]:
    return {"role": "user", "content": [{"toolResult": {"toolUseId": "t1", "content": [*content], "status": "success"}}]}


def _wire(content: object) -> list[dict[str, object]]:
    calling = assistant("Let me see.", call("t1", "weather", '{"city":"Bern"}'))
    return [user("Weather?"), calling, result("t1", content), assistant("Sunny.")]


IMAGE = {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}
URL = "data:image/png;base64,iVBORw0KGgo="
CASES = [
    Case(
        "messages alone",
        [ASKED],
        {"role": "assistant", "content": [{"text": "Sunny."}]},
        [user("Weather?"), assistant("Sunny.")],
    ),
    Case(
        "the whole request",
        {
            "modelId": "m",
            "messages": [ASKED, CALLED, _answered({"text": "sunny"})],
            "system": [{"text": "Be brief."}, {"cachePoint": {"type": "default"}}],
            "toolConfig": {"tools": [TOOL, {"cachePoint": {"type": "default"}}]},
            "inferenceConfig": {"maxTokens": 5},
        },
        ANSWER,
        [system("Be brief."), *_wire("sunny")],
        [WIRE_TOOL],
    ),
    Case(
        "a result that is a value",
        {"messages": [ASKED, CALLED, _answered({"json": {"sky": "blue"}})]},
        ANSWER,
        _wire('{"sky":"blue"}'),
    ),
    Case(
        "a value beside a text",
        [ASKED, CALLED, _answered({"json": {"sky": "blue"}}, {"text": "b"})],
        ANSWER,
        _wire('[{"json":{"sky":"blue"}},{"text":"b"}]'),
    ),
    Case("a result of two texts", [ASKED, CALLED, _answered({"text": "a"}, {"text": "b"})], ANSWER, _wire("a\nb")),
    Case(
        "a picture and a thought",
        [{"role": "user", "content": [{"text": "What?"}, {"image": IMAGE}]}],
        {"role": "assistant", "content": [{"reasoningContent": {"reasoningText": {"text": "Hm."}}}, {"text": "A cat."}]},
        [
            user([{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": URL}}]),
            assistant("A cat.", reasoning_content="Hm."),
        ],
    ),
    Case(
        "tools of another API beside blocks",
        {"messages": [ASKED], "system": [{"text": "Be brief."}], "tools": [WIRE_TOOL]},
        ANSWER,
        [system("Be brief."), user("Weather?"), assistant("Sunny.")],
        [WIRE_TOOL],
    ),
    Case(
        "calls of another API beside blocks stay its calls",
        [ASKED, {"role": "assistant", "content": [{"text": "x"}], "tool_calls": [call("a", "f", "{}")]}, result("a", "A")],
        ANSWER,
        [user("Weather?"), assistant('[{"text":"x"}]', call("a", "f", "{}")), result("a", "A"), assistant("Sunny.")],
    ),
    Case(
        "a picture with an address",
        [{"role": "user", "content": [{"image": {"url": "https://x.test/a.png"}}]}],
        ANSWER,
        [user([{"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}]), assistant("Sunny.")],
    ),
    Case(
        "a call as the answer, unset fields as nulls",
        [ASKED],
        {"role": "assistant", "content": [{"text": None, "toolUse": {"toolUseId": "t1", "name": "weather", "input": {}}}]},
        [user("Weather?"), assistant(None, call("t1", "weather", "{}"))],
    ),
]


@parametrize(CASES)
def test_converse_is_read(case: Case) -> None:
    """Its blocks have no type: read as anything else, calls and results would be texts of JSON."""
    assert_read(case)
