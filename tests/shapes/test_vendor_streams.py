"""Streams of other vendors' SDKs, which a traced function passed on piece by piece: the pieces are one answer."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import FORMS, Case, assert_read, parametrize, read
from model_calls import assistant, call, system, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

ASK = [system("Be brief."), user("Weather?")]


def _mistral(delta: dict[str, Any], end: str | None = None) -> dict[str, Any]:
    choices = [{"index": 0, "delta": delta, "finish_reason": end}]
    return {"data": {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": choices}}


def _ollama(message: dict[str, Any], *, done: bool = False) -> dict[str, Any]:
    return {"model": "m", "created_at": "now", "done": done, "message": {"role": "assistant", "content": "", **message}}


def _cohere(kind: str, index: int | None = None, **message: Any) -> dict[str, Any]:
    return {"type": kind, "delta": {"message": message}, **({} if index is None else {"index": index})}


def _cohere_call(kind: str, index: int, function: dict[str, Any], **named: Any) -> dict[str, Any]:
    return _cohere(kind, index, tool_calls={**named, "function": function})


def _bedrock(index: int, **delta: Any) -> dict[str, Any]:
    return {"contentBlockDelta": {"contentBlockIndex": index, "delta": delta}}


def _bedrock_call(index: int, call_id: str, name: str) -> dict[str, Any]:
    return {"contentBlockStart": {"contentBlockIndex": index, "start": {"toolUse": {"toolUseId": call_id, "name": name}}}}


SOURCES = [{"type": "reference", "reference_ids": [number]} for number in (1, 2)]
OLLAMA_CALL = {"function": {"name": "f", "arguments": {"a": 1}}}
CALLS = assistant("Look.", call("a", "f", '{"a": 1}'), call("b", "g"), reasoning_content="Hm.")
CASES = [
    Case(
        "Mistral",
        ASK,
        [
            _mistral({"role": "assistant", "content": ""}),
            _mistral({"content": "Sun"}),
            _mistral({"content": "ny."}, "stop"),
            {"data": {"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": {}}},
        ],
        [*ASK, assistant("Sunny.")],
    ),
    Case(
        "Mistral's in JavaScript, with thoughts as parts",
        ASK,
        [
            _mistral({"role": "assistant", "content": [{"type": "thinking", "thinking": [{"type": "text", "text": "H"}]}]}),
            _mistral({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "m."}]}]}),
            _mistral({"content": "Lo"}),
            _mistral({"content": [{"type": "text", "text": "ok."}]}),
            _mistral(
                {"toolCalls": [{**call("a", "f", '{"a": 1}'), "index": 0}, {**call("b", "g"), "index": 1}]}, "tool_calls"
            ),
        ],
        [*ASK, CALLS],
    ),
    Case(
        "the events of OpenAI's Python SDK",
        ASK,
        [
            {"type": "chunk", "chunk": _mistral({"content": "Sun"})["data"], "snapshot": {"choices": []}},
            {"type": "content.delta", "delta": "Sun", "snapshot": "Sun"},
            {"type": "chunk", "chunk": _mistral({"content": "ny."}, "stop")["data"], "snapshot": {"choices": []}},
            {"type": "content.delta", "delta": "ny.", "snapshot": "Sunny."},
            {"type": "content.done", "content": "Sunny."},
        ],
        [*ASK, assistant("Sunny.")],
    ),
    Case(
        "Ollama",
        ASK,
        [_ollama({"content": "Sun"}), _ollama({"content": "ny."}), _ollama({}, done=True)],
        [*ASK, assistant("Sunny.")],
    ),
    Case(
        "Ollama's thoughts and calls",
        ASK,
        [_ollama({"thinking": "Hm"}), _ollama({"thinking": "."}), *[_ollama({"tool_calls": [OLLAMA_CALL]})] * 2],
        [
            *ASK,
            assistant(None, call("call_2_0", "f", '{"a":1}'), call("call_2_1", "f", '{"a":1}'), reasoning_content="Hm."),
        ],
    ),
    Case(
        "Cohere",
        ASK,
        [
            {
                "type": "message-start",
                "id": "c",
                "delta": {"message": {"role": "assistant", "content": [], "tool_calls": []}},
            },
            _cohere("content-start", 0, content={"type": "thinking", "thinking": ""}),
            _cohere("content-delta", 0, content={"thinking": "Hm."}),
            {"type": "content-end", "index": 0},
            _cohere("content-start", 1, content={"type": "text", "text": ""}),
            _cohere("content-delta", 1, content={"text": "Sun"}),
            _cohere("content-delta", 1, content={"text": "ny."}),
            {"type": "content-end", "index": 1},
            {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": {}}},
        ],
        [*ASK, assistant("Sunny.", reasoning_content="Hm.")],
    ),
    Case(
        "Cohere's plan and calls",
        ASK,
        [
            _cohere("tool-plan-delta", tool_plan="H"),
            _cohere("tool-plan-delta", tool_plan="m."),
            _cohere_call("tool-call-start", 0, {"name": "f", "arguments": ""}, id="a", type="function"),
            _cohere_call("tool-call-delta", 0, {"arguments": '{"a"'}),
            _cohere_call("tool-call-delta", 0, {"arguments": ": 1}"}),
            {"type": "tool-call-end", "index": 0},
            _cohere_call("tool-call-start", 1, {"name": "g", "arguments": ""}, id="b", type="function"),
            {"type": "tool-call-end", "index": 1},
        ],
        [*ASK, {**CALLS, "content": None}],
    ),
    Case(
        "Cohere's calls without their places",
        ASK,
        [
            {key: value for key, value in event.items() if key != "index"}
            for event in (
                _cohere_call("tool-call-start", 0, {"name": "f", "arguments": ""}, id="a", type="function"),
                _cohere_call("tool-call-delta", 0, {"arguments": '{"a": 1}'}),
                _cohere_call("tool-call-start", 0, {"name": "g", "arguments": ""}, id="b", type="function"),
            )
        ],
        [*ASK, assistant(None, call("a", "f", '{"a": 1}'), call("b", "g"))],
    ),
    Case(
        "Bedrock",
        ASK,
        [
            {"messageStart": {"role": "assistant"}},
            _bedrock(0, reasoningContent={"text": "Hm"}),
            _bedrock(0, reasoningContent={"text": "."}),
            _bedrock(0, reasoningContent={"signature": "x"}),
            {"contentBlockStop": {"contentBlockIndex": 0}},
            _bedrock(1, text="Lo"),
            _bedrock(1, text="ok."),
            _bedrock_call(2, "a", "f"),
            _bedrock(2, toolUse={"input": '{"a": '}),
            _bedrock(2, toolUse={"input": "1}"}),
            _bedrock_call(3, "b", "g"),
            {"messageStop": {"stopReason": "tool_use"}},
            {"metadata": {"usage": {}}},
        ],
        [*ASK, CALLS],
    ),
    Case(
        "Bedrock's texts with their sources",
        ASK,
        [_bedrock(0, text="Sun"), _bedrock(0, citation={"title": "A map"}), _bedrock(0, text="ny.")],
        [*ASK, assistant("Sunny.")],
    ),
    Case(
        "Cohere's plan and calls in JavaScript",
        ASK,
        [
            _cohere("tool-plan-delta", toolPlan="Hm."),
            _cohere("tool-call-start", 0, toolCalls={"id": "a", "function": {"name": "f", "arguments": ""}}),
            _cohere("tool-call-delta", 0, toolCalls={"function": {"arguments": '{"a": 1}'}}),
        ],
        [*ASK, assistant(None, call("a", "f", '{"a": 1}'), reasoning_content="Hm.")],
    ),
    Case(
        "Cohere's stream of which the beginning of a call is missing",
        ASK,
        [_cohere_call("tool-call-delta", 0, {"arguments": "{}"}), _cohere("content-delta", 0, content={"text": "Sunny."})],
        [*ASK, assistant("Sunny.")],
    ),
    Case(
        "calls that are named in every piece, with a hole between them",
        ASK,
        [
            _mistral({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"a"'}}, None]}),
            _mistral({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": ": 1}"}}]}),
        ],
        [*ASK, assistant(None, call("a", "f", '{"a": 1}'))],
    ),
    Case(
        "calls whose pieces come in turn",
        ASK,
        [
            _mistral({"tool_calls": [{"index": index, "id": name, "function": {"name": named, "arguments": arguments}}]})
            for index, name, named, arguments in (
                (0, "a", "f", '{"a"'),
                (1, "b", "g", "{"),
                (0, None, None, ": 1}"),
                (1, None, None, "}"),
            )
        ],
        [*ASK, assistant(None, call("a", "f", '{"a": 1}'), call("b", "g"))],
    ),
    Case(
        "a call whose pieces have no place",
        ASK,
        [
            _mistral({"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": '{"a"'}}]}),
            _mistral({"tool_calls": [{"function": {"arguments": ": 1}"}}]}),
        ],
        [*ASK, assistant(None, call("a", "f", '{"a": 1}'))],
    ),
    Case(
        "OpenRouter's thoughts",
        ASK,
        [_mistral({"reasoning": "H"}), _mistral({"reasoning": "m."}), _mistral({"content": "Sunny."})],
        [*ASK, assistant("Sunny.", reasoning_content="Hm.")],
    ),
    Case(
        "two answers at once, of which the first counts",
        ASK,
        [
            {"object": "chat.completion.chunk", "choices": [{"index": index, "delta": {"content": text}}]}
            for index, text in ((1, "Rai"), (0, "Sun"), (1, "ny."), (0, "ny."))
        ],
        [*ASK, assistant("Sunny.")],
    ),
    Case(
        "Mistral's sources between texts, each a part of its own",
        ASK,
        [_mistral({"content": [{"type": "text", "text": "Sunny."}]}), *(_mistral({"content": [it]}) for it in SOURCES)],
        [*ASK, assistant([{"type": "text", "text": "Sunny."}, *SOURCES])],
    ),
]


@parametrize(CASES)
def test_pieces_that_were_passed_on_are_one_answer(case: Case) -> None:
    """LangSmith's `traceable` and Langfuse's `@observe` log whatever a generator yielded."""
    assert_read(case)


SILENT = {
    "Ollama": [_ollama({}, done=True)],
    "Cohere": [_cohere("message-start", role="assistant"), {"type": "message-end"}],
    "Bedrock": [{"messageStart": {"role": "assistant"}}, {"messageStop": {"stopReason": "end_turn"}}],
    "an unknown block": [{"messageStart": {"role": "assistant"}}, _bedrock(0, video={"text": "Hi."})],
    "an unknown block beside a text": [_bedrock(0, text="Look."), _bedrock(1, video={"text": "Hi."})],
}


@pytest.mark.parametrize("pieces", SILENT.values(), ids=SILENT)
def test_pieces_that_say_nothing_are_no_reply(pieces: list[Any]) -> None:
    """Better no conversation than one whose answer was made up."""
    assert not isinstance(read("langsmith", FORMS["langsmith"](ASK, pieces)), Conversation)


def test_a_bedrock_stream_without_a_word_is_not_what_the_model_wrote() -> None:
    """Langfuse's text of it would be the answer."""
    assert read("langfuse", FORMS["langfuse"](ASK, SILENT["Bedrock"])) is NoCandidate.NO_REPLY


def test_a_list_that_a_model_wrote_is_no_stream() -> None:
    """Tasks that are done are no pieces of an answer, and an event of a calendar is none of an API."""
    for written in (
        [{"done": True, "message": "Call Bob"}],
        [{"type": "message-end", "text": "x"}],
        [{"metadata": {"a": 1}}],
        [{"data": 1}],
        [_ollama({"content": "x"}), {"a": 1}],
        [_cohere("content-delta", 0, content={"text": "x"}), {"a": 1}],
        [_bedrock(0, text="x"), {"note": {"a": 1}}],
        [{**_bedrock(0, text="x"), "note": 1}],
    ):
        found = read("langfuse", FORMS["langfuse"](ASK, written))
        assert isinstance(found, Conversation)
        assert found.messages[-1]["content"].startswith("[{")


def test_a_plan_before_calls_is_reasoning() -> None:
    """Rule 6: Cohere calls it what the model thinks before it calls tools. Its JavaScript SDK writes camel case."""
    planned = {"role": "assistant", "tool_plan": "Hm.", "tool_calls": [call("a", "f")]}
    camel = {"role": "assistant", "toolPlan": "Hm.", "toolCalls": [call("a", "f")]}
    wire = assistant(None, call("a", "f"), reasoning_content="Hm.")
    assert_read(Case("answer", ASK, {"id": "x", "finish_reason": "TOOL_CALL", "message": planned}, [*ASK, wire]))
    assert_read(Case("JavaScript", ASK, {"id": "x", "finishReason": "TOOL_CALL", "message": camel}, [*ASK, wire]))
    result = {"role": "tool", "tool_call_id": "a", "content": "9 C"}
    assert_read(Case("history", [*ASK, planned, result], assistant("Cold."), [*ASK, wire, result, assistant("Cold.")]))
