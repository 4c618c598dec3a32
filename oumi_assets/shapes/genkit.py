"""Genkit: parts that are named by their key, as Bedrock's are, by other keys.

`{text}`, `{media: {url, contentType}}`, `{reasoning}`, `{data}`, calls as `{toolRequest: {name, ref, input}}` and results as
`{toolResponse: {name, ref, output, content?}}`, each with `metadata` beside it or without; role `model`.
Before version 1 the answer is the first of `candidates`, each with a `message`.
Source of the format: firebase/genkit `model-types`, `parts`; genkitx-langfuse.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Reply, ToolCallDraft
from oumi_assets.shapes.base import Shape, first_list, role_of
from oumi_assets.shapes.blocks import block_drafts

_OWN = frozenset({"media", "toolRequest", "toolResponse", "reasoning", "data", "custom", "resource"})
_KINDS = _OWN | {"text"}
_CALL, _RESULT = "toolRequest", "toolResponse"


def reply(value: Any) -> Reply | None:
    """The message of the first candidate."""
    first = next(iter(first_list(value, "candidates")), None)
    said = first.get("message") if isinstance(first, dict) and "content" not in first else None
    return Reply([said]) if isinstance(said, dict) and role_of(said) and isinstance(said.get("content"), list) else None


def message(value: Any) -> list[Draft] | None:
    """A message of parts, one of which no other writer calls so."""
    parts = first_list(value, "content")
    if role_of(value) is None or not parts or not all(map(_is_part, parts)) or all("text" in part for part in parts):
        return None
    return block_drafts(value["role"], list(map(_said, parts)), _call, _result)


def _is_part(part: Any) -> bool:
    if not isinstance(part, dict) or len(kinds := part.keys() - {"metadata"}) != 1 or not kinds <= _KINDS:
        return False
    texts = all(isinstance(part[kind], str) for kind in ("text", "reasoning") if kind in part)
    return texts and all(isinstance(part[kind], dict) for kind in (_CALL, _RESULT, "media") if kind in part)


def _said(part: dict[str, Any]) -> dict[str, Any]:
    """The part as a block with a `type`."""
    kind = next(iter(part.keys() - {"metadata"}))
    if kind == "media":
        return {"type": "media", "url": part[kind].get("url"), "media_type": part[kind].get("contentType")}
    return {"type": kind, kind: part[kind]}


def _call(block: dict[str, Any]) -> ToolCallDraft | None:
    call = block.get(_CALL)
    return ToolCallDraft(call.get("name"), call.get("input"), call.get("ref")) if isinstance(call, dict) else None


def _result(block: dict[str, Any]) -> Draft | None:
    result = block.get(_RESULT)
    if not isinstance(result, dict):
        return None
    more = first_list(result, "content")
    content = list(map(_said, more)) if more and all(map(_is_part, more)) else result.get("output")
    return Draft("tool", content=content, tool_call_id=result.get("ref"), name=result.get("name"))


SHAPE = Shape("genkit", reply=reply, message=message)
