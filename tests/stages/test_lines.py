"""Rule 17: where lines begin and end, whatever is around them and however a file is cut into ranges."""

from __future__ import annotations

from pathlib import Path

import pytest

from oumi_assets.stages.lines import BLANKS, BOM, count_lines, lines_of, ranges

FILES = {
    "nothing": b"",
    "blank lines": b"\n\n{}\n \t\r\n{}\n",
    "no last line end": b'{"a":1}\n{"b":2}',
    "carriage returns": b"{}\r\n{}\r\n",
    "blanks around": b' {"a":1} \n\t{}\x0b\n{}\x0c\r\n{}  ',
    "blanks that end the file": b"{} \n  ",
    "a mark at every seam": BOM + b"{}\n" + BOM + b" {}\n" + BOM + b"\n" + BOM,
    "a mark in a line": b"{}" + BOM + b"\n {" + BOM + b"}\n",
    "lines that only begin or end like objects": b'{"a"\n1}\n{\n}\n[{}]\nx\n',
    "other line ends": b"{}\r{}\x85{}\n{}",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_every_line_is_found_once_however_the_file_is_cut(content: bytes) -> None:
    """Ranges go to different processes: a line on their border belongs to the one that it begins in."""
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    expected = [line.removeprefix(BOM).strip(BLANKS) for line in lines]
    for step in range(1, len(content) + 2):
        places = [place for within in ranges(len(content), step) for place in lines_of(content, within)]
        assert [content[offset : offset + length] for _, offset, length in places] == expected
    assert [number for number, _, _ in places] == list(range(1, len(expected) + 1))


@pytest.mark.parametrize("blanks", [65535, 65536, 65537, 200_000])
def test_many_blanks_are_as_good_as_one(blanks: int) -> None:
    """They are taken away piece by piece, so that a line of nothing else is not copied."""
    content = b" " * blanks + b"{}" + b"\t" * blanks + b"\n" + b" " * blanks
    (whole,) = ranges(len(content), len(content))
    (_, offset, length), (_, _, blank) = lines_of(content, whole)
    assert (content[offset : offset + length], blank) == (b"{}", 0)


BLOCK = 1 << 22


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", 0),
        (b"{}\n" + b" " * BLOCK + b"\n{}", 2),
        (b"{}\n" + b" " * 2 * BLOCK, 1),
        (b"x" * 3 * BLOCK + b"\n{}\n", 2),
        (b"x" + b" " * 2 * BLOCK + b"\n" + b" " * BLOCK, 1),
        *(
            (b" " * (BLOCK - cut - 1) + b"\n" + BOM + line, given)
            for cut in (1, 2, 3)
            for line, given in ((b" \n", 0), (b"x\n", 1))
        ),
    ],
)
def test_lines_are_counted_whatever_a_block_of_the_file_ends_in(content: bytes, lines: int, tmp_path: Path) -> None:
    """An import's counts are held against this one: it must not be wrong where the index is right."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    assert count_lines(path) == lines
