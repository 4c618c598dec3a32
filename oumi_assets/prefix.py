"""Rule 18: when one conversation is the beginning of another, compared as what was said and not as it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from oumi_assets.core.json_text import NotJson, canonical, parse

HASH_BYTES = 16


def prefix_hashes(messages: list[dict[str, Any]]) -> bytes:
    """One 16-byte hash for every prefix, shortest first, joined: the last is the whole conversation's.

    A prefix's hash covers all its messages, so two prefixes are equal when their hashes are.
    """
    running = hashlib.blake2b(digest_size=HASH_BYTES)
    hashes = []
    for message in messages:
        said = canonical(_comparable(message))
        running.update(len(said).to_bytes(8, "little"))
        running.update(said)
        hashes.append(running.digest())
    return b"".join(hashes)


def split_hashes(joined: bytes) -> Iterator[bytes]:
    """The hashes one by one."""
    return (joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES))


def _comparable(message: dict[str, Any]) -> list[Any]:
    """Role, content, calls by id, name and parsed arguments, link and name; null, "" and missing are equal."""
    content = message.get("content")
    return [
        message["role"],
        content if type(content) is str else _without_nulls(content) or "",
        [_comparable_call(call) for call in message.get("tool_calls", ())],
        message.get("tool_call_id") or "",
        message.get("name") or "",
    ]


def _comparable_call(call: dict[str, Any]) -> list[Any]:
    function = call["function"]
    return [call["id"], function["name"], _arguments(function["arguments"])]


def _arguments(text: str) -> Any:
    try:
        return ["json", parse(text)]
    except NotJson:
        return ["text", text]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value
