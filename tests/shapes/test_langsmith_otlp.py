"""Runs of LangSmith's OTLP endpoint, which may have lost words and calls on their way."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import langsmith_row, read
from model_calls import assistant, result
from test_python_reprs import CALLED, HELLO, HI

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation


def _of_otlp(asked: list[dict[str, Any]], *said: dict[str, Any], mark: bool = True) -> Any:
    """A run of LangSmith's OTLP endpoint."""
    metadata = {"OTEL_SPAN_ID": "259f7c316d1094af", "OTEL_TRACE_ID": "1c85"} if mark else {}
    outputs = {"messages": list(said), "usage_metadata": {"input_tokens": 1}}
    return read("langsmith", langsmith_row({"messages": asked}, outputs, extra={"metadata": metadata}))


SILENT = {"role": "assistant"}
NAMELESS = {"role": "tool", "content": "42"}


@pytest.mark.parametrize("asked", [[{"role": "user"}], [HI, SILENT, NAMELESS], [HI, HELLO, NAMELESS], [HI, SILENT, HI]])
def test_a_run_that_lost_its_words_or_calls_is_not_read(asked: list[dict[str, Any]]) -> None:
    """LangSmith takes role and text from attributes, and neither calls nor ids nor texts in parts."""
    assert _of_otlp(asked, HELLO) is NoCandidate.UNSUPPORTED


def test_a_run_that_lost_its_answer_has_none() -> None:
    """It was a call of tools, most likely."""
    assert _of_otlp([HI], SILENT) is NoCandidate.NO_REPLY


@pytest.mark.parametrize("asked", [[HI], [HI, assistant(""), HI], [HI, CALLED, result("c1", "42")]])
def test_a_run_that_lost_nothing_is_read(asked: list[dict[str, Any]]) -> None:
    """Other writers' attributes hold whole messages."""
    found = _of_otlp(asked, HELLO)
    assert isinstance(found, Conversation)
    assert found.messages == [*asked, HELLO]


def test_only_runs_of_opentelemetry_lose_words() -> None:
    """Elsewhere a missing content is an empty one."""
    found = _of_otlp([HI, SILENT, HI], SILENT, mark=False)
    assert isinstance(found, Conversation)
    assert found.messages == [HI, assistant(""), HI, assistant("")]


def _block(call_id: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": "f", "input": {}}


def test_results_that_were_joined_are_not_read() -> None:
    """LangSmith's exporter for Strands writes those of one turn into one message, and names the first call alone."""
    both = {"role": "assistant", "content": [_block("c1"), _block("c2")]}
    joined = {"role": "tool", "name": "f", "content": "42\n43", "tool_call_id": "c1"}
    assert _of_otlp([HI, both, joined], HELLO) is NoCandidate.UNSUPPORTED
    assert _of_otlp([HI, both, joined, HELLO, HI], HELLO) is NoCandidate.UNSUPPORTED
    other = {"role": "tool", "name": "f", "content": "43", "tool_call_id": "c2"}
    assert len(_of_otlp([HI, both, {**joined, "content": "42"}, other], HELLO).messages) == 5
    assert len(_of_otlp([HI, {"role": "assistant", "content": [_block("c1")]}, joined], HELLO).messages) == 4
