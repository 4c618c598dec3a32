"""Messages whose content is a list of blocks, tool calls and tool results among them.

Anthropic, Google, OpenTelemetry and the AI SDK all write messages so; each shape says which of its blocks
is a call and which a result, and this module says what the message then becomes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oumi_assets.core.calls import Draft, ToolCallDraft
from oumi_assets.shapes.base import given_text, kind_of
from oumi_assets.wire.roles import is_assistant


def block_drafts(
    role: str,
    blocks: list[Any],
    read_call: Callable[[dict[str, Any]], ToolCallDraft | None],
    read_result: Callable[[dict[str, Any]], Draft | None],
    name: Any = None,
) -> list[Draft]:
    """The drafts of one message of blocks.

    An assistant's turn is always one message: what a provider ran by itself in the middle of it stays part of
    what was said. Any other turn gives its tool results first and then the rest (rule 10).
    """
    if is_assistant(role):
        calls, said = _split(blocks, read_call)
        return [Draft(role=role, content=said or None, tool_calls=calls, name=name)]
    results, said = _split(blocks, read_result)
    if results and not said:
        return results
    return [*results, Draft(role="user" if results else role, content=said or None, name=name)]


def _split(blocks: list[Any], read: Callable[[dict[str, Any]], Any | None]) -> tuple[list[Any], list[Any]]:
    """What `read` takes, and the blocks it does not."""
    taken, left = [], []
    for block in blocks:
        found = read(block) if isinstance(block, dict) else None
        if found is None:
            left.append(block)
        else:
            taken.append(found)
    return taken, left


def has_block(blocks: Any, kinds: frozenset[str]) -> bool:
    """Whether a list holds a block whose `type` is one of the kinds."""
    return isinstance(blocks, list) and any(kind_of(block) in kinds for block in blocks)


def with_system(system: Any, messages: list[Any]) -> list[Any]:
    """The messages after a system prompt that was logged beside them; an empty one says nothing."""
    if not system or (not isinstance(system, list) and given_text(system) is None):
        return messages
    return [{"role": "system", "content": system}, *messages]
