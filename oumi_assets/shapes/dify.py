"""Dify, as its own tracing logs chats, agents and the LLM nodes of workflows.

- messages are OpenAI's, with `files` beside the content: `{type: "image" | "audio", data, detail | format}`, the data cut
- an LLM node's answer is `{text, usage, finish_reason, reasoning_content?, structured_output?, files?}`
- follow-up questions stand beside the request of the answer that they follow, as `repr` of a list: theirs was another one
Source of the format: langgenius/dify `core.ops.langfuse_trace`, `core.ops.ops_trace_manager`,
`core.prompt.utils.prompt_message_util`, `nodes.llm`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, ModelCall, Reply
from oumi_assets.shapes import openai_chat
from oumi_assets.shapes.base import Shape, first_list, value_at
from oumi_assets.shapes.openai_replies import answers_elsewhere
from oumi_assets.shapes.python_reprs import read_repr

_MESSAGE_KEYS = frozenset({"role", "content", "files", "tool_calls"})
_NODE_KEYS = frozenset({"text", "usage", "finish_reason"})


def message(value: Any) -> list[Draft] | None:
    """A message with its files as further parts."""
    files = first_list(value, "files")
    if not files or not value.keys() <= _MESSAGE_KEYS or not isinstance(value.get("content"), str):
        return None
    if not all(isinstance(file, dict) and "type" in file and "data" in file for file in files):
        return None
    words = [{"type": "text", "text": value["content"]}] if value["content"] else []
    return openai_chat.message({**value, "content": [*words, *files]})


def reply(value: Any) -> Reply | None:
    """What an LLM node returns: its text, and what Dify knows of it; people's own answers may call tools beside it."""
    if not isinstance(value, dict) or not value.keys() >= _NODE_KEYS or "role" in value or answers_elsewhere(value):
        return None
    usage = value["usage"]
    if not isinstance(value["text"], str) or not isinstance(usage, dict) or "prompt_tokens" not in usage:
        return None
    reasoning = value.get("reasoning_content")
    return Reply([{"role": "assistant", "content": value["text"], "reasoning_content": reasoning}])


def is_suggestion(call: ModelCall) -> bool:
    """Whether an answer is follow-up questions, beside a request that they did not answer."""
    output = call.output[0] if isinstance(call.output, list) and len(call.output) == 1 else None
    said = output.get("content") if isinstance(output, dict) else None
    if not isinstance(said, str) or said[:1] != "[" or said[-1:] != "]" or not _is_of_message(call):
        return False
    questions = read_repr(said)
    return isinstance(questions, list) and all(isinstance(question, str) for question in questions)


def _is_of_message(call: ModelCall) -> bool:
    """Whether the metadata are Dify's of a message; those of a chat's own call have its conversation, too."""
    told = [value_at(call.extras, f"metadata.{key}") for key in ("message_id", "from_source", "agent_based")]
    return None not in told and value_at(call.extras, "metadata.conversation_id") is None


SHAPE = Shape("dify", reply=reply, message=message)
