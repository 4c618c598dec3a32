"""Google's Agent Development Kit: ids that it made up, tools that are named twice."""

from __future__ import annotations

from typing import Any

from both_platforms import Case
from both_platforms import assert_read as assert_case
from model_calls import Logged, assert_read, assistant, call, parametrize, result, system, user

SCOPE = {"metadata": {"scope": {"name": "gcp.vertex.agent"}}}


def _text(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"content": text, "type": "text"}]}


def _call(call_id: str, name: str) -> dict[str, Any]:
    return {"id": call_id, "name": name, "arguments": {}, "type": "tool_call"}


def _result(call_id: str, content: str) -> dict[str, Any]:
    return {"id": call_id, "response": {"said": content}, "type": "tool_call_response"}


def _said(call_id: str, content: str, name: str | None = "weather") -> dict[str, Any]:
    return {**result(call_id, f'{{"said":"{content}"}}'), **({"name": name} if name else {})}


ASKED = [system("Be brief."), _text("user", "Rome?")]
WIRE = [system("Be brief."), user("Rome?")]
LOOKING = {"content": "Let me look.", "type": "text"}
DONE = _text("assistant", "Done.")
CALLING = {"role": "assistant", "parts": [LOOKING, _call("weather_1", "weather"), _call("weather_2", "weather")]}
ANSWERED = {"role": "user", "parts": [_result("weather_0", "sun"), _result("weather_1", "snow")]}
REAL_IDS = [
    *ASKED,
    {"role": "assistant", "parts": [_call("weather_0", "weather"), _call("weather_1", "weather")]},
    {"role": "user", "parts": [_result("weather_1", "snow"), _result("weather_0", "sun")]},
]


def _piece(*parts: dict[str, Any], finish_reason: str = "") -> dict[str, Any]:
    return {"role": "assistant", "parts": list(parts), "finish_reason": finish_reason}


def _word(text: str) -> dict[str, Any]:
    return {"content": text, "type": "text"}


NO_ARGUMENTS = {**_call("c1", "weather"), "arguments": None}
CALLED_TWICE = _piece(_call("c1", "weather"), _call("c2", "weather"))
STREAMED = [
    Logged(
        "a streamed answer",
        "langfuse",
        ASKED,
        [_piece(_word("Do")), _piece(_word("ne.")), _piece(_word("Done."), finish_reason="stop")],
        [*WIRE, assistant("Done.")],
        fields=SCOPE,
    ),
    Logged(
        "streamed calls",
        "langfuse",
        ASKED,
        [
            _piece(NO_ARGUMENTS),
            _piece(NO_ARGUMENTS),
            _piece(_call("c1", "weather"), _call("c2", "weather"), finish_reason="stop"),
        ],
        [*WIRE, assistant(None, call("c1", "weather"), call("c2", "weather"))],
        fields=SCOPE,
    ),
    Logged(
        "a stream that was left early",
        "langfuse",
        ASKED,
        [_piece(_word("Do")), _piece(_word("ne."))],
        [*WIRE, assistant("Done.")],
        fields=SCOPE,
    ),
    *(
        Logged(
            "a stream of words and calls that was left early",
            "langfuse",
            ASKED,
            pieces,
            [*WIRE, assistant("Let me look.", call("c1", "weather"), call("c2", "weather"))],
            fields=SCOPE,
        )
        for pieces in (
            [_piece(LOOKING), _piece(_call("c1", "weather")), _piece(_call("c2", "weather"))],
            [_piece(LOOKING), CALLED_TWICE, CALLED_TWICE],
            [_piece(_word("Let me")), _piece(_word(" look.")), _piece(NO_ARGUMENTS), CALLED_TWICE],
        )
    ),
    Logged(
        "alternatives, of which the first counts",
        "langfuse",
        ASKED,
        [_piece(_word("Done."), finish_reason="stop"), _piece(_word("Did."), finish_reason="stop")],
        [*WIRE, assistant("Done.")],
        fields=SCOPE,
    ),
]
GEMINI = [{"role": "model", "parts": [{"text": text}], "finish_reason": ""} for text in ("A", "B")]
OTHERS = [
    Logged("alternatives of another writer", "langfuse", ASKED, output, [*WIRE, assistant("A")], fields=fields)
    for output in (
        [_piece(_word("A")), _piece(_word("B"))],
        [_piece(_word("A")), _piece(_word("B"), finish_reason="stop")],
        GEMINI,
    )
    for fields in ({}, {"metadata": {"scope": {"name": "another"}}})
]
CASES = [
    *STREAMED,
    *OTHERS,
    Logged(
        "results in other places than their calls",
        "langfuse",
        {"messages": [*ASKED, CALLING, ANSWERED], "tools": []},
        [DONE],
        [
            *WIRE,
            assistant("Let me look.", call("call_2_0", "weather"), call("call_2_1", "weather")),
            _said("call_2_0", "sun"),
            _said("call_2_1", "snow"),
            assistant("Done."),
        ],
        fields=SCOPE,
    ),
    Logged(
        "the reply's calls have the ids that the next request gives them",
        "langfuse",
        ASKED,
        [CALLING],
        [*WIRE, assistant("Let me look.", call("call_2_0", "weather"), call("call_2_1", "weather"))],
        fields=SCOPE,
    ),
    Logged(
        "a call that has not been answered yet",
        "langfuse",
        [
            *ASKED,
            {"role": "assistant", "parts": [_call("slow_0", "slow"), _call("weather_1", "weather")]},
            {"role": "user", "parts": [_result("weather_0", "sun")]},
        ],
        [DONE],
        [
            *WIRE,
            assistant(None, call("call_2_0", "slow"), call("call_2_1", "weather")),
            _said("call_2_1", "sun"),
            assistant("Done."),
        ],
        fields=SCOPE,
    ),
    Logged(
        "ids that the provider gave",
        "langfuse",
        [
            *ASKED,
            {"role": "assistant", "parts": [_call("call_7", "weather")]},
            {"role": "user", "parts": [_result("call_7", "sun")]},
        ],
        [DONE],
        [*WIRE, assistant(None, call("call_7", "weather")), _said("call_7", "sun", None), assistant("Done.")],
        fields=SCOPE,
    ),
    Logged(
        "ids of another writer that look alike",
        "langfuse",
        REAL_IDS,
        [DONE],
        [
            *WIRE,
            assistant(None, call("weather_0", "weather"), call("weather_1", "weather")),
            _said("weather_1", "snow", None),
            _said("weather_0", "sun", None),
            assistant("Done."),
        ],
    ),
]


@parametrize(CASES)
def test_ids_that_adk_made_up_are_none(logged: Logged) -> None:
    """Results answered the wrong call, or none."""
    assert_read(logged)


def _declared(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": f"{name}.", **more}


SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


def _wire_tool(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": _declared(name, **more)}


def test_tools_that_are_named_twice_have_the_schema_of_either() -> None:
    """OpenInference names ADK's tools without what they take; the config has it."""
    declarations = [_declared("weather", parameters_json_schema=SCHEMA), _declared("time"), _declared("news", parameters={})]
    named = [_declared("time", parameters=None), _declared("weather", parameters=None), _declared("news", parameters=SCHEMA)]
    request = {
        "contents": [{"parts": [{"text": "Rome?"}], "role": "user"}],
        "config": {"tools": [{"function_declarations": declarations}]},
        "tools": [{**tool, "type": "function"} for tool in named],
    }
    answer = {"content": {"parts": [{"text": "Sunny."}], "role": "model"}}
    tools = [_wire_tool("time"), _wire_tool("weather", parameters=SCHEMA), _wire_tool("news", parameters=SCHEMA)]
    assert_case(Case("tools", request, answer, [user("Rome?"), assistant("Sunny.")], tools))


def test_bytes_that_were_not_recorded_are_no_picture() -> None:
    """ADK writes a note in their place; no address can be made of it."""
    blob = {"mime_type": "image/png", "data": "<not serializable>", "type": "blob"}
    file = {"mime_type": "image/png", "uri": "https://x.test/a.png", "type": "file_data"}
    asked = [{"role": "user", "parts": [{"content": "Look", "type": "text"}, blob, file]}]
    url = {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}
    wire = [user([{"type": "text", "text": "Look"}, blob, url]), assistant("Done.")]
    assert_case(Case("a picture", asked, [DONE], wire))
