"""What reconstruction works with: a conversation, and the ways in which later stages want it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oumi_assets.core.calls import Draft
from oumi_assets.core.json_text import canonical, dump_readable
from oumi_assets.prefix import prefix_hashes


def tools_text(tools: list[dict[str, Any]]) -> str | None:
    """Tools as compact JSON, None for none. Raises `NestedTooDeep`."""
    return dump_readable(tools) if tools else None


class Conversation:
    """Messages and tools in OpenAI wire form; `tools` is empty when none were logged."""

    def __init__(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> None:
        self._messages = messages
        self.tools = tools

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages as objects."""
        return self._messages

    @property
    def size(self) -> int:
        """The number of messages."""
        return len(self.messages)

    @property
    def roles(self) -> list[str]:
        """Who speaks, message by message."""
        return [message["role"] for message in self.messages]

    def messages_json(self) -> bytes:
        """The messages as compact JSON. Raises `NestedTooDeep` for what other readers may not be able to read."""
        return dump_readable(self.messages).encode()

    def tools_text(self) -> str | None:
        """The tools as compact JSON, None for none. Raises `NestedTooDeep`."""
        return tools_text(self.tools)

    def prefix_hashes(self) -> bytes:
        """`prefix.prefix_hashes` of the messages."""
        return prefix_hashes(self.messages)

    def sort_key(self) -> bytes:
        """Equal for equal conversations only; says nothing else."""
        return canonical([self.messages, self.tools])


class Candidate(Conversation):
    """A call that can be chosen: its conversation, and the drafts that it was made of.

    `asked` of the drafts are the request's. `stored` says that the API kept the history, so that
    nothing is missing from what was logged.
    """

    def __init__(
        self,
        messages: list[dict[str, Any]],
        tools: list[dict[str, Any]],
        drafts: Sequence[Draft],
        asked: int,
        stored: bool,
    ) -> None:
        super().__init__(messages, tools)
        self._drafts = drafts
        self.asked = asked
        self.stored = stored

    @property
    def drafts(self) -> Sequence[Draft]:
        """One draft for each message, the reply's last."""
        return self._drafts
