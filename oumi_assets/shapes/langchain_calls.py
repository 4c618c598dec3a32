"""Where LangChain keeps a message's tool calls, and its content without them.

The same call may be logged up to four times in one message: parsed in `tool_calls` (or, unparsable, in
`invalid_tool_calls`), as the API sent it in `additional_kwargs`, as a content block, as stream chunks.
Source of the format: langchain_core `messages.ai`, `messages.content`, and the partner packages' blocks.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Any

from oumi_assets.core.calls import Draft, ToolCallDraft
from oumi_assets.shapes import openai_chat
from oumi_assets.shapes.base import first_list, kind_of, parsed, texts_of

_CALL_BLOCKS = {
    "tool_use": ("id", "input"),
    "tool_call": ("id", "args"),
    "function_call": ("call_id", "arguments"),
    "functionCall": ("id", "args"),
    "custom_tool_call": ("call_id", "input"),
}
STREAMED = "partial_json"
"""Where a streamed `tool_use` block, whose `input` stays empty, has its arguments, as text."""

_CUSTOM_RESULT = "custom_tool_call_output"
_OWN_BLOCKS = frozenset({"reasoning", "reasoning_content", _CUSTOM_RESULT})
_RESULT_BLOCK = "tool_result"
_SILENT_BLOCKS = frozenset({_RESULT_BLOCK, "input_json_delta", "tool_call_chunk", "invalid_tool_call", "redacted_thinking"})


def tool_calls(fields: dict[str, Any], additional: dict[str, Any]) -> list[ToolCallDraft]:
    """Each call once, in the API's order and with the API's argument text where that was kept."""
    raw = [call for call in map(openai_chat.tool_call, first_list(additional, "tool_calls")) if call]
    logged = [*first_list(fields, "tool_calls"), *first_list(fields, "invalid_tool_calls")]
    calls = [call for call in map(_parsed_call, logged) if call]
    if not calls:
        return raw or _legacy_call(additional) or _block_calls(fields) or _chunked_calls(fields)
    written = {block["call_id"]: block["input"] for block in first_list(fields, "content") if _is_custom_call(block)}
    sent = {call.id: (position, call.arguments) for position, call in enumerate(raw) if isinstance(call.id, str)}
    streamed = _streamed_arguments(fields)
    for call in calls:
        if not isinstance(call.id, str):
            continue
        if call.id in sent:
            call.arguments = sent[call.id][1]
        elif call.id in written and _is_wrapped(call.arguments):
            call.arguments = written[call.id]
        elif call.id in streamed and streamed[call.id][1] != call.arguments:
            call.arguments = streamed[call.id][0]
    if not all(isinstance(call.id, str) and call.id in sent for call in calls):
        return calls
    return sorted(calls, key=lambda call: sent[call.id][0])


def _streamed_arguments(fields: dict[str, Any]) -> dict[str, tuple[str, Any]]:
    """What a stream's pieces say, as text and value: LangChain closes braces that broke off, and rounds long numbers."""
    told = [call for call in _chunked_calls(fields) if isinstance(call.id, str) and call.arguments]
    times = Counter(call.id for call in told)
    return {call.id: (call.arguments, parsed(call.arguments)) for call in told if times[call.id] == 1}


def said(content: Any, *, is_streamed: bool = False) -> Any:
    """The content without blocks that became calls or results; what is left is read by `wire`."""
    if not isinstance(content, list):
        return content
    blocks = [block for block in content if _kind(block) not in (*_CALL_BLOCKS, *_SILENT_BLOCKS)]
    return [part for block in (_put_together(blocks) if is_streamed else blocks) for part in _parts(block)]


def _put_together(blocks: list[Any]) -> list[Any]:
    """Thoughts and texts that a stream brought piece by piece: what has no index was never put together (Gemini's)."""
    whole: list[Any] = []
    for kind, group in groupby(blocks, key=lambda block: _kind(block) if _is_piece(block) else None):
        alike = list(group)
        beside = {key: value for block in alike for key, value in block.items()} if kind else {}
        whole += [{**beside, kind: "".join(block[kind] for block in alike)}] if kind else alike
    return whole


def _is_piece(block: Any) -> bool:
    kind = _kind(block)
    return kind in ("thinking", "text") and isinstance(block.get(kind), str) and "index" not in block


def answered(content: Any) -> Any:
    """What a tool answered: a custom tool's result is logged as the item of the Responses API around it."""
    if isinstance(content, list) and len(content) == 1 and _kind(content[0]) == _CUSTOM_RESULT:
        return content[0].get("output")
    return content


def has_own_blocks(fields: dict[str, Any]) -> bool:
    """Whether the content holds blocks that no API's chat messages have."""
    blocks = first_list(fields, "content")
    return any(_kind(block) in _OWN_BLOCKS or _is_own_call(block) for block in blocks)


def _is_own_call(block: Any) -> bool:
    """Others wrap the call once more, all but Gemini's, and Anthropic's own API has `tool_use` too."""
    call = _block_call(block)
    return call is not None and isinstance(call.name, str) and _kind(block) != "tool_use"


def tool_results(fields: dict[str, Any]) -> list[Draft]:
    """Anthropic's `tool_result` blocks of a user message as tool messages (rule 10)."""
    blocks = [block for block in first_list(fields, "content") if _kind(block) == _RESULT_BLOCK]
    return [Draft("tool", content=block.get("content"), tool_call_id=block.get("tool_use_id")) for block in blocks]


def reasoning(additional: dict[str, Any]) -> str | None:
    """`reasoning_content` (a text) or OpenAI's `reasoning` (a summary in parts)."""
    found = additional.get("reasoning_content") or additional.get("reasoning")
    return found if isinstance(found, str) else _summary(found)


def _parsed_call(value: Any) -> ToolCallDraft | None:
    if isinstance(value, dict) and "args" in value and value.get("name"):
        return ToolCallDraft(name=value["name"], arguments=value["args"], id=value.get("id"))
    return openai_chat.tool_call(value)


def _is_custom_call(block: Any) -> bool:
    is_custom = _kind(block) == "custom_tool_call"
    return is_custom and isinstance(block.get("call_id"), str) and isinstance(block.get("input"), str)


def _is_wrapped(arguments: Any) -> bool:
    """Whether LangChain made an object of the one text that a custom tool takes."""
    return isinstance(arguments, dict) and "__arg1" in arguments


def _legacy_call(additional: dict[str, Any]) -> list[ToolCallDraft]:
    call = additional.get("function_call")
    if isinstance(call, dict) and isinstance(call.get("name"), str) and call["name"]:
        return [ToolCallDraft(call["name"], call.get("arguments"))]
    return []


def _block_calls(fields: dict[str, Any]) -> list[ToolCallDraft]:
    return [call for call in map(_block_call, first_list(fields, "content")) if call]


def _block_call(block: Any) -> ToolCallDraft | None:
    """The call in a block; Gemini's is one level deeper, and mostly without an id."""
    kind = _kind(block)
    called = block.get(kind) if kind == "functionCall" else block
    if kind not in _CALL_BLOCKS or not isinstance(called, dict) or not called.get("name"):
        return None
    id_key, arguments_key = _CALL_BLOCKS[kind]
    return ToolCallDraft(called["name"], called.get(arguments_key) or called.get(STREAMED), called.get(id_key))


def _chunked_calls(fields: dict[str, Any]) -> list[ToolCallDraft]:
    """Chunks of one `index` are one call: name and id come first, arguments piece by piece; another id is another call."""
    calls: list[ToolCallDraft] = []
    by_index: dict[Any, ToolCallDraft] = {}
    for position, chunk in enumerate(first_list(fields, "tool_call_chunks")):
        if not isinstance(chunk, dict):
            continue
        index = chunk["index"] if isinstance(chunk.get("index"), int) else (position,)
        call = by_index.get(index)
        if call is None or (call.id and chunk.get("id") and chunk["id"] != call.id):
            call = by_index[index] = ToolCallDraft(None, [])
            calls.append(call)
        call.name = call.name or chunk.get("name")
        call.id = call.id or chunk.get("id")
        call.arguments.append(chunk["args"] if isinstance(chunk.get("args"), str) else "")
    return [ToolCallDraft(call.name, "".join(call.arguments), call.id) for call in calls if call.name]


def _kind(block: Any) -> str | None:
    """A block's type; LangChain.js keeps Gemini's calls as Google's parts are, without one."""
    is_google = isinstance(block, dict) and "functionCall" in block and "type" not in block
    return "functionCall" if is_google else kind_of(block)


def _parts(block: Any) -> list[Any]:
    """The block; a stream of output version 1 may put a thought into the text behind it."""
    if _kind(block) == "text" and isinstance(block.get("reasoning"), str):
        return [{"type": "reasoning", "reasoning": block["reasoning"]}, {"type": "text", "text": block.get("text")}]
    return [block]


def _summary(value: Any) -> str | None:
    return "\n".join(texts_of(first_list(value, "summary", "content"))) or None
