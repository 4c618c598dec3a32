"""Doing independent pieces of work on all cores, with results in the order of the pieces.

Below a few pieces the work stays in this process: starting workers would cost more than it saves.
Workers are fresh interpreters (loky), so neither threads nor the caller's main module leak into them.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")

WORKERS_VARIABLE = "OUMI_WORKERS"


def worker_count() -> int:
    """Processes to use: `OUMI_WORKERS`, else the cores this process may run on."""
    configured = os.environ.get(WORKERS_VARIABLE, "")
    return int(configured) if configured.isdigit() and int(configured) > 0 else len(os.sched_getaffinity(0))


def ordered_map(work: Callable[[Piece], Result], pieces: Iterable[Piece], workers: int) -> Iterator[Result]:
    """`map`, on `workers` processes; a few pieces are in flight at a time, whatever their number."""
    if workers <= 1:
        yield from map(work, pieces)
        return
    from loky import get_reusable_executor

    executor = get_reusable_executor(max_workers=workers, timeout=60)
    waiting = iter(pieces)
    running = deque(executor.submit(work, piece) for piece in islice(waiting, workers * 2))
    try:
        while running:
            result = running.popleft().result()
            for piece in islice(waiting, 1):
                running.append(executor.submit(work, piece))
            yield result
    finally:
        for future in running:
            future.cancel()
