"""OpenLLMetry, versions 0.47 and 0.62: messages whose blocks and thoughts are texts in span attributes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, parametrize, read, result, row, system, user

from oumi_assets.core.calls import ModelCall
from oumi_assets.core.json_text import dump
from oumi_assets.langfuse.payload import open_call
from oumi_assets.reconstruction.candidate import NoCandidate, read_generally
from oumi_assets.reconstruction.conversation import Candidate
from oumi_assets.reconstruction.plain import read_plain

ANTHROPIC = {"scope.name": "opentelemetry.instrumentation.anthropic"}
OPENAI = {"scope.name": "opentelemetry.instrumentation.openai.v1"}
OLLAMA = {"scope.name": "opentelemetry.instrumentation.ollama"}
JAVASCRIPT = {"scope.name": "@traceloop/instrumentation-openai"}
HI, BRIEF = user("hi"), system("Be brief.")
IMAGE = {"type": "image_url", "image_url": {"url": "http://x.test/y.png"}}
SUMMARY = json.dumps([{"text": "Look", "type": "summary_text"}, {"text": "it up.", "type": "summary_text"}])
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
FUNCTION = {f"attributes.llm.request.functions.0.{key}": text for key, text in {"name": "f", "description": "d"}.items()}
WIRE_TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}


def _logged(name: str, input_: Any, output: Any, metadata: Any, messages: list[Any], *tools: Any) -> Logged:
    return Logged(name, "langfuse", input_, output, messages, list(tools), {"metadata": metadata})


def _text(*blocks: dict[str, Any]) -> str:
    return json.dumps(blocks)


def _flat(call_id: str) -> dict[str, Any]:
    return {"id": call_id, "name": "f", "arguments": "{}"}


def _parts(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": role, "parts": list(parts)}


def _result(call_id: str, said: str) -> dict[str, Any]:
    return _parts("tool", {"type": "tool_call_response", "id": call_id, "response": said})


def _called(call_id: str) -> dict[str, Any]:
    return {"type": "tool_call", **_flat(call_id)}


TEXT = {"type": "text", "content": "hi"}
CASES = [
    _logged(
        "Anthropic's blocks and thoughts",
        [
            {"content": "Be brief.", "role": "system"},
            HI,
            {
                "content": _text({"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Looking."}),
                "role": "assistant",
                "tool_calls": [_flat("toolu_1"), _flat("toolu_2")],
            },
            {
                "content": _text(
                    {"type": "tool_result", "tool_use_id": "toolu_1", "content": "17"},
                    {"type": "tool_result", "tool_use_id": "toolu_2", "content": "18"},
                    {"type": "text", "text": "ok?"},
                ),
                "role": "user",
            },
        ],
        [{"finish_reason": "end_turn", "role": "thinking", "content": "Warm."}, assistant("Sunny.")],
        {**ANTHROPIC, **FUNCTION, "attributes.llm.request.functions.0.input_schema": json.dumps(SCHEMA)},
        [
            BRIEF,
            HI,
            assistant("Looking.", call("toolu_1", "f"), call("toolu_2", "f"), reasoning_content="Hm."),
            result("toolu_1", "17"),
            result("toolu_2", "18"),
            user("ok?"),
            assistant("Sunny.", reasoning_content="Warm."),
        ],
        WIRE_TOOL,
    ),
    _logged(
        "JavaScript's, parts as text and the schema as arguments",
        [BRIEF, user(_text({"type": "text", "text": "see"}, IMAGE))],
        [{"finish_reason": "stop", **assistant("A cat.")}],
        {**JAVASCRIPT, **FUNCTION, "attributes.llm.request.functions.0.arguments": json.dumps(SCHEMA)},
        [BRIEF, user([{"type": "text", "text": "see"}, IMAGE]), assistant("A cat.")],
        WIRE_TOOL,
    ),
    _logged(
        "pictures",
        [
            user(_text({"type": "text", "text": "see"}, IMAGE)),
            assistant("Yes."),
            user(_text({"type": "input_text", "text": "see"}, {"type": "input_image", "image_url": "http://x.test/y.png"})),
        ],
        [{"finish_reason": "stop", **assistant("A cat.")}],
        dump({"scope": {"name": OPENAI["scope.name"]}}),
        [
            user([{"type": "text", "text": "see"}, IMAGE]),
            assistant("Yes."),
            user([{"type": "text", "text": "see"}, IMAGE]),
            assistant("A cat."),
        ],
    ),
    _logged(
        "the Responses API in version 0.47",
        [BRIEF, HI, assistant(_text({"annotations": [], "text": "Hello.", "type": "output_text"})), HI],
        [{"role": "assistant", "content": "Looking.", "reasoning": SUMMARY, "tool_calls": [_flat("fc_1")]}],
        OPENAI,
        [BRIEF, HI, assistant("Hello."), HI, assistant("Looking.", call("fc_1", "f"), reasoning_content="Look\nit up.")],
    ),
    _logged(
        "the Responses API in version 0.62",
        [
            _parts("user", TEXT),
            _parts("assistant", {"type": "text", "content": "Looking."}),
            _parts("assistant", _called("fc_1")),
            _parts("assistant", _called("fc_2")),
            _result("call_1", "17"),
            _result("call_2", "18"),
            _parts("assistant", _called("fc_3")),
            _result("call_3", "19"),
        ],
        [_parts("assistant", {"type": "text", "content": "Sunny."}, {"type": "reasoning", "content": SUMMARY})],
        OPENAI,
        [
            HI,
            assistant("Looking.", call("fc_1", "f"), call("fc_2", "f")),
            result("fc_1", "17"),
            result("fc_2", "18"),
            assistant(None, call("fc_3", "f")),
            result("fc_3", "19"),
            assistant("Sunny.", reasoning_content="Look\nit up."),
        ],
    ),
    _logged(
        "results that know their call, and one that does not",
        [
            _parts("user", TEXT),
            _parts("assistant", _called("fc_1"), _called("fc_2")),
            _result("fc_2", "18"),
            _result("x", "17"),
        ],
        [_parts("assistant", TEXT)],
        OPENAI,
        [
            HI,
            assistant(None, call("fc_1", "f"), call("fc_2", "f")),
            result("fc_2", "18"),
            result("fc_1", "17"),
            assistant("hi"),
        ],
    ),
    _logged(
        "alternatives are no turns",
        [_parts("user", TEXT)],
        [_parts("assistant", TEXT, _called("fc_1")), _parts("assistant", TEXT)],
        OPENAI,
        [HI, assistant("hi", call("fc_1", "f"))],
    ),
    _logged(
        "a refusal",
        [_parts("user", TEXT)],
        [_parts("assistant", {"type": "refusal", "content": "I can't."})],
        OPENAI,
        [HI, assistant("I can't.", refusal="I can't.")],
    ),
    _logged(
        "what a tool answered in JSON",
        [HI, assistant(None, call("c1", "f")), result("c1", _text({"type": "text", "text": "17"}))],
        [assistant("Sunny.")],
        OPENAI,
        [HI, assistant(None, call("c1", "f")), result("c1", _text({"type": "text", "text": "17"})), assistant("Sunny.")],
    ),
]


@parametrize(CASES)
def test_what_became_text_in_an_attribute_is_what_it_was(logged: Logged) -> None:
    """A result that stayed a user's JSON would teach a model to talk to itself."""
    assert_read(logged)


def test_an_empty_text_of_arguments_is_no_attribute_of_openais() -> None:
    """Such a call was unreadable, and with it every longer history. Others' arguments may have been objects."""
    told = [{"id": "call_1", "name": "f"}, _flat("call_2")]
    results = [result("call_1", "a"), result("call_2", "b")]
    history = [HI, {"role": "assistant", "tool_calls": told}, *results]
    reply = [{"role": "assistant", "tool_calls": [{"id": "call_3", "name": "f"}]}]
    wire = [HI, assistant(None, call("call_1", "f"), call("call_2", "f")), *results, assistant(None, call("call_3", "f"))]
    assert_read(_logged("", history, reply, OPENAI, wire))
    line = row("langfuse", history, [{"role": "assistant", "content": "Done."}], metadata=OLLAMA)
    assert read("langfuse", line) is NoCandidate.UNSUPPORTED


def test_calls_of_openais_that_are_one_text_are_not_lost() -> None:
    """Where they are no list of attributes, there is nothing to add to them."""
    told = {"role": "assistant", "tool_calls": json.dumps([_flat("call_1")])}
    wire = [HI, assistant(None, call("call_1", "f")), result("call_1", "a"), assistant(None, call("call_2", "f"))]
    reply = [{"role": "assistant", "tool_calls": json.dumps([_flat("call_2")])}]
    assert_read(_logged("", [HI, told, result("call_1", "a")], reply, OPENAI, wire))


def test_rule_1_a_role_alone_is_no_reply_of_ollama() -> None:
    """Its calls were not written; OpenAI's empty answer has a reason beside the role."""
    assert read("langfuse", row("langfuse", [HI], [{"role": "assistant"}], metadata=OLLAMA)) is NoCandidate.NO_REPLY
    empty = [{"role": "assistant", "finish_reason": "stop"}]
    assert_read(_logged("", [HI], empty, OPENAI, [HI, assistant("")]))


@pytest.mark.parametrize(
    "text", [_text({"type": "text", "text": "x"}), _text({"type": "tool_result", "tool_use_id": "a"}), SUMMARY]
)
def test_json_that_somebody_wrote_stays_a_text(text: str) -> None:
    """Only the instrumentation's own scope proves that a list of blocks was logged as text."""
    for scope in ("langfuse-sdk", "openinference.instrumentation.openai", None, 7):
        found = read("langfuse", row("langfuse", [user(text)], assistant(text), metadata={"scope.name": scope}))
        assert isinstance(found, Candidate)
        assert found.messages == [user(text), assistant(text)]
        told = ModelCall([user(text)], assistant(text), None, False, {"metadata": {"scope.name": scope}})
        by_shapes, _ = read_generally(told)
        assert isinstance(by_shapes, Candidate)
        assert by_shapes.messages == found.messages, "the short way takes both for texts without asking"


@pytest.mark.parametrize(
    "text", ["[{", "[{}]", '[{"type": 1}]', '[{"type": "weather"}]', '[{"type": "text"}, 7]', "[]", '{"type": "text"}']
)
def test_a_text_that_is_no_list_of_blocks_stays_a_text(text: str) -> None:
    """People talk about JSON to every model."""
    found = read("langfuse", row("langfuse", [user(text)], assistant("Hello."), metadata=OPENAI))
    assert isinstance(found, Candidate)
    assert found.messages == [user(text), assistant("Hello.")]


def test_the_short_way_leaves_such_calls_to_the_shapes() -> None:
    """It would take the blocks for a text."""
    for metadata in (OPENAI, dump(OPENAI), {"scope": {"name": OPENAI["scope.name"]}}):
        unread = open_call(row("langfuse", [user(_text(IMAGE))], assistant("Hello."), metadata=metadata))
        assert unread is not None
        assert read_plain(unread) is None


STRANGE: list[Any] = [None, 7, "x", {}, [], [None], [[]], [{}], [{"role": []}], [{"role": "thinking"}], [{"parts": 7}]]
STRANGE += [[{"role": "assistant", "content": "x", "reasoning": [["y"]]}]]


@pytest.mark.parametrize("value", [*STRANGE, [{"role": "assistant", "parts": [None, {}, {"type": "tool_call", "id": []}]}]])
def test_no_payload_is_too_strange(value: Any) -> None:
    """What somebody puts under this scope may be anything."""
    calls = _parts("assistant", _called("fc_1"))
    for input_, output in ((value, value), ([calls, *value], value) if isinstance(value, list) else (value, value)):
        read("langfuse", row("langfuse", input_, output, metadata=OPENAI))
