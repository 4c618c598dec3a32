"""Reading and writing JSON changes nothing: numbers keep their tokens, odd texts their characters."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oumi_assets.core.json_text import MAX_DEPTH, NestedTooDeep, NotJson, canonical, dump, dump_readable, parse

NUMBERS = ["0", "-0", "-0.0", "1.10", "1e400", "-1E-5", "9" * 30, "9" * 4300, "9" * 4301, "-" + "9" * 6000, "0.1e-7"]
NUMBERS += ["1e-05", "1e-07", "1e16", "1e+16", "1e+22", "1E5", "100000.0", "0.00001", "5e-324", "123456789012345678.5"]


@pytest.mark.parametrize("token", NUMBERS)
@pytest.mark.parametrize(
    "text", ["{}", "[{}]", '{{"a": {} }}', '[{}, "tab \t, which only a lenient parser takes"]', "\n{}\t"]
)
def test_a_number_keeps_its_token_on_both_paths(token: str, text: str) -> None:
    """Rule 7: a 30-digit id rounded to a float is another id."""
    said = text.format(token)
    expected = json.dumps(json.loads(said, parse_float=str, parse_int=str, strict=False), separators=(",", ":"))
    for source in (said, said.encode()):
        assert dump(parse(source)) == expected.replace(f'"{token}"', token)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(VALUES)
def test_what_was_written_is_read_back(value: object) -> None:
    """Every value, whichever of the two parsers its text needs."""
    text = json.dumps(value)
    exact = text.encode("utf-8", "surrogatepass")
    assert json.loads(dump(parse(text))) == json.loads(dump(parse(exact)))
    assert dump_readable(parse(text)) == dump(parse(text))
    assert NUMBER.findall(_outside_texts(dump(parse(text)))) == NUMBER.findall(_outside_texts(text))


NUMBER = re.compile(r"-?\d[\d.eE+-]*")


def _outside_texts(text: str) -> str:
    return re.sub(r'"([^"\\]|\\.)*"', '""', text)


@pytest.mark.parametrize("text", ['"\\ud800"', '{"\\ud83d": ["\\udc00"]}', '["\\ud800\\ud83d\\ude00"]'])
def test_half_a_character_never_reaches_an_encoder(text: str) -> None:
    """Rule 5: a lone surrogate is U+FFFD in texts and in keys; a pair is its character."""
    value = parse(text)
    assert "\ufffd" in dump(value)
    assert canonical(value).decode() == dump(value)
    assert "\U0001f600" in dump(value) or "\\ude00" not in text


@pytest.mark.parametrize("text", ["", "{", "[1,]", "{'a': 1}", "nul", '"a" "b"', '"\\x"', b'"\xff"', "01", "+1", "1."])
def test_what_is_not_json_is_never_guessed(text: str | bytes) -> None:
    """A damaged payload is dropped with its reason; half of it would be a lie."""
    with pytest.raises(NotJson):
        parse(text)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000, '["\t"' + ",[1" * 100_000]
)
def test_nesting_beyond_the_parsers_is_told_apart(text: str) -> None:
    """It is a reason of its own, and never a crash."""
    with pytest.raises(NestedTooDeep):
        parse(text)


@pytest.mark.parametrize("inside", ["[", '{"a":'])
def test_what_is_written_is_nested_no_deeper_than_every_reader_goes(inside: str) -> None:
    """A limit of ours: the parsers' depends on the version of Python, and on where they are called from."""

    def nested(depth: int) -> str:
        return inside * (depth - 1) + "[1]" + {"[": "]", '{"a":': "}"}[inside] * (depth - 1)

    flat = ["[" * MAX_DEPTH, [[]] * MAX_DEPTH]
    for value in (parse(nested(MAX_DEPTH)), parse(nested(MAX_DEPTH).encode()), flat):
        assert dump_readable(value) == dump(value)
    with pytest.raises(NestedTooDeep):
        dump_readable([flat, parse(nested(MAX_DEPTH))])
    for text in (
        nested(MAX_DEPTH + 1),
        nested(MAX_DEPTH + 1).encode(),
        nested(MAX_DEPTH + 1) + "\t",
        f"[-0,{nested(MAX_DEPTH)}]",
    ):
        with pytest.raises(NestedTooDeep):
            parse(text)


def test_a_value_too_deep_even_to_be_written_is_told_the_same_way() -> None:
    """A parser deeper than the encoder would be no comfort."""
    value: list[Any] = []
    for _ in range(200_000):
        value = [value]
    with pytest.raises(NestedTooDeep):
        dump_readable(value)
