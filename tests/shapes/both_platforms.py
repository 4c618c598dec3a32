"""One model call as each platform exports it, read the way an import reads it.

The same input and output are put into a Langfuse row of the current table (payloads as text), of the older table
(payloads parsed), and into a LangSmith run; all of them must become the same conversation.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import model_calls
import pytest
from model_calls import call, langfuse_row, read
from traces import is_read
from wire_model import check_conversation

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

__all__ = ["Case", "assert_read", "assert_unsupported", "call", "langfuse_row", "langsmith_row", "parametrize", "read"]


class Case(NamedTuple):
    """A model call, and the conversation that it is: messages and tools in wire form."""

    name: str
    input: Any
    output: Any
    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]] = []  # noqa: RUF012


def parsed_langfuse_row(input_: Any, output: Any, **fields: Any) -> bytes:
    """A row of the older observations table: payloads are values."""
    return langfuse_row("", "", input=input_, output=output, **fields)


def langsmith_row(input_: Any, output: Any, **fields: Any) -> bytes:
    """A run: `inputs` and `outputs` are objects, anything else stands under the SDK's usual key."""
    inputs = input_ if isinstance(input_, dict) else {"messages": input_}
    return model_calls.langsmith_row(inputs, output if isinstance(output, dict) else {"output": output}, **fields)


FORMS = {"langfuse": langfuse_row, "older langfuse": parsed_langfuse_row, "langsmith": langsmith_row}


def assert_read(case: Case) -> None:
    """The case's conversation comes out of every platform's row, is wire, and would have been read."""
    for form, make in FORMS.items():
        platform, line = form.split()[-1], make(case.input, case.output)
        found = read(platform, line)
        assert isinstance(found, Conversation), (form, found)
        assert found.messages == case.messages, form
        assert found.tools == case.tools, form
        check_conversation(found.messages, found.tools)
        assert is_read(line, PLATFORMS[platform], len(found.messages)), form


def assert_unsupported(input_: Any, output: Any) -> None:
    """No platform's row of this call becomes a conversation, and the reason is its shape."""
    for form, make in FORMS.items():
        assert read(form.split()[-1], make(input_, output)) is NoCandidate.UNSUPPORTED, form


def parametrize(cases: list[Case]) -> pytest.MarkDecorator:
    """One test per case, named as the case."""
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])
