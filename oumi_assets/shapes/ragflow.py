"""RAGFlow: `{system, history}` in and `{output}` out, beside a report of how long everything took.

The report is a generation of its own, with the same messages and `{"time_elapsed:", created_at}` for an answer. A call that
raised has `{error}` as its output, and no mark of having failed.
Source of the format: infiniflow/ragflow `api.db.services.llm_service`, `api.db.services.dialog_service`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall, Request
from oumi_assets.shapes.base import Shape, first_list
from oumi_assets.shapes.blocks import with_system

_REQUEST_KEYS = {"system", "history"}
_REPORT = "time_elapsed:"


def request(value: Any) -> Request | None:
    """The system prompt and the messages behind it."""
    if not isinstance(value, dict) or value.keys() != _REQUEST_KEYS:
        return None
    history = first_list(value, "history")
    if not history or not all(isinstance(message, dict) and "role" in message for message in history):
        return None
    return Request(with_system(value["system"], history))


def is_no_answer(call: ModelCall) -> bool:
    """Whether an output is the report, or the error of a call."""
    if not isinstance(call.output, dict):
        return False
    raised = call.output.keys() == {"error"} and isinstance(call.input, dict) and call.input.keys() == _REQUEST_KEYS
    return raised or _REPORT in call.output


SHAPE = Shape("ragflow", request=request)
