"""Streams that were logged event by event: generators traced without a function that puts their pieces together.

Output: a list of events. Of the Responses API the last whole `response` counts, else, of a stream that was left early, the
items that were done and the text so far. Anthropic's content blocks are put together from their start and their deltas, a
call's arguments as the text that was streamed. Chat completions are read by
`openai_chunks`. LangSmith's Python SDK up to 0.3 logs such events beside the message that `wrap_anthropic` put together of
their texts alone.
Source of the format: OpenAI API reference, streaming events; Anthropic API reference, streaming messages, and the events
that its Python SDK adds.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Reply
from oumi_assets.shapes import openai_agents, responses
from oumi_assets.shapes.base import Shape, first_list, joined_texts, kind_of, parsed

_ENDS = ("response.completed", "response.incomplete")
_START, _DELTA = "content_block_start", "content_block_delta"
_STARTED = {"message_start": "message", _START: "content_block"}
_RESPONSE_KEYS = frozenset({"response", "response_id", "item_id", "item", "sequence_number", "delta"})
_ANTHROPIC = frozenset({"message_start", _START, _DELTA, "content_block_stop", "message_delta", "message_stop"})
_BESIDE = frozenset({"ping", "error", "text", "thinking", "signature", "citation", "input_json"})
"""Events that say nothing new: of the connection, and the Python SDK's, which repeat a delta."""

_TEXTS = ("text", "thinking")
"""What grows by deltas of its own name."""


def reply(value: Any) -> Reply | None:
    """The answer that the events are together; not ours where they say nothing that only events say."""
    kinds = [kind_of(event) or "" for event in value] if isinstance(value, list) else []
    if any(map(_is_of_response, kinds)) and all(_is_of_response(kind) or kind in _BESIDE for kind in kinds):
        return _of_response(value) if any(map(_has_response_key, value)) else None
    if not _ANTHROPIC.isdisjoint(kinds) and all(kind in _ANTHROPIC or kind in _BESIDE for kind in kinds):
        if not any(isinstance(event.get(_STARTED.get(kind, "")), dict) for kind, event in zip(kinds, value, strict=True)):
            return None
        blocks = _blocks(value)
        return Reply([{"role": "assistant", "content": blocks}] if blocks else [])
    return None


def whole_stream(output: Any, events: list[Any]) -> list[Any] | None:
    """The events that LangSmith's `wrap_anthropic` put a message together of, when all of them are there.

    Of the texts it lost nothing: events that say something else, or nothing, are not all.
    """
    message = output.get("message") if isinstance(output, dict) and len(output) == 1 and events else None
    if not isinstance(message, dict):
        return None
    kinds = [kind_of(event) for event in events]
    if (kinds[0], kinds[-1]) != ("message_start", "message_stop") or not _ANTHROPIC.union(_BESIDE).issuperset(kinds):
        return None
    started = events[0].get("message")
    is_its_start = isinstance(started, dict) and started.get("id") == message.get("id")
    return events if is_its_start and _words(_blocks(events)) == _words(first_list(message, "content")) else None


def _words(blocks: list[Any]) -> str:
    return joined_texts([block for block in blocks if kind_of(block) == "text"], "text")


def _is_of_response(kind: str) -> bool:
    return kind.startswith("response.")


def _has_response_key(event: dict[str, Any]) -> bool:
    return not _RESPONSE_KEYS.isdisjoint(event)


def _of_response(events: list[dict[str, Any]]) -> Reply:
    whole = [event.get("response") for event in events if event["type"] in _ENDS]
    if whole:
        return openai_agents.reply(whole[-1]) or Reply([])
    done = [event.get("item") for event in events if event["type"] == "response.output_item.done"]
    items = [item for item in done if isinstance(item, dict)]
    if all(item.get("type") != "message" for item in items):
        text = joined_texts([event for event in events if event["type"] == "response.output_text.delta"], "delta")
        items += [{"type": "message", "role": "assistant", "content": text}] if text else []
    return (responses.reply(items) if items else None) or Reply([])


def _blocks(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The content blocks in the order of their start, each with its deltas, which name it by its index."""
    started: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    deltas: dict[int, list[dict[str, Any]]] = {}
    for event in events:
        index = event["index"] if isinstance(event.get("index"), int) else 0
        if event["type"] == _START and isinstance(event.get("content_block"), dict):
            deltas[index] = []
            started.append((event["content_block"], deltas[index]))
        elif event["type"] == _DELTA and isinstance(event.get("delta"), dict) and index in deltas:
            deltas[index].append(event["delta"])
    return [_block(block, pieces) for block, pieces in started]


def _block(block: dict[str, Any], deltas: list[dict[str, Any]]) -> dict[str, Any]:
    """A block as it was after its last delta; signatures and citations are not what was said.

    One that has all of its deltas' text was logged when it had grown: Anthropic's JavaScript SDK adds the deltas to it.
    """
    grown = {
        key: joined_texts(deltas if block[key] == joined_texts(deltas, key) else [block, *deltas], key)
        for key in _TEXTS
        if key in block
    }
    written = joined_texts(deltas, "partial_json")
    if not written:
        return {**block, **grown}
    # A call's text is the model's own (rule 7); what the provider ran by itself stays a block as it is logged elsewhere.
    return {**block, **grown, "input": written if block.get("type") == "tool_use" else parsed(written) or written}


SHAPE = Shape("stream_events", reply=reply)
