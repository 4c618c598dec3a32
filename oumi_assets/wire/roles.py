"""Rule 4: every dialect's role becomes system, user, assistant or tool."""

from __future__ import annotations

from oumi_assets.wire.tool_calls import CallIds

WIRE_ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "tool": "tool",
    "function": "tool",
    # smolagents' own: it sends them as the assistant's and the user's.
    "tool-call": "assistant",
    "tool-response": "user",
}

SYSTEM_ROLES, TOOL_ROLES = (
    frozenset(role for role, meant in WIRE_ROLES.items() if meant == wanted) for wanted in ("system", "tool")
)
"""Whatever a dialect calls these two, in lower case."""


def is_assistant(role: str) -> bool:
    """Whether a role of any dialect is the assistant's."""
    return WIRE_ROLES.get(role.lower()) == "assistant"


def wire_role(role: str, ids: CallIds) -> str | None:
    """The wire role, or None for one we do not know.

    LangChain.js logs a tool's result under the tool's own name: a role that names a tool which was
    called just before is `tool`, a common word like `user` only while that call waits for its result.
    """
    if ids.is_awaited(role):
        return "tool"
    return WIRE_ROLES.get(role.lower()) or ("tool" if ids.was_called(role) else None)
