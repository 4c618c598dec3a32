"""Eino: OpenAI's messages of Go, whose parts stand beside an empty content."""

from __future__ import annotations

from typing import Any

from model_calls import Logged, assert_read, assistant, call, parametrize, result, user

IMAGE = {"type": "image_url", "image": {"url": "https://x.test/y.png", "mime_type": "image/png", "detail": "low"}}
INLINE = {"type": "image_url", "image": {"base64data": "aGk=", "mime_type": "image/png"}}
WORDS = {"type": "text", "text": "What is this?"}
META = {"finish_reason": "tool_calls", "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
CALLED = {"index": 0, **call("call_1", "look", '{"at":1}')}


def said(role: str, content: str = "", **more: Any) -> dict[str, Any]:
    """A message as Go marshals it: an empty content is there, too."""
    return {"role": role, "content": content, **more}


PARTS = [
    WORDS,
    {"type": "image_url", "image_url": {"url": "https://x.test/y.png", "detail": "low"}},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
]
CASES = [
    Logged(
        "parts of a user",
        "langfuse",
        [said("user", user_input_multi_content=[WORDS, IMAGE, INLINE])],
        said("assistant", "A cat."),
        [user(PARTS), assistant("A cat.")],
    ),
    Logged(
        "parts of earlier versions",
        "langfuse",
        [said("user", multi_content=[WORDS, {"type": "image_url", "image_url": {"url": "https://x.test/y.png"}}])],
        said("assistant", "A cat."),
        [user([WORDS, {"type": "image_url", "image_url": {"url": "https://x.test/y.png"}}]), assistant("A cat.")],
    ),
    Logged(
        "parts of an answer, behind its words",
        "langfuse",
        [said("user", "Draw.")],
        said("assistant", "Here:", assistant_output_multi_content=[INLINE]),
        [user("Draw."), assistant([{"type": "text", "text": "Here:"}, PARTS[2]])],
    ),
    Logged(
        "a tool that answers in parts",
        "langfuse",
        [
            said("user", "Look."),
            said("assistant", tool_calls=[CALLED], response_meta=META),
            said("tool", tool_call_id="call_1", tool_name="look", user_input_multi_content=[WORDS]),
        ],
        said("assistant", "Ask somebody.", reasoning_content="Hm."),
        [
            user("Look."),
            assistant(None, call("call_1", "look", '{"at":1}')),
            {**result("call_1", "What is this?"), "name": "look"},
            assistant("Ask somebody.", reasoning_content="Hm."),
        ],
    ),
]


@parametrize(CASES)
def test_eino_logs(logged: Logged) -> None:
    """As its Langfuse callbacks do."""
    assert_read(logged)
