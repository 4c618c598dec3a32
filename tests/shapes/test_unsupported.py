"""What is not a chat stays unsupported: it is dropped with its reason, never turned into one."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import assert_unsupported

NOT_A_CHAT: dict[str, tuple[Any, Any]] = {
    "a completion": ({"prompt": "Once upon a time"}, {"choices": [{"text": " there was"}]}),
    "several completions": ({"prompts": ["Once", "Twice"]}, {"generations": [[{"text": " more"}]]}),
    "an embedding": ({"input_documents": ["a"]}, {"embedding": [0.1, 0.2]}),
    "arguments of a function": ({"question": "Who?", "k": 3}, {"answer": "Nobody"}),
    "arguments of a traced function": ({"args": [], "kwargs": {"question": "Who?", "instructions": "x"}}, "Nobody"),
    "texts among such arguments": ({"args": ["a"], "kwargs": {"contents": ["a", "b"], "input": "c"}}, "Nobody"),
    "an image to be made": ({"size": "1024x1024", "n": 1}, {"data": [{"url": "https://x.test/a.png"}]}),
    "a message nobody can read among others": (
        {"messages": [{"role": "user", "content": "hi"}, {"speaker": "user", "says": "there"}]},
        {"role": "assistant", "content": "Hello."},
    ),
    "messages of Langfuse's first LangChain handlers, which lost who said them": (
        [[{"content": "Be brief.", "additional_kwargs": {}}, {"content": "hi"}]],
        "Hello.",
    ),
    "a message whose text was not recorded": (
        {"messages": [{"id": "1", "role": "user", "parts": [{"type": "text"}]}]},
        {"role": "assistant", "content": "Hello."},
    ),
}


@pytest.mark.parametrize(("input_", "output"), NOT_A_CHAT.values(), ids=NOT_A_CHAT)
def test_what_holds_no_readable_messages_is_unsupported(input_: Any, output: Any) -> None:
    """A guess would put words into somebody's mouth, and nobody would see it in a large dataset."""
    assert_unsupported(input_, output)
