"""Doing independent pieces of work on all cores, with results in the order of the pieces.

With one worker the work stays in this process, as for exports that are too small to be worth more (`workers_for`).
Workers are fresh interpreters (loky), so neither threads nor the caller's main module leak into them.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from typing import Any, TypeVar

from oumi_assets.core.errors import WorkerKilled
from oumi_assets.core.interrupts import interrupts_blocked, unblock_interrupts
from oumi_assets.core.processes import end_with

Piece = TypeVar("Piece")
Result = TypeVar("Result")

PARALLEL_BYTES = 64 << 20
"""Below this many bytes of export, starting workers takes longer than the work."""

_WORKER_VARIABLES = {
    # A worker's tables are small: more threads in it would only be in each other's way.
    "POLARS_MAX_THREADS": "1",
    # polars' allocator gives memory back to the system after half a second, only to have it cleared and mapped again for
    # the next row group. Two seconds are an eighth less of the time that the dataset's Parquet file takes.
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:2000,muzzy_decay_ms:2000",
}


def workers_for(export_bytes: int, workers: int) -> int:
    """How many of the workers an export of that size is worth; one means that all is done in this process."""
    return workers if export_bytes >= PARALLEL_BYTES else 1


def warm_up(workers: int, module: str) -> None:
    """Start the workers, if there are several, and let them import a module while this process does something else."""
    if workers > 1:
        executor = _pool(workers)
        for _ in range(workers):
            executor.submit(import_module, module)


def _pool(workers: int) -> Executor:
    """One pool for all stages."""
    from multiprocessing.resource_tracker import ensure_running

    from loky import get_reusable_executor

    # Started first: it unblocks Ctrl-C after its own start, which would else be in the middle of theirs.
    ensure_running()
    with interrupts_blocked():
        # While they start, Ctrl-C would end each of them with a traceback; they start with the first work, whatever it is.
        found: Executor = get_reusable_executor(
            max_workers=workers, timeout=60, env=_WORKER_VARIABLES, initializer=_begin, initargs=(os.getpid(),)
        )
        found.submit(int)
    return found


def _begin(parent: int) -> None:
    """What a worker does first."""
    unblock_interrupts()
    end_with(parent)


def ordered_map(work: Callable[[Piece], Result], pieces: Iterable[Piece], workers: int) -> Iterator[Result]:
    """`map`, on `workers` processes; a few pieces are in flight at a time, whatever their number. Raises `WorkerKilled`."""
    if workers <= 1:
        return map(work, pieces)
    # Here and not in the generator: loky keeps a pool for each thread, and polars draws from us in threads of its own.
    return _in_order(_pool(workers), work, iter(pieces), workers * 2)


def _in_order(
    executor: Executor, work: Callable[[Piece], Result], waiting: Iterator[Piece], in_flight: int
) -> Iterator[Result]:
    running: deque[Future[Result]] = deque()
    try:
        with _killing_told():
            running.extend(executor.submit(work, piece) for piece in islice(waiting, in_flight))
            while running:
                result = running.popleft().result()
                for piece in islice(waiting, 1):
                    running.append(executor.submit(work, piece))
                yield result
    finally:
        for future in running:
            future.cancel()


@contextmanager
def _killing_told() -> Iterator[None]:
    """A pool whose worker died answers nothing any more; the next one that is asked for is whole again."""
    try:
        yield
    except BrokenExecutor:
        # Without its cause, a traceback of the pool's own: nobody's code has failed.
        raise WorkerKilled from None


@contextmanager
def in_another_process(work: Callable[[], Result], workers: int) -> Iterator[list[Result]]:
    """Do the work in a process of its own, beside the body of the `with`; with one worker, after it.

    The list that is given holds the work's result once both have ended. Raises what either raised, or `WorkerKilled`.
    However the body ends, the work has ended too: it never writes into a folder that is given up.
    """
    done: list[Result] = []
    if workers <= 1:
        yield done
        done.append(work())
        return
    executor: Any = _pool(workers)
    try:
        with _killing_told():
            running = executor.submit(work)
            yield done
            done.append(running.result())
    except BaseException:
        # Killed and not waited for: a run that somebody stops must end soon, however large the file is.
        executor.shutdown(kill_workers=True)
        raise


def drawn_by_a_thread(items: Iterator[Result], *, ahead: int) -> Iterator[Result]:
    """The same items, all of them drawn by one thread of their own, so many ahead while this thread works on the last.

    With none ahead nothing is drawn before it is asked for.
    """
    with ThreadPoolExecutor(1) as thread:
        fetched = deque(thread.submit(next, items, _END) for _ in range(ahead))
        while True:
            fetched.append(thread.submit(next, items, _END))
            item = fetched.popleft().result()
            if item is _END:
                return
            yield item  # type: ignore[misc]


_END = object()
