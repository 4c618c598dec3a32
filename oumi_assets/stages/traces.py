"""parsed_traces: rows grouped into traces, with what is said about each (trace-shapes rules 13, 15, 16).

Works on the index alone; of the export's bytes it touches only rows that share an id.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polars as pl

from oumi_assets.core.drops import DROPPED_TRACES, TraceDrop
from oumi_assets.core.rows import LOCATIONS, id_text
from oumi_assets.stages.files import DROPPED_FILE, TRACES_FILE
from oumi_assets.stages.lines import open_export
from oumi_assets.stages.sorting import SortedTraces
from oumi_assets.stages.written import count_rows

BUCKET_ROWS = 200_000

_NESTED_RUNS = "$.child_runs"
_NESTED = re.compile(rb'"child_runs"\s*+:\s*+\[\s*+\{')

CALLS = pl.List(
    pl.Struct(
        {
            "line": pl.UInt64(),
            "offset": pl.UInt64(),
            "length": pl.UInt64(),
            "request_at": pl.UInt32(),
            "request_length": pl.UInt32(),
            "marked": pl.Boolean(),
            "start": pl.Int64(),
            "order": pl.String(),
            "row": pl.Binary(),
        }
    )
)
TRACES = pl.Schema(
    {
        "trace_id": pl.String(),
        "name": pl.String(),
        "session_id": pl.String(),
        "sequence_key": pl.String(),
        "rows": LOCATIONS,
        "calls": CALLS,
    }
)
"""One trace with a model call: all its rows in file order, and the index entries of its model calls."""


class TraceCounts(NamedTuple):
    """Traces found, traces with a model call, and rows that repeat another row's id."""

    traces: int
    with_call: int
    duplicate_rows: int


def parse_traces(export: Path, rows: Path, folder: Path, *, bucket_rows: int = BUCKET_ROWS) -> TraceCounts:
    """Write `traces.parquet` (ordered by sequence key, then trace id) and `dropped.parquet`.

    A large index is worked on in buckets, a trace's rows in the same one, so that memory holds one bucket.
    """
    found = count = repeated = 0
    with SortedTraces(folder / "kept", TRACES) as kept, SortedTraces(folder / "left-out", DROPPED_TRACES) as dropped:
        for index in _buckets(rows, bucket_rows):
            repeating = _repeated_rows(index, export)
            traces = _traces(index, repeating, export).with_columns(weight=pl.col("rows").list.len())
            with_call = traces.filter(pl.col("calls").list.len() > 0)
            kept.add(with_call.with_columns(pl.col(name).cast(kind) for name, kind in TRACES.items()))
            dropped.add(_drops(traces.filter(pl.col("calls").list.len() == 0), export))
            found, count, repeated = found + traces.height, count + with_call.height, repeated + repeating.height
        kept.write(folder / TRACES_FILE, bucket_rows)
        dropped.write(folder / DROPPED_FILE, bucket_rows)
    return TraceCounts(found, count, repeated)


def _buckets(rows: Path, bucket_rows: int) -> Iterator[pl.DataFrame]:
    """The index in parts of about `bucket_rows` rows, every trace whole."""
    number = max(1, -(-count_rows(rows) // bucket_rows))
    if number == 1:
        yield pl.read_parquet(rows)
        return
    for bucket in range(number):
        yield pl.scan_parquet(rows).filter(pl.col("trace").hash() % number == bucket).collect(engine="streaming")


def _drops(traces: pl.DataFrame, export: Path) -> pl.DataFrame:
    return traces.select(
        "sequence",
        "trace",
        "weight",
        "trace_id",
        pl.lit(TraceDrop.NO_MODEL_CALL.value).alias("reason"),
        pl.col("line").cast(pl.UInt64),
        pl.when(pl.col("line").is_in(_nesting_lines(traces, export)))
        .then(pl.lit(_NESTED_RUNS))
        .otherwise(pl.lit("$"))
        .alias("path"),
        pl.col("weight").cast(pl.UInt32).alias("rows"),
        pl.col("rows").alias("locations"),
    )


def _nesting_lines(traces: pl.DataFrame, export: Path) -> list[int]:
    """Lines of traces of one row with further runs inside it, as LangSmith's `read_run(load_child_runs=True)` gives them."""
    alone = traces.filter(pl.col("rows").list.len() == 1).select("line", pl.col("rows").list.first().struct.unnest())
    with open_export(export) as data:
        found = ((line, _NESTED.search(data, offset, offset + length)) for line, offset, length in alone.iter_rows())
        return [line for line, nested in found if nested]


def _repeated_rows(index: pl.DataFrame, export: Path) -> pl.DataFrame:
    """Offsets of rows that another row of the same id stands for.

    The latest end wins, then the longer line, then the greater bytes; of identical ones any.
    """
    sharing = (
        index.filter(pl.col("row").is_not_null())
        .select("trace", "row", "end", "length", "offset")
        .filter(pl.len().over("trace", "row") > 1)
    )
    if sharing.is_empty():
        return sharing.select("offset")
    best = sharing.filter(
        pl.col("end").fill_null(-(1 << 62)) == pl.col("end").fill_null(-(1 << 62)).max().over("trace", "row")
    ).filter(pl.col("length") == pl.col("length").max().over("trace", "row"))
    kept = []
    with open_export(export) as data:
        for _, same in best.sort("offset").group_by("trace", "row", maintain_order=True):
            places = same.select("offset", "length").rows()
            kept.append(max(places, key=lambda at: (bytes(data[at[0] : at[0] + at[1]]), -at[0]))[0])
    return sharing.filter(~pl.col("offset").is_in(kept)).select("offset")


def _traces(index: pl.DataFrame, repeated: pl.DataFrame, export: Path) -> pl.DataFrame:
    used = index.join(repeated, on="offset", how="anti")
    used = _with_ties(_with_roots(used), export).sort(
        "trace",
        pl.col("is_root").not_(),
        "start",
        "row",
        "tie",
        nulls_last=True,
        maintain_order=True,
    )
    said = used.group_by("trace", maintain_order=True).agg(
        pl.coalesce(_first("trace_name"), pl.col("name").filter("is_root").drop_nulls().first()).alias("name"),
        _first("session_1", "session_2", "session_3").alias("session_id"),
        pl.coalesce(pl.col("start").filter("is_root").min(), pl.col("start").min()).alias("sequence"),
        pl.col("line").min(),
        pl.struct(field.name for field in CALLS.inner.fields).filter("is_call").alias("calls"),  # type: ignore[union-attr]
    )
    places = index.sort("offset").group_by("trace").agg(pl.struct("offset", "length").alias("rows"))
    return _readable(said.join(places, on="trace"))


def _with_roots(rows: pl.DataFrame) -> pl.DataFrame:
    """Roots have no parent, or one that is not in the file."""
    present = rows.select("trace", parent="row", has_parent=pl.lit(True)).drop_nulls().unique()
    joined = rows.join(present, on=["trace", "parent"], how="left")
    return joined.with_columns(is_root=pl.col("has_parent").is_null())


def _with_ties(rows: pl.DataFrame, export: Path) -> pl.DataFrame:
    """Rows that neither a start nor an id tells apart are ordered by their bytes, never by their place in the file."""
    alike = rows.filter(pl.col("row").is_null() & (pl.len().over("trace", "start", "row") > 1)).select("offset", "length")
    with open_export(export) as data:
        ties = [_digest(data, offset, length) for offset, length in alike.iter_rows()]
    tied = alike.select("offset").with_columns(tie=pl.Series(ties, dtype=pl.Binary))
    return rows.join(tied, on="offset", how="left")


def _digest(data: mmap.mmap | bytes, offset: int, length: int) -> bytes:
    return hashlib.blake2b(data[offset : offset + length], digest_size=16).digest()


def _first(*columns: str) -> pl.Expr:
    """The first value said, column by column, in the order of the rows."""
    return pl.coalesce(*(pl.col(column).drop_nulls().first() for column in columns))


def _readable(traces: pl.DataFrame) -> pl.DataFrame:
    """Ids as text, and the sequence as ISO-8601 in UTC with microseconds."""
    return traces.with_columns(
        trace_id=_texts(traces["trace"]),
        sequence_key=pl.from_epoch("sequence", time_unit="us").dt.strftime("%Y-%m-%dT%H:%M:%S.%6fZ"),
    )


def _texts(ids: pl.Series) -> pl.Series:
    """Nearly always the bytes are the text; only lone surrogates, whose bytes begin with ED, make them something else."""
    if ids.bin.contains(b"\xed").any():
        return pl.Series([id_text(value) for value in ids], dtype=pl.String)
    return ids.cast(pl.String)
