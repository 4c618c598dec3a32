"""A row means the same whether the typed decoder or Python's own parser reads it.

One odd byte in a line (a NaN, a raw tab) sends it down the lenient path: nothing else about the row may change.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from builders import langfuse_row, langsmith_row
from hypothesis import given
from hypothesis import strategies as st

from oumi_assets.core.json_text import parse_as_logged
from oumi_assets.core.rows import NOWHERE, ForeignRow
from oumi_assets.platforms import LANGFUSE, LANGSMITH, Platform

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**25), 10**25), st.floats(allow_nan=False), TEXT)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))
TIMES = st.sampled_from(
    ["2026-05-19 10:00:00.123000", "2026-05-19T10:00:00Z", "2026-05-19 10:00:00+02:00", "yesterday", "", "0001-01-01"]
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool", "human"]), "content": st.none() | TEXT | VALUES}
)
MESSAGES = st.lists(MESSAGE, max_size=4)
METADATA = st.dictionaries(st.sampled_from(["session_id", "thread_id", "conversation_id", "ls_agent_type", "x"]), VALUES)


def _fields(model: dict[str, Any], extra: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Rows with any of the model's fields absent, as they are, of their type, or of any type."""
    values = {key: st.just(value) | TEXT | st.none() | VALUES for key, value in model.items()}
    return st.fixed_dictionaries({}, optional=values | extra)


LANGFUSE_ROWS = _fields(
    langfuse_row(trace_id="t", parent_observation_id="p", trace_name="n", session_id="s", start_time="", end_time=""),
    {
        "traceId": TEXT | st.integers(),
        "type": st.sampled_from(["GENERATION", "generation", "SPAN"]),
        "startTime": TIMES,
        "endTime": TIMES,
        "input": MESSAGES.map(json.dumps) | MESSAGES | TEXT | VALUES,
    },
)
LANGSMITH_ROWS = _fields(
    langsmith_row(run_id="r", thread_id=7, metadata={}, custom_metadata={}),
    {
        "trace_id": TEXT | st.integers(),
        "run_type": st.sampled_from(["llm", "LLM", "chain"]),
        "start_time": TIMES,
        "inputs": st.fixed_dictionaries({"messages": MESSAGES}) | VALUES,
        "extra": st.fixed_dictionaries({"metadata": METADATA}) | VALUES,
        "metadata": METADATA | VALUES,
        "custom_metadata": METADATA | VALUES,
        "parent_run_ids": st.lists(TEXT, max_size=3) | VALUES,
    },
)


@given(LANGFUSE_ROWS)
def test_a_langfuse_row_is_the_same_on_both_paths(fields: dict[str, Any]) -> None:
    """A score column of an odd type must not change which trace a row belongs to."""
    _assert_same(LANGFUSE, fields)


@given(LANGSMITH_ROWS)
def test_a_langsmith_row_is_the_same_on_both_paths(fields: dict[str, Any]) -> None:
    """One NaN in a run's inputs must not change its thread, its parent or its place."""
    _assert_same(LANGSMITH, fields)


def _assert_same(platform: Platform, fields: dict[str, Any]) -> None:
    line = json.dumps(fields).encode()
    lenient = platform.index_object(parse_as_logged(line.decode()))
    try:
        fast = platform.index_line(line)
    except (msgspec.DecodeError, ForeignRow):
        return
    # Of a line that was read leniently, nobody knows where its request lies: its call is read.
    assert lenient is None or (lenient.request_at, lenient.request_length) == NOWHERE
    assert (fast and fast._replace(request_at=0, request_length=0)) == lenient
    if fast is not None and fast.request_length:
        request = line[fast.request_at : fast.request_at + fast.request_length]
        assert json.loads(request) == fields["input" if platform is LANGFUSE else "inputs"]


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize(("platform", "row"), [(LANGFUSE, langfuse_row()), (LANGSMITH, langsmith_row())])
def test_the_request_of_a_model_call_is_found_in_its_line(
    platform: Platform, row: dict[str, Any], separators: tuple[str, str]
) -> None:
    """A call whose request is nowhere is read before it can lose; another field of that name is not it."""
    name = "input" if platform is LANGFUSE else "inputs"
    line = json.dumps({"extra": {"metadata": {name: "other"}}, **row, "usage": {name: 3}}, separators=separators).encode()
    found = platform.index_line(line)
    assert found is not None
    assert json.loads(line[found.request_at : found.request_at + found.request_length]) == row[name]


@pytest.mark.parametrize(
    ("fields", "is_call"),
    [
        ({"metadata": {"spanType": "model_generation"}}, True),
        ({"metadata": json.dumps({"attributes": {"mastra.span.type": "model_generation"}})}, True),
        ({"metadata": {"spanType": "model_step", "of": "model_generation"}}, False),
        ({"metadata": {"spanType": "model_generation"}, "name": "agent"}, False),
        ({"metadata": {"spanType": "model_generation"}, "type": None}, False),
        ({"metadata": "model_generation"}, False),
        ({"metadata": json.loads("[" * 450 + '"model_generation"' + "]" * 450)}, False),
    ],
)
def test_mastras_model_call_is_known_on_both_paths(fields: dict[str, Any], is_call: bool) -> None:
    """Its exporter puts the messages on a span."""
    row = langfuse_row(**{"type": "SPAN", "name": "model_generation: 'gpt-4o'", **fields})
    _assert_same(LANGFUSE, row)
    found = LANGFUSE.index_line(json.dumps(row).encode())
    assert found is not None
    assert found.is_call is is_call


@pytest.mark.parametrize(("platform", "row"), [(LANGFUSE, langfuse_row()), (LANGSMITH, langsmith_row())])
@pytest.mark.parametrize("number", ["1234567890123456789", "9" * 30, "9" * 5000, "-7"])
def test_an_integer_id_is_its_digits_however_many(platform: Platform, row: dict[str, Any], number: str) -> None:
    """Snowflake ids have nineteen digits; Python stops converting at 4300."""
    trace = "traceId" if platform is LANGFUSE else "trace_id"
    line = json.dumps({**row, trace: "NUMBER", "id": "NUMBER"}).replace('"NUMBER"', number)
    found = platform.index_object(parse_as_logged(line))
    assert found is not None
    assert (found.trace, found.row) == (number.encode(), number.encode())
