"""Reading conversations.parquet for the dataset: a few conversations at a time, whatever their sizes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import polars as pl

from oumi_assets.core.parallel import drawn_by_a_thread
from oumi_assets.stages.envelope import Envelope
from oumi_assets.stages.parquet_footer import group_rows


def raw_sizes(conversations: Path) -> pl.DataFrame:
    """The bytes of every conversation's `source_raw`, by position."""
    length = pl.col("locations").list.eval(pl.element().struct.field("length")).list.sum()
    return pl.scan_parquet(conversations, row_index_name="position").select("position", bytes=length).collect()


def read_envelopes(conversations: Path, platform: str, batch_rows: int, *, read_ahead: bool) -> Iterator[Envelope]:
    """What each conversation's line holds, in order. `read_ahead`, where none is so large that the next ones must wait."""
    place = pl.element().struct
    conversation = pl.scan_parquet(conversations)
    said = conversation.select("conversation_id", "messages", "tools")
    # Apart from the texts: whatever a query makes beside a text, it copies the text for.
    known = conversation.select(
        "trace_name",
        "session_id",
        "sequence_key",
        pl.col("locations").list.eval(place.field("offset")).alias("offsets"),
        pl.col("locations").list.eval(place.field("length")).alias("lengths"),
    )
    if read_ahead:
        # Because every query waits for the threads that write the Parquet file.
        batches = (drawn_by_a_thread(query.collect_batches(chunk_size=batch_rows), ahead=2) for query in (said, known))
    else:
        # One row group at a time: of its own accord, polars decodes several.
        batches = (_groups(query, conversations, batch_rows) for query in (said, known))
    # Not loops of ours: their variables would keep a batch alive while the next one is read.
    rows = (chain.from_iterable(map(_rows_of, made)) for made in batches)
    return (Envelope._make((*texts, platform, *about)) for texts, about in zip(*rows, strict=True))


def _groups(query: pl.LazyFrame, path: Path, batch_rows: int) -> Iterator[pl.DataFrame]:
    rows = group_rows(path)
    groups = (query.slice(start, many).collect() for start, many in zip(accumulate(rows, initial=0), rows, strict=False))
    # A group of many short conversations is not to be Python objects all at once.
    return chain.from_iterable(map(partial(pl.DataFrame.iter_slices, n_rows=batch_rows), groups))


def _rows_of(batch: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    # Messages are never text in Python, where one odd character doubles the memory of all.
    columns = (column.cast(pl.Binary) if column.name == "messages" else column for column in batch)
    return zip(*(column.to_list() for column in columns), strict=True)
