"""Rule 4: every dialect's role becomes system, user, assistant or tool."""

from __future__ import annotations

from collections.abc import Container

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
}


def wire_role(role: str, called: Container[str]) -> str | None:
    """The wire role, or None for one we do not know.

    `called` are the names of the tools called just before: LangChain.js logs a tool's
    result under the tool's own name.
    """
    if role in called:
        return "tool"
    return WIRE_ROLES.get(role.lower())
