"""LangSmith payloads: `inputs` and `outputs` are objects, tools may sit in `extra.invocation_params`."""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall
from oumi_assets.core.json_text import parse
from oumi_assets.langsmith.rows import is_failed


def read_call(line: bytes) -> ModelCall:
    """The model call of one llm run."""
    row = parse(line)
    extra = row.get("extra") if isinstance(row.get("extra"), dict) else {}
    output = _reply(row.get("outputs"))
    return ModelCall(
        input=row.get("inputs"),
        output=output,
        output_text=output if isinstance(output, str) else None,
        failed=is_failed(row.get("error"), row.get("status")),
        extras={
            "invocation_params": extra.get("invocation_params"),
            "metadata": extra.get("metadata") or row.get("metadata"),
        },
    )


def _reply(outputs: Any) -> Any:
    """The SDK wraps an answer that is no object as `{"output": value}`; null there means none came."""
    if isinstance(outputs, dict) and set(outputs) == {"output"}:
        return outputs["output"]
    return outputs
