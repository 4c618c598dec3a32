"""No shape ever raises, whatever a payload holds: a detector that fails would take the whole import with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_calls import Logged
from test_ai_sdk_ui import CASES as UI
from test_bedrock import CASES as BEDROCK
from test_dspy import CASES as DSPY
from test_frameworks import BEEAI, HAYSTACK, LLAMA_INDEX, OPENINFERENCE
from test_google_adk import CASES as ADK
from test_haystack import CASES as OLDER_HAYSTACK
from test_langchain import ASKED, HISTORY
from test_langchain_js import STREAMS
from test_langchain_replies import REPLIES as LANGCHAIN_REPLIES
from test_litellm import CASES as LITELLM
from test_livekit import CASES as LIVEKIT
from test_livekit import ITEMS
from test_mastra import CASES as MASTRA
from test_openai_agents import CASES as AGENTS
from test_openai_chat import REQUESTS
from test_openai_dialects import CASES as DIALECTS
from test_openai_replies import REPLIES
from test_openinference_attributes import DOTTED, FLAT
from test_python_reprs import CASES as REPRS
from test_responses import CASES as RESPONSES
from test_strands import CASES as STRANDS
from test_strands import LATEST

from oumi_assets.core.calls import Draft, ModelCall, Reply, Request
from oumi_assets.reconstruction.candidate import NoCandidate, read_generally
from oumi_assets.shapes import SHAPES
from oumi_assets.shapes.unlogged_calls import completed

_WORDS = """
    additional_kwargs ai args arguments assistant audio block_type blocks call_id chat.completion.chunk delta candidates
    choices config content contents custom data content_blocks function function_call function_call_output functionCall
    functions generations human id index input input_schema inputSchema instructions invalid_tool_calls kwargs kind lc
    message messages model_parameters name object output outputs parameters parts previous_response_id prompt reasoning
    reasoning_content reasoning_summary refusal result response role summary system text thinking tool tool-call
    tool-result tool_call_chunks tool_call_id tool_calls tool_result tool_use tools toolCallId toolCalls toolInvocations
    toolName toolResult toolUse step-start type user HumanMessage ChatMessage AIMessageChunk constructor
"""
WORDS = st.sampled_from(_WORDS.split())
"""Keys and values that shapes look for: without them no generated value would get past the first question."""

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5), WORDS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(WORDS, st.text(max_size=3)), inner, max_size=6)
    ),
    max_leaves=15,
)


LOGGED = [payload for case in HISTORY + RESPONSES + LITELLM + AGENTS + REQUESTS for payload in (case.input, case.output)]
LOGGED += [payload for case in [*UI, *BEDROCK, *DIALECTS, *LIVEKIT, *ITEMS] for payload in (case.input, case.output)]
LOGGED += [payload for case in [*HAYSTACK, *LLAMA_INDEX, *OPENINFERENCE] for payload in (case.input, case.output)]
LOGGED += [payload for case in [*STRANDS, *BEEAI] for payload in (case.input, case.output)]
LOGGED += [ASKED, *(case[1] for case in LANGCHAIN_REPLIES), *(case[2] for case in REPLIES)]
"""Real payloads: one odd value inside of one gets further than anything generated."""

WHOLE: list[Any] = [*STRANDS, *LATEST, *ADK, *DSPY, *MASTRA, *REPRS, *OLDER_HAYSTACK, *STREAMS]
WHOLE += [
    Logged("attributes", "langfuse", "hi", None, [], [], {"metadata": told}) for told in ({"attributes": FLAT}, DOTTED)
]
"""Calls that `shapes.whole_calls` opens."""

IN_PARTS: list[Any] = [
    {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
    {"role": "assistant", "content": "Look.", "reasoning": '[{"type": "summary_text", "text": "Hm."}]'},
    {"role": "assistant", "parts": [{"type": "tool_call", "id": "fc_1", "name": "f", "arguments": {}}]},
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": "17"}]},
    {"role": "assistant", "event.name": "gen_ai.assistant.message", "tool_calls": [{"id": "c1", "function": {"name": "f"}}]},
    {"role": "tool", "content": "17", "tool_call_id": "c1"},
]
_SCOPES = """
    openlit.instrumentation.openai opentelemetry.instrumentation.openai.v1 @traceloop/instrumentation-openai logfire.openai
    logfire.openai_agents pipecat
"""
WHOLE += [
    Logged(scope, "langfuse", IN_PARTS, IN_PARTS[2:3], [], [], {"metadata": {"scope": {"name": scope}}})
    for scope in _SCOPES.split()
]
"""Calls that their span's scope tells."""


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from _places(inner, (*path, key))


def _with(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = _with(value[path[0]], path[1:], odd)
    return changed


def _answers(shape: Any, value: Any) -> None:
    """Each function of a shape answers with its own kind of value, or with None for "not mine"."""
    expected: list[tuple[Callable[[Any], Any] | None, type]] = [
        (shape.request, Request),
        (shape.reply, Reply),
        (shape.message, list),
        (shape.tool, object),
    ]
    for function, kind in expected:
        found = function(value) if function else None
        assert found is None or isinstance(found, kind)
        if function is shape.message and found:
            assert all(isinstance(draft, Draft) and isinstance(draft.role, str) for draft in found)


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
@given(value=VALUES)
@settings(max_examples=50, deadline=None)
def test_a_detector_never_raises(shape: Any, value: Any) -> None:
    """Whatever JSON can say, a shape has an answer."""
    _answers(shape, value)


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_a_detector_survives_an_odd_value_in_a_real_payload(shape: Any, data: st.DataObject) -> None:
    """Exports hold nulls, texts and lists where a format says otherwise."""
    value = data.draw(st.sampled_from(LOGGED))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(_places(value))))
        value = _with(value, path, data.draw(VALUES))
    _answers(shape, value)


@given(input_=VALUES, output=VALUES, failed=st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_call_of_any_values_is_read_or_refused(input_: Any, output: Any, failed: bool) -> None:
    """What shapes hand on is digestible: the wire rules never meet a value they cannot handle."""
    found, path = read_generally(ModelCall(input_, output, None, failed, {}))
    assert path.startswith("$")
    assert isinstance(found, NoCandidate) or found.messages[-1]["role"] == "assistant"


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_real_call_with_an_odd_value_is_read_or_refused(data: st.DataObject) -> None:
    """Some writers are told by the whole call only: what they take apart may be odd inside."""
    case = data.draw(st.sampled_from(WHOLE))
    fields = case.fields if hasattr(case, "fields") else {}
    metadata = fields.get("metadata", fields.get("extra", {}).get("metadata"))
    changed: Any = [case.input, case.output, metadata]
    for _ in range(data.draw(st.integers(1, 3))):
        changed = _with(changed, data.draw(st.sampled_from([path for path in _places(changed) if path])), data.draw(VALUES))
    input_, output, metadata = changed
    logged = completed(ModelCall(input_, output, None, False, {"metadata": metadata}), lambda _: IN_PARTS[:1])
    found, path = read_generally(logged)
    assert path.startswith("$")
    assert isinstance(found, NoCandidate) or found.messages[-1]["role"] == "assistant"
