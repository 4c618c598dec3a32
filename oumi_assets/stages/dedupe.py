"""deduped_dataset, first half: which conversations are kept (trace-shapes rule 18)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import polars as pl

from oumi_assets.core.drops import ConversationDrop
from oumi_assets.prefix import HASH_BYTES, split_hashes

_BATCH = 4096


class Dropped(NamedTuple):
    """Why a conversation is left out, and the position of the one kept in its place."""

    reason: ConversationDrop
    kept: int


def find_overlaps(conversations: Path) -> dict[int, Dropped]:
    """Positions of conversations that another one contains, all positions counted from 0.

    Conversations come ordered by sequence key and trace id, so the first of equal ones is kept.
    Holds one hash for each conversation (some 140 bytes of Python), not for each message: prefixes are streamed.
    """
    whole = _whole_hashes(conversations)
    first_of: dict[bytes, int] = {}
    dropped: dict[int, Dropped] = {}
    for position, digest in enumerate(whole):
        kept = first_of.setdefault(digest, position)
        if kept != position:
            dropped[position] = Dropped(ConversationDrop.DUPLICATE, kept)
    longest = _longest_containing(conversations, first_of)
    for digest, container in longest.items():
        dropped[first_of[digest]] = Dropped(ConversationDrop.PREFIX_OF_LONGER, container)
    return _settled(dropped)


def _whole_hashes(conversations: Path) -> list[bytes]:
    last = pl.scan_parquet(conversations).select(pl.col("prefix_hashes").bin.slice(-HASH_BYTES)).collect()
    return last["prefix_hashes"].to_list()


def _longest_containing(conversations: Path, first_of: dict[bytes, int]) -> dict[bytes, int]:
    """For each conversation that is a strict prefix: the longest one that begins with it, the earliest of equals."""
    found: dict[bytes, tuple[int, int]] = {}
    position = 0
    said = pl.scan_parquet(conversations).select("prefix_hashes", "message_count")
    for batch in said.collect_batches(chunk_size=_BATCH):
        for joined, messages in batch.iter_rows():
            for digest in first_of.keys() & split_hashes(joined[:-HASH_BYTES]):
                if digest not in found or messages > found[digest][0]:
                    found[digest] = (messages, position)
            position += 1
    return {digest: at for digest, (_, at) in found.items()}


def _settled(dropped: dict[int, Dropped]) -> dict[int, Dropped]:
    """Every drop points at a conversation that is really kept."""
    settled = {}
    for position, drop in dropped.items():
        kept = drop.kept
        while kept in dropped:
            kept = dropped[kept].kept
        settled[position] = Dropped(drop.reason, kept)
    return settled
