"""Goose's generations: its own messages, of which an answer may be several."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, parametrize, read, result, row, system, user

from oumi_assets.reconstruction.candidate import NoCandidate

SEEN = {"userVisible": True, "agentVisible": True}
SCHEMA = {"type": "object", "properties": {"command": {"type": "string"}}}
TOOLS = [{"name": "shell", "description": "Runs.", "inputSchema": SCHEMA}]
WIRE_TOOLS = [{"type": "function", "function": {"name": "shell", "description": "Runs.", "parameters": SCHEMA}}]


def said(role: str, *content: dict[str, Any], message_id: str | None = None) -> dict[str, Any]:
    """A message as Goose serializes it."""
    return {"id": message_id, "role": role, "created": 1764453600, "content": list(content), "metadata": SEEN}


def text(words: str, **more: Any) -> dict[str, Any]:
    """A block of words."""
    return {"type": "text", "text": words, **more}


def calling(call_id: str, arguments: Any) -> dict[str, Any]:
    """A block that calls."""
    called = {"name": "shell", "arguments": arguments}
    return {"type": "toolRequest", "id": call_id, "toolCall": {"status": "success", "value": called}}


def returned(call_id: str, *content: dict[str, Any]) -> dict[str, Any]:
    """A block of what a tool returned."""
    value = {"content": list(content), "isError": False}
    return {"type": "toolResponse", "id": call_id, "toolResult": {"status": "success", "value": value}}


def asked(*messages: dict[str, Any]) -> dict[str, Any]:
    """A request with everything."""
    return {"system": "You are goose.", "messages": list(messages), "tools": TOOLS}


HISTORY = [
    said("user", text("List them.")),
    said("assistant", {"type": "thinking", "thinking": "Hm.", "signature": "x"}, text("Sure."), message_id="m1"),
    said("assistant", calling("c1", {"command": "ls ü"}), calling("c2", None), message_id="m1"),
    said(
        "user",
        returned("c1", text("shown", annotations={"audience": ["assistant"]}), text("for people", audience=["user"])),
        {"type": "toolResponse", "id": "c2", "toolResult": {"status": "error", "error": "No such tool."}},
    ),
]
SAID = [
    system("You are goose."),
    user("List them."),
    assistant("Sure.", call("c1", "shell", '{"command":"ls ü"}'), call("c2", "shell", "{}"), reasoning_content="Hm."),
    result("c1", "shown"),
    result("c2", "No such tool."),
]
CASES = [
    Logged(
        "a dialogue", "langfuse", asked(*HISTORY), [said("assistant", text("Two."))], [*SAID, assistant("Two.")], WIRE_TOOLS
    ),
    Logged(
        "an answer in pieces",
        "langfuse",
        asked(HISTORY[0]),
        [said("assistant", text("Sure.")), said("assistant", calling("c1", {})), said("assistant", calling("c2", {}))],
        [*SAID[:2], assistant("Sure.", call("c1", "shell"), call("c2", "shell"))],
        WIRE_TOOLS,
    ),
    Logged(
        "a picture, and a notice to the user",
        "langfuse",
        asked(said("user", text("See?"), {"type": "image", "data": "aGk=", "mimeType": "image/png"})),
        [said("assistant", {"type": "systemNotification", "notificationType": "inlineMessage", "msg": "x"}, text("Yes."))],
        [
            SAID[0],
            user([text("See?"), {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}]),
            assistant("Yes."),
        ],
        WIRE_TOOLS,
    ),
    Logged(
        "a result in a resource",
        "langfuse",
        asked(
            HISTORY[0],
            said("assistant", calling("c1", {})),
            said("user", returned("c1", {"type": "resource", "resource": {"uri": "file:///a", "text": "inside"}})),
        ),
        [said("assistant", text("Done."))],
        [*SAID[:2], assistant(None, call("c1", "shell")), result("c1", "inside"), assistant("Done.")],
        WIRE_TOOLS,
    ),
]
UNREAD_CALL = {"type": "toolRequest", "id": "c1", "toolCall": {"status": "error", "error": "not JSON"}}


@parametrize(CASES)
def test_goose_logs(logged: Logged) -> None:
    """As its Langfuse layer does."""
    assert_read(logged)


@pytest.mark.parametrize("block", [UNREAD_CALL, {"type": "hologram"}, returned("c1", text("of an assistant?"))])
def test_a_block_that_nobody_can_read_is_not_left_out(block: dict[str, Any]) -> None:
    """A message is never made shorter."""
    history = asked(HISTORY[0], said("assistant", text("Sure."), block), said("user", text("And?")))
    assert read("langfuse", row("langfuse", history, [said("assistant", text("Done."))])) is NoCandidate.UNSUPPORTED
    answer = [said("assistant", text("Sure."), block)]
    assert read("langfuse", row("langfuse", asked(HISTORY[0]), answer)) is NoCandidate.NO_REPLY
