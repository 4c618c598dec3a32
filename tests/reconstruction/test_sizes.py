"""What a call can become, told without reading it: never less than what reading it gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traces import answered, called, calls_of, rows_of, said, system, user

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate
from oumi_assets.reconstruction.conversation import Candidate
from oumi_assets.reconstruction.sizes import Sizes
from oumi_assets.reconstruction.stitch import is_incomplete

TEXTS = st.sampled_from(["", "hi", 'say "x"', "back\\slash", "ümlaut\n", "tool", "\x07", "],", '"messages": [', '"role":'])
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool", "Human", "weird"])},
    optional={
        "content": st.one_of(TEXTS, st.none(), st.just([{"type": "tool_use"}]), st.just({"a": 1}), st.just(["plain"])),
        "parts": st.just([]),
        "id": st.just(["HumanMessage"]),
        "tool_calls": st.just([{"id": "c1", "function": {"name": "f", "arguments": '{"a": [1, 2]}'}}]),
    },
)
PLAIN = st.builds(lambda role, text: {"role": role, "content": text}, st.sampled_from(["user", "assistant"]), TEXTS)
HISTORIES = st.lists(PLAIN, max_size=7) | st.lists(MESSAGES | PLAIN | st.just("no message") | st.just(None), max_size=7)
SURROUNDINGS = st.sampled_from(
    [
        lambda messages: messages,
        lambda messages: {"messages": messages},
        lambda messages: {"messages": messages, "tools": [{"name": "f"}]},
        lambda messages: {"tools": [messages], "messages": messages},
        lambda messages: {"other": messages, "messages": messages, "n": 1.50},
        lambda messages: {"messages": messages, "system": "Be brief."},
        lambda messages: [messages],
        lambda messages: {"prompt": "text"},
        lambda messages: "plain text [",
    ]
)


def row(platform: str, request: str, number: int, *, output: str = "done", as_value: bool = False) -> bytes:
    """A model call whose request is written as this JSON."""
    if platform == "langsmith":
        known = f'"id": "r{number}", "trace_id": "t", "run_type": "llm", "dotted_order": "x{number}"'
        outputs = json.dumps({"choices": [{"message": said(output)}]})
        return f'{{{known}, "outputs": {outputs}, "inputs": {request}}}'.encode()
    known = f'"id": "o{number}", "traceId": "t", "type": "GENERATION", "startTime": "2026-05-19 10:00:0{number}"'
    logged = request if as_value else json.dumps(request, ensure_ascii=False)
    return f'{{{known}, "input": {logged}, "output": {json.dumps(output)}}}'.encode()


def assert_none_is_missed(rows: list[bytes], platform: str) -> list[bool]:
    """Asked for in the order of choosing, no call is left out that is larger, as large, or only a part; who may win."""
    calls = sorted(calls_of(rows, PLATFORMS[platform]), key=lambda call: -call.request_length)
    beside = rows_of(rows, PLATFORMS[platform])
    sizes = Sizes(b"\n".join(rows))
    best: Candidate | None = None
    may = []
    for call in calls:
        found, _ = read_candidate(rows[call.line], PLATFORMS[platform], beside)
        may.append(best is None or sizes.may_win(call, best.size))
        if isinstance(found, NoCandidate):
            continue
        assert may[-1] or (best and found.size < best.size and not is_incomplete(found)), rows[call.line]
        if may[-1]:
            sizes.learn(call, found)
            best = max(best or found, found, key=lambda candidate: candidate.size)
    return may


@settings(max_examples=400, deadline=None)
@given(
    history=HISTORIES,
    cuts=st.lists(st.integers(0, 7), min_size=2, max_size=6),
    surround=SURROUNDINGS,
    separators=st.sampled_from([(", ", ": "), (",", ":"), (" ,", ":"), (", ", " : ")]),
    ascii_only=st.booleans(),
    form=st.sampled_from([("langfuse", False), ("langfuse", True), ("langsmith", True)]),
)
def test_no_call_that_may_win_is_left_unread(
    history: list[Any], cuts: list[int], surround: Any, separators: Any, ascii_only: bool, form: tuple[str, bool]
) -> None:
    """A bound that is too low would choose a shorter conversation, silently."""
    platform, as_value = form
    requests = [json.dumps(surround(history[:cut]), separators=separators, ensure_ascii=ascii_only) for cut in cuts]
    if platform == "langsmith":
        requests = [request if request.startswith("{") else f'{{"messages": {request}}}' for request in requests]
    assert_none_is_missed([row(platform, text, at, as_value=as_value) for at, text in enumerate(requests)], platform)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('{"messages": [{"role": "user"}, {"role": "assistant"}]}', '{"messages": [{"role": "user"}]}'),
        (
            '{"messages": [{"role": "user"}], "messages": [{"role": "user"}, {"role": "user"}]}',
            '{"messages": [{"role": "user"}], "messages": [{"role": "user"}]}',
        ),
        (
            '{"x": [{"role": "user"}, {"role": "user"}], "messages": [{"role": "user"}, {"role": "user"}]}',
            '{"x": [{"role": "user"}], "messages": [{"role": "user"}, {"role": "user"}]}',
        ),
        (
            '{"tools": [{"name": "f"}, {"name": "g"}], "messages": [{"role": "user", "content": ""}]}',
            '{"tools": [{"name": "f"}], "messages": [{"role": "user", "content": ""}]}',
        ),
        (
            '{"messages": [{"role": "user", "content": "a]"}, {"role": "user"}]}',
            '{"messages": [{"role": "user", "content": "a]}',
        ),
        ('[{"role": "user"}]', '[{"role": "user"}, {"role": "user"}, 5]'),
        ('[{"role": "user"} ]', '[{"role": "user"}, {"role": "user"}  ]'),
        ('[{"role": "user"}]', '[{"role": "user"}, {"role": "user"}], [{"role": "user"}]'),
    ],
)
def test_requests_that_only_look_alike_are_counted_for_themselves(first: str, second: str) -> None:
    """Keys that come twice, brackets inside texts, payloads cut short: equal bytes are not equal places."""
    for order in ((first, second), (second, first)):
        assert_none_is_missed([row("langfuse", text, at) for at, text in enumerate(order)], "langfuse")


def agent(steps: int, *, platform: str, opening: list[dict[str, Any]]) -> list[bytes]:
    """An agent's calls: each repeats the one before, with a tool call and its result behind it."""
    history, rows = [*opening], []
    for number in range(steps):
        request = json.dumps({"messages": history, "tools": [{"name": "f"}]})
        rows.append(row(platform, request, number))
        history += [called((f"c{number}", "f")), answered(f"c{number}", f'"role": {number}')]
    return rows


@pytest.mark.parametrize("platform", ["langfuse", "langsmith"])
@pytest.mark.parametrize("steps", [2, 3, 9])
def test_an_agents_earlier_calls_are_never_read(platform: str, steps: int) -> None:
    """That is the saving: it grows with the square of the steps."""
    rows = agent(steps, platform=platform, opening=[system("s"), user("u")])
    assert assert_none_is_missed(rows, platform) == [True] + [False] * (steps - 1)


def test_what_is_counted_by_itself_spares_the_reading_of_its_beginnings() -> None:
    """A sub-agent's calls begin nothing that the main agent said."""
    main = agent(4, platform="langfuse", opening=[system("s"), user("u")])
    other = agent(2, platform="langfuse", opening=[system("x"), user("y")])
    assert assert_none_is_missed([*main, *other], "langfuse") == [True] + [False] * 5


def test_a_history_that_opens_with_results_is_read() -> None:
    """Such calls may be parts of one conversation, whatever begins with what."""
    rows = agent(3, platform="langfuse", opening=[answered("c", "r"), user("u")])
    assert all(assert_none_is_missed(rows, "langfuse"))


def test_a_message_that_is_said_by_a_string_of_another_is_not_counted_as_one() -> None:
    """Texts hold the names of fields; only those of the list itself are messages."""
    texts = ['{"role": "user"}, {"role":"user"}', '\\"role\\":\\"role\\":', '{\\\\"role\\\\":']
    history = [user("u"), said(texts[0]), user(texts[1]), said(texts[2]), user("v")]
    for end in (4, 3, 2):
        rows = [row("langfuse", json.dumps({"messages": history[:many]}, separators=(",", ":")), many) for many in (5, end)]
        assert_none_is_missed(rows, "langfuse")


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trace may hold thousands of unrelated calls, and megabytes in each."""
    monkeypatch.setattr("oumi_assets.reconstruction.sizes.MAX_BYTES", 10_000)
    requests = [json.dumps([user(f"{number} " + "x" * (3000 - number))]) for number in range(9)]
    rows = [row("langfuse", request, number) for number, request in enumerate(requests)]
    sizes = Sizes(b"\n".join(rows))
    for call in calls_of(rows, PLATFORMS["langfuse"]):
        assert not sizes.may_win(call, 4)
    assert sum(len(known.token) for known in sizes._known) <= 10_000
