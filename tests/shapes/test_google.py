"""Google GenAI: contents of parts in both spellings, ADK's requests, and LangSmith's wrapper."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import FORMS, Case, assert_read, assert_unsupported, call, parametrize, read

from oumi_assets.reconstruction.candidate import NoCandidate

SCHEMA = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}
DECLARATION = {"name": "get_weather", "description": "Weather of a city", "parameters": SCHEMA}
WIRE_TOOL = {"type": "function", "function": DECLARATION}
ASK = {"role": "user", "content": "Weather in Rome and Oslo?"}
CALLS = [call("call_1_0", "get_weather", '{"city":"Rome"}'), call("call_1_1", "get_weather", '{"city":"Oslo"}')]
RESULTS = [
    {"role": "tool", "content": '{"result":"sunny"}', "name": "get_weather", "tool_call_id": "call_1_0"},
    {"role": "tool", "content": '{"result":"snow"}', "name": "get_weather", "tool_call_id": "call_1_1"},
]
DONE = {"role": "assistant", "content": "Sunny and snow."}


def _unset(**part: object) -> dict[str, object]:
    """`types.Part.model_dump()`: every field, most of them null."""
    fields = ("video_metadata", "thought", "inline_data", "file_data", "function_call", "function_response", "text")
    return {**dict.fromkeys(fields), **part}


CASES = [
    *(
        Case(
            f"declarations {where}",
            {"contents": [{"role": "user", "parts": [{"text": ASK["content"]}]}], **given},
            {"candidates": [{"content": {"parts": [{"text": DONE["content"]}], "role": "model"}}]},
            [ASK, DONE],
            [WIRE_TOOL],
        )
        for where, given in {
            "without a tool around them": {"function_declarations": [DECLARATION]},
            "of a tool without its list": {"tools": {"functionDeclarations": [DECLARATION]}},
            "of such a tool in the config": {"config": {"tools": {"function_declarations": [DECLARATION]}}},
        }.items()
    ),
    Case(
        "the REST form, calls without ids matched by order",
        {
            "contents": [
                {"role": "user", "parts": [{"text": ASK["content"]}]},
                {
                    "role": "model",
                    "parts": [
                        {"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}, "thoughtSignature": "CsYB"},
                        {"functionCall": {"name": "get_weather", "args": {"city": "Oslo"}}},
                    ],
                },
                {
                    "role": "user",
                    "parts": [
                        {"functionResponse": {"name": "get_weather", "response": {"result": "sunny"}}},
                        {"functionResponse": {"name": "get_weather", "response": {"result": "snow"}}},
                    ],
                },
            ],
            "tools": [{"functionDeclarations": [DECLARATION]}, {"googleSearch": {}}],
            "generationConfig": {"temperature": 0},
        },
        {
            "candidates": [
                {"content": {"parts": [{"text": "Sunny and snow."}], "role": "model"}, "finishReason": "STOP", "index": 0}
            ],
            "usageMetadata": {"totalTokenCount": 9},
            "modelVersion": "gemini-2.5-flash",
        },
        [ASK, {"role": "assistant", "content": None, "tool_calls": CALLS}, *RESULTS, DONE],
        [WIRE_TOOL],
    ),
    Case(
        "the Python SDK dumped with nulls, thoughts apart, ids kept",
        {
            "model": "gemini-2.5-flash",
            "contents": [
                {"role": "user", "parts": [_unset(text=ASK["content"])]},
                {
                    "role": "model",
                    "parts": [
                        _unset(text="Two cities.", thought=True),
                        _unset(text="I will look."),
                        _unset(function_call={"id": "fc-1", "name": "get_weather", "args": {"city": "Rome"}}),
                    ],
                },
                {
                    "role": "function",
                    "parts": [
                        _unset(function_response={"id": "fc-1", "name": "get_weather", "response": {"result": "sunny"}})
                    ],
                },
            ],
            "system_instruction": {"parts": [{"text": "Be brief."}], "role": None},
            "tools": [{"function_declarations": [{**DECLARATION, "response": None}], "google_search": None}],
        },
        {"candidates": [{"content": {"parts": [_unset(text="Sunny.")], "role": "model"}, "finish_reason": "STOP"}]},
        [
            {"role": "system", "content": "Be brief."},
            ASK,
            {
                "role": "assistant",
                "content": "I will look.",
                "tool_calls": [call("fc-1", "get_weather", '{"city":"Rome"}')],
                "reasoning_content": "Two cities.",
            },
            {"role": "tool", "content": '{"result":"sunny"}', "name": "get_weather", "tool_call_id": "fc-1"},
            {"role": "assistant", "content": "Sunny."},
        ],
        [WIRE_TOOL],
    ),
    Case(
        "the agent development kit: configuration around instruction and tools, one content as output",
        {
            "model": "gemini-2.5-flash",
            "config": {"system_instruction": "Be brief.", "tools": [{"function_declarations": [DECLARATION]}]},
            "contents": [{"parts": [{"text": ASK["content"]}], "role": "user"}],
        },
        {
            "content": {
                "parts": [{"function_call": {"name": "get_weather", "args": {"city": "Rome"}}}],
                "role": "model",
            },
            "finish_reason": "STOP",
        },
        [
            {"role": "system", "content": "Be brief."},
            ASK,
            {"role": "assistant", "content": None, "tool_calls": [call("call_2_0", "get_weather", '{"city":"Rome"}')]},
        ],
        [WIRE_TOOL],
    ),
    Case(
        "wrap_gemini of LangSmith: messages whose content holds calls and results, the configuration beside them",
        {
            "messages": [
                {"role": "user", "content": ASK["content"]},
                {
                    "role": "model",
                    "content": [
                        {
                            "type": "function_call",
                            "function_call": {"id": None, "name": "get_weather", "arguments": {"city": city}},
                        }
                        for city in ("Rome", "Oslo")
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "function_response",
                            "function_response": {"name": "get_weather", "response": {"result": weather}},
                        }
                        for weather in ("sunny", "snow")
                    ],
                },
            ],
            "model": "gemini-2.5-flash",
            "config": {"tools": [{"function_declarations": [DECLARATION]}], "temperature": 0},
        },
        {"content": "Sunny and snow.", "role": "assistant", "finish_reason": "STOP", "usage_metadata": {}},
        [ASK, {"role": "assistant", "content": None, "tool_calls": CALLS}, *RESULTS, DONE],
        [WIRE_TOOL],
    ),
    Case(
        "pictures inline (URL-safe base64) and by address, a file kept as it is",
        {
            "contents": [
                {
                    "role": "user",
                    "parts": [
                        {"inlineData": {"mimeType": "image/png", "data": "iVBO-_8="}},
                        {"file_data": {"mime_type": "image/jpeg", "file_uri": "gs://bucket/a.jpg"}},
                        {"file_data": {"mime_type": "application/pdf", "file_uri": "gs://bucket/a.pdf"}},
                        {"text": "Which?"},
                    ],
                }
            ]
        },
        {"candidates": [{"content": {"parts": [{"text": "The first."}], "role": "model"}}]},
        [
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO+/8="}},
                    {"type": "image_url", "image_url": {"url": "gs://bucket/a.jpg"}},
                    {"type": "media", "mime_type": "application/pdf", "file_uri": "gs://bucket/a.pdf"},
                    {"type": "text", "text": "Which?"},
                ],
            },
            {"role": "assistant", "content": "The first."},
        ],
    ),
    Case(
        "a text as contents",
        {"contents": "Hello", "systemInstruction": "Be brief."},
        {"candidates": [{"content": {"parts": [{"text": "Hi."}], "role": "model"}}]},
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hi."},
        ],
    ),
]


@parametrize(CASES)
def test_a_google_call_becomes_openai_wire(case: Case) -> None:
    """Google's calls bear no ids: without ours a trainer could not tell which result answers which call."""
    assert_read(case)


def test_a_configuration_under_another_name_is_read() -> None:
    """LangSmith's `traceable` takes an argument called `config` for itself, so people call Google's otherwise."""
    tools = [{"function_declarations": [{"name": "weather", "parameters": {"type": "object"}}]}]
    given = {"system_instruction": "Be brief.", "tools": tools, "temperature": 0}
    contents = [{"role": "user", "parts": [{"text": "Hi"}]}]
    wire = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "A"},
    ]
    said = {"candidates": [{"content": {"role": "model", "parts": [{"text": "A"}]}}]}
    named = {"name": "weather", "parameters": {"type": "object"}}
    for name in ("cfg", "generation_config"):
        asked = {"contents": contents, name: given, "model": "gemini"}
        assert_read(Case(name, asked, said, wire, [{"type": "function", "function": named}]))


SYSTEM: dict[str, Any] = {
    "a content": {"role": "user", "parts": [{"text": "Be"}, {"text": "brief."}]},
    "one part": {"text": "Be\nbrief."},
    "parts": [{"text": "Be"}, {"text": "brief."}],
    "texts": ["Be", "brief."],
    "a text": "Be\nbrief.",
}


@pytest.mark.parametrize("said", SYSTEM.values(), ids=SYSTEM)
def test_the_system_instruction_is_read_in_each_of_its_forms(said: Any) -> None:
    """The SDK takes what people give it, and REST a content; without it the model would behave for no reason."""
    contents = [{"role": "user", "parts": [{"text": "Hello"}]}]
    answer = {"candidates": [{"content": {"parts": [{"text": "Hi."}], "role": "model"}}]}
    wire = [
        {"role": "system", "content": "Be\nbrief."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi."},
    ]
    for asked in (
        {"contents": contents, "system_instruction": said},
        {"contents": contents, "config": {"systemInstruction": said}},
    ):
        assert_read(Case("system", asked, answer, wire))


def test_a_blocked_prompt_has_no_reply() -> None:
    """No candidate means that the model said nothing, not that it said an empty object."""
    for form, make in FORMS.items():
        row = make({"contents": "Hello"}, {"candidates": [], "prompt_feedback": {"block_reason": "SAFETY"}})
        assert read(form.split()[-1], row) is NoCandidate.NO_REPLY


def test_a_part_of_an_unknown_kind_makes_the_call_unsupported() -> None:
    """A message is never shortened by the part that nobody could read."""
    parts = [{"text": "Look"}, {"hologram": {"data": "AA=="}}]
    assert_unsupported({"contents": [{"role": "user", "parts": parts}]}, {"candidates": []})
