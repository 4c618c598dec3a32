"""Calls of which other rows of the trace tell a part: who wrote one stands beside its request, and says where to look."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from oumi_assets.core.calls import ModelCall
from oumi_assets.platforms import Platform
from oumi_assets.reconstruction.trace_rows import TraceRows, indexed, readable_call
from oumi_assets.shapes import claude_agent_sdk, codex, mastra, voice_sessions, voltagent, wrap_gemini
from oumi_assets.shapes.base import may_mention, without_request


class _Trace(NamedTuple):
    """Where a call stands: the id of its row, and the rows of its trace."""

    row: bytes | None
    rows: TraceRows
    platform: Platform

    def above(self) -> tuple[bytes | None, ModelCall] | None:
        """The id of the row right above the call's, and that row read as a call."""
        line = next(self.rows.above(self.row), None)
        entry = indexed(line, self.platform) if line is not None else None
        call = readable_call(line, self.platform) if line is not None else None
        return (entry.row, call) if entry is not None and call is not None else None


class Writer(NamedTuple):
    """One writer of such calls: `is_its` looks only at what stands beside a call's request.

    `word` stands in the metadata of its calls.
    """

    word: str
    is_its: Callable[[ModelCall], bool]
    put_together: Callable[[ModelCall, _Trace], ModelCall]

    def whole(self, line: bytes, platform: Platform, rows: TraceRows) -> ModelCall:
        """A row's call with what the others tell of it; without its messages where they do not tell all."""
        entry = indexed(line, platform)
        return self.put_together(platform.read_call(line), _Trace(entry.row if entry else None, rows, platform))


def writer_of(call: ModelCall) -> Writer | None:
    """Who wrote a call, where other rows tell a part of it."""
    metadata = call.extras.get("metadata")
    return next((writer for writer in _WRITERS if may_mention(metadata, writer.word) and writer.is_its(call)), None)


def _with_its_loop(call: ModelCall, trace: _Trace) -> ModelCall:
    """A generation of Mastra's with the steps of its loop, which lie below it."""
    return mastra.put_together(call, trace.row, trace.rows.below)


def _with_its_prompt(call: ModelCall, trace: _Trace) -> ModelCall:
    """A turn of the Claude Agent SDK with the system prompt of its conversation, which stands above it."""
    above = trace.above()
    return call if above is None else claude_agent_sdk.with_prompt(call, above[1])


def _with_its_turn(call: ModelCall, trace: _Trace) -> ModelCall:
    """A step of Codex with those before it, which lie below the same turn."""
    above = trace.above()
    return call if above is None else codex.put_together(call, above[1], trace.rows.below(above[0]), trace.rows.below)


def _if_it_called_nothing(call: ModelCall, trace: _Trace) -> ModelCall:
    """A run of VoltAgent's; what it called would lie below it."""
    return without_request(call) if trace.row and trace.rows.below(trace.row) else call


def _if_nothing_was_called(call: ModelCall, trace: _Trace) -> ModelCall:
    """A voice session's transcript; what was called would stand anywhere in its trace."""
    return without_request(call) if any(map(trace.rows.mention, voice_sessions.TOOLS)) else call


def _as_the_last_of_a_loop(call: ModelCall, trace: _Trace) -> ModelCall:
    """A stream of `wrap_gemini`'s below another run, the last of all: had it called a tool, the trace would go on with it.

    What goes on may be a call that nobody can read, so that none but the stream would be chosen.
    """
    is_below = next(trace.rows.above(trace.row), None) is not None
    return wrap_gemini.as_the_last(call) if is_below and trace.rows.is_last(trace.row) else call


_WRITERS = (
    Writer("model_generation", mastra.is_generation, _with_its_loop),
    Writer("claude-agent-sdk", claude_agent_sdk.is_turn, _with_its_prompt),
    Writer("step_index", codex.is_step, _with_its_turn),
    Writer("voltagent", voltagent.is_run, _if_it_called_nothing),
    Writer("ls_modality", voice_sessions.is_transcript, _if_nothing_was_called),
    Writer("ls_provider", wrap_gemini.is_stream, _as_the_last_of_a_loop),
)
