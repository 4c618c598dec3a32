"""How the two platforms write a row, for the corpora of `generate.py`: field for field as their exporters do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

NEWEST = datetime(2026, 5, 19, 10, tzinfo=UTC)

_TOOLS = json.dumps(
    [
        {
            "type": "function",
            "function": {
                "name": name,
                "description": description,
                "parameters": {"type": "object", "properties": {key: {"type": "string"}}, "required": [key]},
            },
        }
        for name, description, key in (
            ("search_orders", "Find the orders of a customer", "customer"),
            ("read_file", "Read one file of the workspace", "path"),
            ("run_shell", "Run a command and return its output", "command"),
        )
    ]
)


class Step(NamedTuple):
    """One row to be: a model call with the history it was sent and its reply, a tool run, or the agent's span."""

    kind: str
    number: int
    history: list[str]
    reply: str


class Trace(NamedTuple):
    """One agent run: ids, its session, and its rows in the order they happened."""

    id: UUID
    session: str
    steps: list[Step]


def _langfuse(trace: Trace, step: Step, moment: datetime) -> bytes:
    call = step.kind == "call"
    started = moment.isoformat(sep=" ", timespec="microseconds")[:26]
    ended = (moment + timedelta(milliseconds=900)).isoformat(sep=" ", timespec="microseconds")[:26]
    row = {
        "id": f"{trace.id.int & 0xFFFFFFFFFFFF:012x}{step.kind[0]}{step.number:03x}",
        "traceId": trace.id.hex,
        "traceName": "support-agent",
        "type": {"call": "GENERATION", "tool": "TOOL", "agent": "AGENT"}[step.kind],
        "name": "OpenAI-generation" if call else step.kind,
        "startTime": started,
        "endTime": ended,
        "completionStartTime": None,
        "environment": "default",
        "version": "",
        "userId": "user-7",
        "sessionId": trace.session,
        "level": "DEFAULT",
        "statusMessage": "",
        "promptName": "",
        "modelId": "clyrjp56f0000t0mzapoocd7u",
        "providedModelName": "gpt-4o-mini" if call else "",
        "modelParameters": '{"temperature":1,"max_tokens":"Infinity","top_p":1}' if call else "{}",
        "usageDetails": {"input": 108 + step.number, "output": 16, "total": 124 + step.number} if call else {},
        "costDetails": {"input": 0.0000162, "output": 0.0000096, "total": 0.0000258} if call else {},
        "totalCost": 0.0000258 if call else 0,
        "input": _langfuse_input(step),
        "output": step.reply,
        "metadata": {"scope.name": "langfuse-sdk", "scope.version": "5.0.4", "resourceAttributes.service.name": "agent"},
        "latencyMs": 900,
        "tags": ["prod"],
        "release": "",
        "parentObservationId": "" if step.kind == "agent" else f"{trace.id.int & 0xFFFFFFFFFFFF:012x}a000",
        "projectId": "benchmark",
        "comments": [],
    }
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _langfuse_input(step: Step) -> str:
    if step.kind == "call":
        return f'{{"messages": [{", ".join(step.history)}], "tools": {_TOOLS}}}'
    return step.history[0] if step.history else ""


def _langsmith(trace: Trace, step: Step, moment: datetime) -> bytes:
    """`json.dumps(run.model_dump(), default=str)`: spaces, ASCII only, payloads as objects."""
    root, run = str(trace.id), str(UUID(int=trace.id.int ^ (step.number << 2 | len(step.kind) & 3) ^ (step.kind == "tool")))
    run = root if step.kind == "agent" else run
    started = moment.isoformat(sep=" ", timespec="microseconds")
    head = {
        "id": run,
        "name": {"call": "ChatOpenAI", "tool": "run_tool", "agent": "agent"}[step.kind],
        "start_time": started,
        "run_type": {"call": "llm", "tool": "tool", "agent": "chain"}[step.kind],
        "end_time": (moment + timedelta(milliseconds=900)).isoformat(sep=" ", timespec="microseconds"),
        "extra": {
            "metadata": {"session_id": trace.session, "ls_provider": "openai", "ls_model_type": "chat", "ls_run_depth": 1},
            "runtime": {"sdk": "langsmith-py", "sdk_version": "0.15.0", "platform": "Linux", "py_implementation": "CPython"},
        },
        "error": None,
        "serialized": None,
        "events": [],
    }
    order = f"{NEWEST:%Y%m%dT%H%M%S%f}Z{root}"
    tail = {
        "reference_example_id": None,
        "parent_run_id": None if step.kind == "agent" else root,
        "tags": ["agent"],
        "attachments": {},
        "session_id": "c99c3c0f-7cc8-5f96-9ed6-5aa6c55d1e17",
        "child_run_ids": None,
        "app_path": f"/o/5f1d6f4e/projects/p/c99c3c0f/r/{run}?trace_id={root}",
        "status": "success",
        "prompt_tokens": 108,
        "completion_tokens": 16,
        "total_cost": None,
        "parent_run_ids": [] if step.kind == "agent" else [root],
        "trace_id": root,
        "dotted_order": order if step.kind == "agent" else f"{order}.{moment:%Y%m%dT%H%M%S%f}Z{run}",
        "in_dataset": None,
    }
    inputs, outputs = _langsmith_payloads(step)
    return f'{json.dumps(head)[:-1]}, "inputs": {inputs}, "outputs": {outputs}, {json.dumps(tail)[1:]}\n'.encode()


def _langsmith_payloads(step: Step) -> tuple[str, str]:
    if step.kind == "call":
        inputs = f'{{"messages": [{", ".join(step.history)}], "model": "gpt-4o-mini", "tools": {_TOOLS}}}'
        finish = '"finish_reason": "stop", "index": 0, "logprobs": null'
        return inputs, f'{{"id": "chatcmpl-1", "choices": [{{{finish}, "message": {step.reply}}}], "model": "gpt-4o-mini"}}'
    if step.kind == "tool":
        return step.history[0], f'{{"output": {json.dumps(step.reply)}}}'
    return '{"question": "?"}', '{"output": "done"}'


RENDER = {"langfuse": _langfuse, "langsmith": _langsmith}
