"""OpenTelemetry GenAI messages of typed parts, and what Langfuse made of them for a while."""

from __future__ import annotations

from typing import Any

from both_platforms import FORMS, Case, assert_read, assert_unsupported, call, parametrize, read

from oumi_assets.reconstruction.conversation import Conversation
from oumi_assets.shapes.otel_genai import without_told_results

ASK = {"role": "user", "content": "Weather in Rome?"}
ASK_PARTS = {"role": "user", "parts": [{"type": "text", "content": "Weather in Rome?"}]}
CALL = call("call_1", "weather", '{"city":"Rome"}')
CALL_PART = {"type": "tool_call", "id": "call_1", "name": "weather", "arguments": {"city": "Rome"}}
CALLS = {"role": "assistant", "content": None, "tool_calls": [CALL]}
ANSWER = [{"role": "assistant", "parts": [{"type": "text", "content": "Sunny."}], "finish_reason": "stop"}]
DONE = {"role": "assistant", "content": "Sunny."}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
SEARCH = [
    {"type": "tool_call", "id": "ws_1", "name": "web_search", "arguments": {"query": "w"}},
    {"type": "tool_call_response", "id": "ws_1", "response": [{"url": "https://x.test", "type": "web_search_result"}]},
]


def _answered(response: Any) -> dict[str, Any]:
    return {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": response}]}


CASES = [
    Case(
        "the semantic conventions: reasoning, a call, its result under role tool",
        {
            "messages": [
                {
                    "role": "system",
                    "parts": [{"type": "text", "content": "Be brief."}, {"type": "text", "content": "Be kind."}],
                },
                ASK_PARTS,
                {"role": "assistant", "parts": [{"type": "reasoning", "content": "One city."}, CALL_PART]},
                {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": {"sky": "sunny"}}]},
            ],
            "tools": [{"type": "function", "name": "weather", "parameters": SCHEMA}],
        },
        ANSWER,
        [
            {"role": "system", "content": "Be brief.\nBe kind."},
            ASK,
            {**CALLS, "reasoning_content": "One city."},
            {"role": "tool", "content": '{"sky":"sunny"}', "tool_call_id": "call_1"},
            DONE,
        ],
        [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}],
    ),
    Case(
        "results under role user beside text, arguments as text, a result of null",
        [
            ASK_PARTS,
            {"role": "assistant", "parts": [{**CALL_PART, "arguments": '{"city": "Rome"}'}, {**CALL_PART, "id": "call_2"}]},
            {
                "role": "user",
                "parts": [
                    {"type": "tool_call_response", "id": "call_2", "name": "weather"},
                    {"type": "text", "content": "Quick!"},
                    {"type": "tool_call_response", "id": "call_1", "name": "weather", "result": "sunny"},
                ],
            },
        ],
        ANSWER,
        [
            ASK,
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [call("call_1", "weather", '{"city": "Rome"}'), call("call_2", "weather", '{"city":"Rome"}')],
            },
            {"role": "tool", "content": "", "name": "weather", "tool_call_id": "call_2"},
            {"role": "tool", "content": "sunny", "name": "weather", "tool_call_id": "call_1"},
            {"role": "user", "content": "Quick!"},
            DONE,
        ],
    ),
    Case(
        "media: pictures become OpenAI parts, sound stays as it is",
        [
            {
                "role": "user",
                "parts": [
                    {"type": "uri", "modality": "image", "mime_type": "image/png", "uri": "https://x.test/a.png"},
                    {"type": "blob", "modality": "image", "mime_type": "image/jpeg", "content": "/9j/4AA"},
                    {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "UklGRg=="},
                    {"type": "file", "modality": "image", "file_id": "file-1"},
                ],
            }
        ],
        ANSWER,
        [
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
                    {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9j/4AA"}},
                    {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "UklGRg=="},
                    {"type": "file", "modality": "image", "file_id": "file-1"},
                ],
            },
            DONE,
        ],
    ),
    Case(
        "a call with its result beside it, and the result once more in a message of its own",
        [
            ASK_PARTS,
            {"role": "assistant", "parts": [CALL_PART, {"type": "tool_call_response", "id": "call_1", "result": "sunny"}]},
            {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
        ],
        ANSWER,
        [ASK, CALLS, {"role": "tool", "content": "sunny", "tool_call_id": "call_1"}, DONE],
    ),
    Case(
        "a result that Langfuse turned into a wire-like message and left to the user",
        [
            ASK,
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "user", "tool_call_id": "call_1", "content": "sunny"},
        ],
        ANSWER,
        [ASK, CALLS, {"role": "tool", "content": "sunny", "tool_call_id": "call_1"}, DONE],
    ),
    Case(
        "calls unfolded from span attributes",
        [
            ASK,
            {"role": "assistant", "tool_calls": [{"id": "call_1", "name": "weather", "arguments": '{"city":"Rome"}'}]},
            {"role": "tool", "content": "sunny", "tool_call_id": "call_1"},
        ],
        [{"role": "assistant", "content": "Sunny.", "finish_reason": "stop"}],
        [ASK, CALLS, {"role": "tool", "content": "sunny", "tool_call_id": "call_1"}, DONE],
    ),
    Case(
        "the AI SDK's approvals say nothing, its answers in parts are these parts",
        [
            ASK_PARTS,
            {"role": "assistant", "parts": [CALL_PART, {"type": "tool-approval-request"}]},
            {"role": "tool", "parts": [{"type": "tool-approval-response"}]},
            {
                "role": "tool",
                "parts": [
                    {
                        "type": "tool_call_response",
                        "id": "call_1",
                        "response": {
                            "type": "content",
                            "value": [
                                {"type": "text", "text": "sunny"},
                                {"type": "file", "data": {"type": "data", "data": "iVBORw0KGgo="}, "mediaType": "image/png"},
                            ],
                        },
                    }
                ],
            },
        ],
        ANSWER,
        [
            ASK,
            CALLS,
            {
                "role": "tool",
                "content": [
                    {"type": "text", "text": "sunny"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
                ],
                "tool_call_id": "call_1",
            },
            DONE,
        ],
    ),
    Case(
        "what a tool itself calls its content",
        [ASK_PARTS, {"role": "assistant", "parts": [CALL_PART]}, _answered({"type": "content", "value": "sunny"})],
        ANSWER,
        [ASK, CALLS, {"role": "tool", "content": '{"type":"content","value":"sunny"}', "tool_call_id": "call_1"}, DONE],
    ),
    Case(
        "a call with its result in the same turn was the provider's",
        [ASK_PARTS],
        [{"role": "assistant", "parts": [{"type": "text", "content": "Sunny."}, *SEARCH, CALL_PART]}],
        [ASK, {**CALLS, "content": [{"type": "text", "text": "Sunny."}, *SEARCH]}],
    ),
    Case(
        "a tool that the provider ran stays part of what was said",
        [ASK_PARTS],
        [
            {
                "role": "assistant",
                "parts": [
                    {"type": "tool_call", "id": "ws_1", "name": "web_search", "builtin": True, "arguments": {}},
                    {"type": "tool_call_response", "id": "ws_1", "name": "web_search", "builtin": True, "result": "sun"},
                    CALL_PART,
                ],
            }
        ],
        [
            ASK,
            {
                "role": "assistant",
                "content": [
                    {"type": "tool_call", "id": "ws_1", "name": "web_search", "builtin": True, "arguments": {}},
                    {"type": "tool_call_response", "id": "ws_1", "name": "web_search", "builtin": True, "result": "sun"},
                ],
                "tool_calls": [CALL],
            },
        ],
    ),
]


@parametrize(CASES)
def test_an_opentelemetry_call_becomes_openai_wire(case: Case) -> None:
    """Every OpenTelemetry instrumentation converges on these messages: they must be read exactly."""
    assert_read(case)


def test_content_that_was_not_recorded_is_unsupported() -> None:
    """Instrumentations can leave content out for privacy: an empty conversation would teach a model to say nothing."""
    unrecorded = {"role": "user", "parts": [{"type": "text"}]}
    assert_unsupported([unrecorded], ANSWER)
    assert_unsupported({"messages": [{"role": "system", "content": "Be brief."}, unrecorded]}, ANSWER)


def test_several_choices_are_alternatives() -> None:
    """Asked for more than one answer, a model gives alternatives: the first is the conversation's."""
    other = {"role": "assistant", "parts": [{"type": "text", "content": "Clouds."}]}
    for form, make in FORMS.items():
        found = read(form.split()[-1], make([ASK_PARTS], [*ANSWER, other]))
        assert isinstance(found, Conversation)
        assert found.messages == [ASK, DONE]


def test_an_empty_list_of_parts_does_not_hide_the_calls_beside_it() -> None:
    """The result that follows would answer nothing."""
    called = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    calling = {"role": "assistant", "content": None, "tool_calls": [called], "parts": []}
    result = {"role": "tool", "tool_call_id": "c1", "content": "r"}
    for form, make in FORMS.items():
        found = read(form.split()[-1], make([ASK_PARTS, calling, result], ANSWER))
        assert isinstance(found, Conversation)
        assert found.messages[1] == {"role": "assistant", "content": None, "tool_calls": [called]}


class _Uncompared(dict[str, Any]):
    """A part that nobody may compare with others: each with each takes hours of a message with all of a day's results."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise AssertionError(other)


def test_results_that_are_told_twice_are_found_in_one_pass() -> None:
    """16,000 of them took 15 seconds."""
    results = [_Uncompared(type="tool_call_response", id=f"c{number}", result="x") for number in range(3)]
    told = {"role": "tool", "parts": results[1:]}
    found = without_told_results([{"role": "assistant", "parts": results}, told])
    assert [part["id"] for part in found[0]["parts"]] == ["c0"]
