"""Streams of Amazon Bedrock's Converse API, event by event, logged by a function that passed them on.

Output: a list of events named by their only key. Deltas name their content block by its index; a call's name and id come
with the block's start, its arguments as pieces of a text. What they are together is a message as `bedrock` reads it.
Source of the format: Amazon Bedrock API reference, `ConverseStream`, `ContentBlockDelta`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Reply
from oumi_assets.shapes.base import Shape, joined_texts

_START, _DELTA = "contentBlockStart", "contentBlockDelta"
_EVENTS = frozenset({"messageStart", _START, _DELTA, "contentBlockStop", "messageStop", "metadata"})
_SOURCE = "citation"
"""Where a text comes from, between its pieces."""


def reply(value: Any) -> Reply | None:
    """The message that the events are together; not ours where a block holds anything but texts, thoughts and calls."""
    if not isinstance(value, list) or not value or not all(map(_is_event, value)):
        return None
    names = [next(iter(event)) for event in value]
    if "messageStart" not in names and _DELTA not in names:
        return None
    pieces = [event[name] for event, name in zip(value, names, strict=True) if name in (_START, _DELTA)]
    blocks = [_block(block) for block in _by_index(pieces)]
    if None in blocks:
        return None
    said = [block for block in blocks if block]
    return Reply([{"role": "assistant", "content": said}] if said else [])


def _is_event(value: Any) -> bool:
    if not isinstance(value, dict) or len(value) != 1:
        return False
    name, inside = next(iter(value.items()))
    return name in _EVENTS and isinstance(inside, dict)


def _by_index(pieces: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Starts and deltas of every block, in the order in which the blocks began."""
    blocks: dict[Any, list[dict[str, Any]]] = {}
    for piece in pieces:
        index = piece.get("contentBlockIndex")
        told = piece.get("start") or piece.get("delta")
        blocks.setdefault(index if isinstance(index, int) else 0, []).append(told if isinstance(told, dict) else {})
    return list(blocks.values())


def _block(pieces: list[dict[str, Any]]) -> dict[str, Any] | None:
    """One block as a whole answer has it; empty where nothing was said, None where it is of an unknown kind."""
    kinds = {key for piece in pieces for key in piece if key != _SOURCE}
    if kinds == {"toolUse"}:
        calls = _inside(pieces, "toolUse")
        named = next((call for call in calls if "name" in call), {})
        return {"toolUse": {**named, "input": joined_texts(calls, "input")}}
    if kinds == {"reasoningContent"}:
        thought = joined_texts(_inside(pieces, "reasoningContent"), "text")
        return {"reasoningContent": {"reasoningText": {"text": thought}}} if thought else {}
    if kinds - {"text"}:
        return None
    text = joined_texts(pieces, "text")
    return {"text": text} if text else {}


def _inside(pieces: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return [piece[key] for piece in pieces if isinstance(piece.get(key), dict)]


SHAPE = Shape("bedrock_stream", reply=reply)
