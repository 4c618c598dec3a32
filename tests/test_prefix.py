"""Rule 18: prefix deduplication compares what was said, not how it was written down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pipeline import Imported, import_export

from oumi_assets.core.json_text import canonical
from oumi_assets.prefix import HASH_BYTES, comparable_call, prefix_hashes, split_hashes


def user(text: Any = "hi", **more: Any) -> dict[str, Any]:
    """A user message."""
    return {"role": "user", "content": text, **more}


def assistant(text: Any = "hello", **more: Any) -> dict[str, Any]:
    """An assistant message."""
    return {"role": "assistant", "content": text, **more}


def call(arguments: str = '{"a":1,"b":2}', call_id: str = "c1", name: str = "f") -> dict[str, Any]:
    """An assistant message that calls a tool."""
    function = {"name": name, "arguments": arguments}
    return assistant(None, tool_calls=[{"id": call_id, "type": "function", "function": function}])


IMAGE = {"type": "image_url", "image_url": {"url": "u"}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (assistant(None), assistant("")),
        (assistant(""), {"role": "assistant"}),
        (user(name=None), user(name="")),
        (call('{"a":1,"b":2}'), call('{ "b": 2, "a": 1 }')),
        (call("{}"), call("{ }")),
        (call('{"a":[1.10]}'), call('{"a":[1.1]}')),
        (call('{"a":{"b":1.0}}'), call('{"a":{"b":1}}')),
        (call('{"a":1e2}'), call('{"a":100.0}')),
        (call('{"a":-0}'), call('{"a":0}')),
        (call('{"a":-0.0}'), call('{"a":0}')),
        (call('{"a":0.0e5}'), call('{"a":0}')),
        (call('{"a":1.50e3}'), call('{"a":1500}')),
        (call('{"a":0.00015}'), call('{"a":1.5e-4}')),
        (call('{"a":1e999999999999999999999}'), call('{ "a": 1e999999999999999999999 }')),
        (assistant(refusal=None, annotations=[]), assistant(reasoning_content="because")),
        (
            user([{"type": "image_url", "image_url": {"url": "u", "detail": None}}]),
            user([{"image_url": {"url": "u"}, "type": "image_url"}]),
        ),
        (
            user([IMAGE, {"type": "text", "text": "what?", "cache_control": {"type": "ephemeral"}}]),
            user([IMAGE, {"type": "text", "text": "what?", "annotations": [], "index": 1}]),
        ),
        (
            user([IMAGE, {"type": "cell", "rows": [{"value": 1, "note": None}]}]),
            user([IMAGE, {"type": "cell", "rows": [{"value": 1}]}]),
        ),
        (call('{"a":NaN,"b":1.10}'), call('{"a":NaN,"b":1.1}')),
    ],
)
def test_cosmetic_differences_do_not_count(one: dict[str, Any], other: dict[str, Any]) -> None:
    """A history is written differently by the call that made it and by the one that repeats it."""
    assert prefix_hashes([one]) == prefix_hashes([other])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (user("a"), user("b")),
        (user("a"), assistant("a")),
        (call('{"a":1}'), call('{"a":2}')),
        (call('{"a":123456789012345678901234567890}'), call('{"a":123456789012345678901234567891}')),
        (call(call_id="c1"), call(call_id="c2")),
        (call(name="f"), call(name="g")),
        (call("{}"), assistant(None)),
        ({"role": "tool", "content": "x", "tool_call_id": "1"}, {"role": "tool", "content": "x", "tool_call_id": "2"}),
        (user("a", name="x"), user("a", name="y")),
        (call("not json"), call('"not json"')),
        (call("not json"), call("no json")),
        (call("[" * 3000 + "]" * 3000), call("[" * 3001 + "]" * 3001)),
        (call('{"a":1.000000000000000001}'), call('{"a":1.000000000000000002}')),
        (call('{"a":100000000000000000.01}'), call('{"a":100000000000000000.02}')),
        (call('{"a":1e-400}'), call('{"a":0}')),
        (call('{"a":1e400}'), call('{"a":1e401}')),
        (call('{"a":1.5}'), call('{"a":-1.5}')),
        (call('{"a":1.5}'), call('{"a":15}')),
        (call('{"a":1.0}'), call('{"a":true}')),
        (call('{"a":1.0}'), call('{"a":"1.0"}')),
        (user([IMAGE, {"type": "cell", "index": 3}]), user([IMAGE, {"type": "cell", "index": 4}])),
    ],
)
def test_what_was_said_counts(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Two different conversations must never absorb each other."""
    assert prefix_hashes([one]) != prefix_hashes([other])


@pytest.mark.parametrize("kind", ["text", "image_url", "input_audio", "file"])
def test_marks_of_a_part_do_not_count(kind: str) -> None:
    """A cache mark moves on with every turn, whatever it was put on."""
    marks = ("index", "annotations", "citations", "cache_control", "cacheControl", "providerOptions", "providerMetadata")
    part = {"type": kind, kind: "said"}
    assert prefix_hashes([user([part])]) == prefix_hashes([user([part | dict.fromkeys(marks, 1)])])


@pytest.mark.parametrize(
    "arguments",
    [
        '{"a":[1.10,{"b":2.0}],"c":"1.10"}',
        '{"a":1.000000000000000001,"b":-0.0,"c":true}',
        '{"a":[1e400,0.00015,123456789012345678901234567890]}',
        '{"a":NaN,"b":1.10}',
    ],
)
def test_long_arguments_are_compared_as_short_ones_are(arguments: str) -> None:
    """One writer indents what the other one writes without blanks; beyond some length they are read in another way."""
    shown = arguments.replace(",", "," + " " * 1000)
    assert prefix_hashes([call(shown)]) == prefix_hashes([call(arguments)])


@pytest.mark.parametrize("beside", ["", "x" * 2000])
def test_a_number_is_compared_in_no_more_bytes_than_it_has(beside: str) -> None:
    """Seven characters of arguments must not become four thousand digits; however it is written, it is one number."""
    short, long, decimal = (
        canonical(comparable_call("c", "f", json.dumps([beside])[:-1] + f", {number}]"))
        for number in ("-1e4000", f"-1{'0' * 4000}", f"-1{'0' * 4000}.00")
    )
    assert short == long == decimal
    assert len(short) < len(beside) + 100


def test_every_beginning_that_can_be_a_conversation_has_its_hash() -> None:
    """A conversation ends with an assistant's message: a longer one is found by the hash of each such beginning."""
    messages = [
        user("a"),
        assistant("b"),
        user("c"),
        call(),
        {"role": "tool", "content": "x", "tool_call_id": "c1"},
        assistant("d"),
    ]
    hashes = split_hashes(prefix_hashes(messages))
    assert hashes == [prefix_hashes(messages[:count])[-HASH_BYTES:] for count in (2, 4, 6)]
    assert {len(digest) for digest in hashes} == {HASH_BYTES}


def test_the_last_hash_is_of_the_whole() -> None:
    """What comes after the last answer counts, too."""
    assert (
        prefix_hashes([user("a"), assistant("b")])[-HASH_BYTES:]
        != prefix_hashes([user("a"), assistant("b"), user("c")])[-HASH_BYTES:]
    )


def test_messages_cannot_be_confused_by_their_borders() -> None:
    """Two messages are not one message with the joined text."""
    assert prefix_hashes([user("a"), user("b")])[-HASH_BYTES:] != prefix_hashes([user('a"]["user","b')])[-HASH_BYTES:]


def dataset(tmp_path: Path, *conversations: tuple[str, str, list[str]], deduplicate: bool = True) -> Imported:
    """Imports one trace for each (trace id, start, texts); the last text is the reply."""
    rows = [
        {
            "id": trace,
            "traceId": trace,
            "type": "GENERATION",
            "parentObservationId": None,
            "startTime": start,
            "input": json.dumps([user(text) if at % 2 == 0 else assistant(text) for at, text in enumerate(texts[:-1])]),
            "output": json.dumps(assistant(texts[-1])),
        }
        for trace, start, texts in conversations
    ]
    path = tmp_path / "export.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return import_export(path, tmp_path, deduplicate=deduplicate)


A, B, C = ["1", "2"], ["1", "2", "3", "4"], ["1", "2", "3", "4", "5", "6"]


def test_a_chain_of_prefixes_keeps_the_longest(tmp_path: Path) -> None:
    """A⊂B⊂C keeps C, in whatever order they came."""
    imported = dataset(tmp_path, ("b", "2026-01-02", B), ("c", "2026-01-01", C), ("a", "2026-01-03", A))
    assert set(imported.rows) == {"c"}
    assert imported.drops == {"prefix_of_longer": 2}


def test_a_fork_keeps_both_ends(tmp_path: Path) -> None:
    """A⊂B and A⊂C, where B and C part ways, keeps B and C."""
    other = ["1", "2", "3", "other"]
    imported = dataset(tmp_path, ("a", "2026-01-01", A), ("b", "2026-01-02", B), ("c", "2026-01-03", other))
    assert set(imported.rows) == {"b", "c"}


def test_of_equal_conversations_the_earliest_is_kept(tmp_path: Path) -> None:
    """Then the smaller trace id: the same export must always keep the same one."""
    imported = dataset(tmp_path, ("b", "2026-01-02", A), ("d", "2026-01-01", A), ("c", "2026-01-01", A))
    assert set(imported.rows) == {"c"}
    assert imported.drops == {"duplicate": 2}


def test_what_was_dropped_names_what_is_kept_instead(tmp_path: Path) -> None:
    """A duplicate of a prefix points at the conversation that is really in the dataset."""
    import polars as pl

    imported = dataset(tmp_path, ("a1", "2026-01-01", A), ("a2", "2026-01-02", A), ("c", "2026-01-03", C))
    drops = pl.read_parquet(imported.store.file("deduped_dataset", imported.key, "dropped.parquet"))
    assert dict(drops.select("conversation_id", "kept_instead").iter_rows()) == {"a1": "c", "a2": "c"}
    assert json.loads(drops["messages"][0])[0] == user("1")


@pytest.mark.parametrize(("b", "c", "kept"), [(B, ["1", "2", "x", "4", "5", "6"], "c"), (C, ["1", "2", "x", "4"], "b")])
def test_of_two_that_hold_it_the_longer_one_is_named(b: list[str], c: list[str], kept: str, tmp_path: Path) -> None:
    """Whoever looks up what became of a conversation finds most of it there; of equals, the first in the dataset."""
    import polars as pl

    for second, named in ((c, kept), ([*b[:2], "y", *b[3:]], "b")):
        folder = tmp_path / named / str(len(second))
        folder.mkdir(parents=True)
        imported = dataset(folder, ("a", "2026-01-01", A), ("b", "2026-01-02", b), ("c", "2026-01-03", second))
        drops = pl.read_parquet(imported.store.file("deduped_dataset", imported.key, "dropped.parquet"))
        assert dict(drops.select("conversation_id", "kept_instead").iter_rows()) == {"a": named}


def test_without_deduplication_everything_is_kept(tmp_path: Path) -> None:
    """Whoever turns it off wants the intermediate turns."""
    imported = dataset(tmp_path, ("a", "2026-01-01", A), ("b", "2026-01-02", B), deduplicate=False)
    assert imported.order == ["a", "b"]


def test_over_the_limit_absorbs_nothing(tmp_path: Path) -> None:
    """Rule 12 comes first: a dropped conversation must not take its kept beginnings with it."""
    long = [str(number) for number in range(1002)]
    imported = dataset(tmp_path, ("a", "2026-01-01", long[:4]), ("long", "2026-01-02", long))
    assert set(imported.rows) == {"a"}
    assert imported.drops == {"over_1000_messages": 1}


@pytest.mark.parametrize(("messages", "kept"), [(1000, True), (1001, False)])
def test_rule_12_a_thousand_messages_are_kept_and_one_more_is_dropped(tmp_path: Path, messages: int, kept: bool) -> None:
    """The limit counts final messages, the reply included."""
    texts = [str(number) for number in range(messages)]
    imported = dataset(tmp_path, ("a", "2026-01-01", texts), ("b", "2026-01-02", ["x", "y"]))
    assert ("a" in imported.rows) is kept
