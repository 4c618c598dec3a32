"""Rules 5 and 6: what content becomes, and where reasoning and refusals go."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oumi_assets.core.calls import ToolCallDraft
from oumi_assets.wire.content import Content, read_content

TOKEN = "@@@langfuseMedia:type=image/png|id=9a2c|source=base64_data_uri@@@"
IMAGE = {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}

PDF = {"mime_type": "application/pdf", "uri": "https://x.test/a.pdf", "type": "file_data"}


def _image(url: str, **rest: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url, **rest}}


BODIES: dict[str, tuple[Any, Any]] = {
    "nothing": (None, None),
    "a text": ("hi", "hi"),
    "no parts": ([], None),
    "text parts": ([{"type": "text", "text": "a"}, {"type": "input_text", "text": "b"}], "a\nb"),
    "an empty text part": ([{"type": "text", "text": ""}, {"type": "text", "text": "b"}], "b"),
    "empty texts": (["", {"type": "text", "text": ""}], ""),
    "texts": (["a", "b"], "a\nb"),
    "one part alone": ({"type": "output_text", "text": "a", "annotations": []}, "a"),
    "cached text": ([{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}], "a"),
    "a text part without its text": ([{"type": "text"}, {"type": "text", "text": "b"}], "b"),
    "an assistant's text": ([{"type": "text", "text": {"value": "a", "annotations": []}}], "a"),
    "a number as a text part's text": ([{"type": "text", "text": 7}], "7"),
    "text beside an image": ([{"type": "text", "text": "a"}, IMAGE], [{"type": "text", "text": "a"}, IMAGE]),
    "an image's detail": (
        [{"type": "input_image", "image_url": "https://x.test/a.png", "detail": "low"}],
        [_image("https://x.test/a.png", detail="low")],
    ),
    "an image that is only named": (
        [{"type": "input_image", "file_id": "file-1"}],
        [{"type": "input_image", "file_id": "file-1"}],
    ),
    "sound": (
        [{"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}}],
        [{"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}}],
    ),
    "a file": (
        [{"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBE", "filename": "a.pdf"}}],
        [{"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBE", "filename": "a.pdf"}}],
    ),
    "a picture in a file part": (
        [{"type": "file", "file": {"file_data": "data:image/png;base64,iVBO"}}],
        [_image("data:image/png;base64,iVBO")],
    ),
    "a picture in a file part with a name": (
        [{"type": "file", "file": {"filename": "a.png", "file_data": "data:image/png;base64,iVBO"}}],
        [{"type": "file", "file": {"filename": "a.png", "file_data": "data:image/png;base64,iVBO"}}],
    ),
    "words in the place of a picture's bytes": (
        [{"type": "image", "media_type": "image/png", "data": "<replaced>"}],
        [{"type": "image", "media_type": "image/png", "data": "<replaced>"}],
    ),
    "a file that is a picture, and one that is none": (
        [{"mime_type": "image/png", "uri": "https://x.test/a.png", "type": "file_data"}, PDF],
        [_image("https://x.test/a.png"), PDF],
    ),
    "base64 in lines": (
        [{"type": "image", "media_type": "image/png", "data": "iVBO\r\nRw0K\n"}],
        [_image("data:image/png;base64,iVBO\r\nRw0K\n")],
    ),
    "an address that is empty": (
        [{"type": "image", "url": "", "data": "iVBORw0KGgo="}],
        [_image("data:image/png;base64,iVBORw0KGgo=")],
    ),
    "an image of any kind": (
        [{"type": "image", "image": "iVBORw0KGgo=", "mediaType": "image/*"}],
        [_image("data:image/png;base64,iVBORw0KGgo=")],
    ),
    "LangChain's standard image": (
        [{"type": "image", "source_type": "base64", "data": "iVBO", "mime_type": "image/png"}],
        [_image("data:image/png;base64,iVBO")],
    ),
    "LangChain 1's image": (
        [{"type": "image", "base64": "iVBO", "mime_type": "image/png"}],
        [_image("data:image/png;base64,iVBO")],
    ),
    "the AI SDK's image without a media type": (
        [{"type": "image", "image": "/9j/4AA", "providerOptions": {"openai": {}}}],
        [{**_image("data:image/jpeg;base64,/9j/4AA"), "providerOptions": {"openai": {}}}],
    ),
    "what a provider alone reads (AI SDK 7)": (
        [
            {"type": "custom", "kind": "anthropic.message_start", "providerMetadata": {"anthropic": {"id": "msg_6"}}},
            {"type": "custom", "kind": "anthropic.message_start", "providerOptions": {"anthropic": {"id": "msg_6"}}},
            {"type": "text", "text": "a"},
        ],
        "a",
    ),
    "a custom part that says something": (
        [{"type": "custom", "kind": "x.y", "text": "a"}, {"type": "custom", "custom": {}}],
        [{"type": "custom", "kind": "x.y", "text": "a"}, {"type": "custom", "custom": {}}],
    ),
    "what is no thought": (
        [{"type": "text", "text": "a", "thought": False}, {"type": "text", "text": "b", "thought": "c"}],
        "a\nb",
    ),
    "a media token as text": (f"see {TOKEN}", f"see {TOKEN}"),
    "a media token as an image": ([_image(TOKEN)], [_image(TOKEN)]),
    "a media token as Anthropic's data": (
        [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": TOKEN}}],
        [_image(TOKEN)],
    ),
    "an object that is no part": ({"city": "Rome", "n": 1.10}, '{"city":"Rome","n":1.1}'),
    "an object that looks like a part": ({"type": "order", "id": 1}, '{"type":"order","id":1}'),
    "a number": (7, "7"),
}


@pytest.mark.parametrize(("value", "body"), BODIES.values(), ids=BODIES)
def test_content_becomes_a_text_or_openai_parts(value: Any, body: Any) -> None:
    """Rule 5: text alone is a text; beside anything else it is a part, and nothing is lost from other parts."""
    assert read_content(value) == Content(body)


RESULTS: dict[str, tuple[Any, Any]] = {
    "an object": ({"sky": "sünny"}, '{"sky":"sünny"}'),
    "an object with a type": ({"type": "order", "id": 1}, '{"type":"order","id":1}'),
    "objects with a type": ([{"type": "order", "id": 1}], '[{"type":"order","id":1}]'),
    "a list of texts": (["a", "b"], '["a","b"]'),
    "an empty list": ([], "[]"),
    "a truth value": (False, "false"),
    "text parts": ([{"type": "text", "text": "a"}], "a"),
    "a text that looks like a thought": (
        [{"type": "text", "text": "a", "thought": True}],
        '[{"type":"text","text":"a","thought":true}]',
    ),
    "an image": ([{"type": "image", "data": "iVBO", "mimeType": "image/png"}], [_image("data:image/png;base64,iVBO")]),
    "text and an image of the AI SDK 6": (
        [{"type": "text", "text": "a"}, {"type": "image-data", "data": "iVBO", "mediaType": "image/png"}],
        [{"type": "text", "text": "a"}, _image("data:image/png;base64,iVBO")],
    ),
    "parts among other things": ([{"type": "text", "text": "a"}, 1], '[{"type":"text","text":"a"},1]'),
}


@pytest.mark.parametrize(("value", "body"), RESULTS.values(), ids=RESULTS)
def test_what_a_tool_returns_is_its_own_json(value: Any, body: Any) -> None:
    """Rule 5: a tool may return any value, and what looks like a part by chance is data."""
    assert read_content(value, is_result=True) == Content(body)


THOUGHTS = {
    "Anthropic": {"type": "thinking", "thinking": "Hm.", "signature": "EqQB"},
    "AI SDK": {"type": "reasoning", "text": "Hm."},
    "OpenTelemetry": {"type": "reasoning", "content": "Hm."},
    "Bedrock": {"type": "reasoning_content", "reasoning_content": {"text": "Hm.", "signature": "x"}},
    "Gemini from JavaScript": {"type": "text", "text": "Hm.", "thought": True},
    "a summary": {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
}


@pytest.mark.parametrize("part", THOUGHTS.values(), ids=THOUGHTS)
def test_reasoning_never_stays_in_the_content(part: dict[str, Any]) -> None:
    """Rule 6: a model trained to print its reasoning as its answer is spoilt."""
    assert read_content([part, {"type": "text", "text": "a"}, part]) == Content("a", reasoning="Hm.\nHm.")


def test_a_refusal_part_is_the_refusal() -> None:
    """Rule 6: the wire has a place of its own for it."""
    assert read_content([{"type": "refusal", "refusal": "No."}]) == Content(None, refusal="No.")


def test_parts_that_repeat_the_messages_calls_are_left_out() -> None:
    """LangChain keeps Anthropic's blocks beside the calls it read from them: said once is enough."""
    repeated = {"type": "tool_use", "id": "c1", "name": "f", "input": {}}
    hosted = {"type": "tool-call", "toolCallId": "ws_1", "toolName": "web_search", "providerExecuted": True}
    streamed = {"type": "input_json_delta", "partial_json": "{"}
    calls = [ToolCallDraft("f", {}, "c1")]
    unnamed = {"type": "functionCall", "functionCall": {"name": "f", "args": {}}}
    assert read_content([repeated, streamed, unnamed, {"type": "text", "text": "a"}], calls=calls) == Content("a")
    assert read_content([repeated, hosted], calls=calls) == Content([hosted])
    assert read_content([repeated]) == Content([repeated])


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        ("tool_use", {"id": "c1"}),
        ("tool-call", {"toolCallId": "c1"}),
        ("tool_call", {"tool_call_id": "c1"}),
        ("function_call", {"call_id": "c1"}),
        ("function_call", {"id": "fc_1", "call_id": "c1"}),
    ],
)
def test_a_part_is_its_call_by_whatever_key_names_it(kind: str, ids: dict[str, str]) -> None:
    """Items of the Responses API have an id of their own beside the call's."""
    part = {"type": kind, "name": "f", **ids}
    assert read_content([part], calls=[ToolCallDraft("f", {}, "c1")]) == Content(None)
    assert read_content([part], calls=[ToolCallDraft("f", {}, "c2")]) == Content([part])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["type", "text", "image", "data", "url", "source", "id"]), inner)
    ),
)


@given(JSON, st.booleans())
def test_no_json_value_is_too_strange_to_be_content(value: Any, is_result: bool) -> None:
    """One odd message must not take the import down with it."""
    body = read_content(value, is_result=is_result, calls=[ToolCallDraft("f", {}, "c1")]).body
    assert body is None or isinstance(body, (str, list))


def test_a_text_part_may_call_its_text_content() -> None:
    """Elixir's LangChain does; its words are not lost, and a result's stay parts."""
    parts = [{"type": "text", "content": "Hi", "options": None}, {"type": "text", "text": "you"}]
    assert read_content(parts).body == "Hi\nyou"
    assert read_content(parts, is_result=True).body == "Hi\nyou"
    assert read_content({"type": "text", "content": "Hi"}).body == "Hi"
    assert read_content([{"type": "text"}]).body is None


@pytest.mark.parametrize(
    "value",
    [
        {"type": "text", "content": "Hi", "path": "a.txt"},
        [{"type": "text", "content": "Hi", "path": "a.txt"}],
        [{"type": "text", "content": "Hi"}, {"type": "link", "url": "u"}],
    ],
)
def test_what_a_tool_knows_beside_a_text_is_its_own_json(value: Any) -> None:
    """It may call what it found `content`; nothing of it is lost or called by another name."""
    assert json.loads(str(read_content(value, is_result=True).body)) == value
