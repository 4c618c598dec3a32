"""Measures imports against the time it takes just to read the JSON, and against peers; writes results.md.

    make bench                       everything that fits on the disk
    make bench BENCH=--quick         50 MB and 200 MB instead of 500 MB and 2 GB, no 10 GB

Every figure is a ratio of medians from one run, or a peak of memory; absolute seconds say more about
the machine. What does not fit on the disk is skipped, and said so. Corpora lie in benchmarks/data and
are removed afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from generate import Plan, generate
from memory import peak_of

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
PEERS = HERE / ".venv/bin/python"
MB, GB = 1000**2, 1000**3
ROOM = 4.5
"""An import needs its export, the stored copy, and datasets that repeat every row once, with escapes."""


class Figure(NamedTuple):
    """One line of the table."""

    name: str
    value: str
    goal: str
    bar: str


class Corpus(NamedTuple):
    """An export to be generated, and a name for it."""

    name: str
    platform: str
    plan: Plan


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def corpus(wanted: Corpus) -> Iterator[Path | None]:
    """The export, or None when there is no room for it and for its import; gone afterwards."""
    free = shutil.disk_usage(HERE).free
    if free < wanted.plan.size * ROOM:
        say(f"SKIPPED {wanted.name}: needs {wanted.plan.size * ROOM / GB:.0f} GB of disk, {free / GB:.0f} GB are free")
        yield None
        return
    path = DATA / f"{wanted.name}.jsonl"
    say(f"generating {wanted.name}")
    generate(wanted.platform, wanted.plan, path)
    try:
        yield path
    finally:
        path.unlink()


def one_import(export: Path) -> dict[str, Any]:
    """Stage timings and counts of one import in a fresh process and folder."""
    storage = DATA / "storage"
    shutil.rmtree(storage, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, HERE / "one_import.py", export, storage], check=True, stdout=subprocess.PIPE, env=_environment()
    )
    shutil.rmtree(storage)
    return dict(json.loads(done.stdout))


def peers(what: str, export: Path, platform: str) -> float | None:
    """Seconds that a peer takes on the file; None, said aloud, when it fails."""
    done = subprocess.run([PEERS, HERE / "peers.py", what, platform, export], stdout=subprocess.PIPE, check=False)
    if done.returncode:
        say(f"SKIPPED {what} on {platform}: it failed")
        return None
    return float(done.stdout)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(HERE.parent)}


def seconds(export: Path) -> float:
    """A whole import without its recount."""
    found = one_import(export)
    return float(sum(taken for stage, taken in found["wall"].items() if stage != "recount"))


def median(measure: Callable[[], float], times: int) -> float:
    return statistics.median(measure() for _ in range(times))


def slopes(platform: str, small: int, large: int, times: int) -> list[Figure]:
    """What a further byte costs, against reading its JSON; and whether cost grows with the file."""
    measured: list[tuple[float, float]] = []
    for size in (small, large):
        with corpus(Corpus(f"{platform}-{size // MB}MB", platform, Plan(size=size))) as export:
            if export is None:
                return []
            reading = median(lambda path=export: peers("orjson", path, platform) or 0.0, times)  # type: ignore[misc]
            measured.append((median(lambda path=export: seconds(path), times), reading))  # type: ignore[misc]
    (ours, read), (ours_large, read_large) = measured
    return [
        Figure(
            f"slope of an import ÷ orjson, {platform}", f"{(ours_large - ours) / (read_large - read):.2f}", "≤ 2.5", "≤ 6"
        ),
        Figure(f"{large // MB} MB ÷ {small // MB} MB, {platform}", f"{ours_large / ours:.2f}", "≤ 4.2", "≤ 4.6"),
    ]


def against_peers(platform: str, times: int) -> list[Figure]:
    """A whole import against a peer that only parses the same file in memory."""
    with corpus(Corpus(f"{platform}-50MB", platform, Plan(size=50 * MB))) as export:
        if export is None:
            return []
        ours = median(lambda: seconds(export), times)
        figures = []
        peer = peers("kitaru", export, platform)
        if peer is not None:
            figures.append(Figure(f"kitaru-{platform}-importer ÷ ours, 50 MB", f"{peer / ours:.1f}", "≥ 35", "≥ 15"))
        langchain = peers("langchain", export, platform)
        if langchain is not None:
            figures.append(Figure(f"convert_to_openai_messages ÷ ours, {platform}", f"{langchain / ours:.2f}", "", ""))
        return figures


def memory_of(wanted: Corpus) -> list[Figure]:
    """The largest RssAnon of any process of an import."""
    with corpus(wanted) as export:
        if export is None:
            return []
        storage = DATA / "storage"
        shutil.rmtree(storage, ignore_errors=True)
        peak = peak_of([sys.executable, str(HERE / "one_import.py"), str(export), str(storage)], _environment())
        shutil.rmtree(storage, ignore_errors=True)
        return [Figure(f"peak RssAnon, {wanted.name}", f"{peak / (1 << 20):.0f} MiB", "≤ 512 MiB", "≤ 1 GiB")]


def import_cost() -> list[Figure]:
    """What loading our definitions adds to loading Dagster."""
    code = (
        "import time, dagster; start = time.perf_counter(); import oumi_assets.definitions; "
        "print(time.perf_counter() - start)"
    )

    def once() -> float:
        done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, env=_environment())
        return float(done.stdout)

    return [Figure("import oumi_assets.definitions beyond dagster", f"{median(once, 5):.2f} s", "≤ 0.2 s", "≤ 0.4 s")]


def memory_corpora(quick: bool) -> list[Corpus]:
    """One giant of each kind."""
    scale = 10 if quick else 1
    return [
        Corpus("one-trace", "langfuse", Plan(size=500 * MB // scale, one_trace=True, history=2)),
        Corpus("64MB-line", "langfuse", Plan(size=200 * MB // scale, row_bytes=64 * MB // scale)),
        *([] if quick else [Corpus("10GB", "langfuse", Plan(size=10 * GB))]),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small corpora, no 10 GB")
    parser.add_argument("--times", type=int, default=3, help="runs of which the median counts")
    args = parser.parse_args()
    small, large = (50 * MB, 200 * MB) if args.quick else (500 * MB, 2 * GB)
    figures = import_cost()
    for platform in ("langfuse", "langsmith"):
        figures += slopes(platform, small, large, args.times)
        figures += against_peers(platform, args.times)
    for wanted in memory_corpora(args.quick):
        figures += memory_of(wanted)
    table = _table(figures)
    print(table)
    (HERE / "results.md").write_text(_report(table, args.quick), encoding="utf-8")


def _table(figures: list[Figure]) -> str:
    rows = [f"| {figure.name} | {figure.value} | {figure.goal} | {figure.bar} |" for figure in figures]
    return "\n".join(["| figure | measured | goal | first bar |", "|---|---|---|---|", *rows])


def _report(table: str, quick: bool) -> str:
    command = "make bench BENCH=--quick" if quick else "make bench"
    return f"# Results\n\nOf `{command}` on {os.cpu_count()} cores; see `docs/performance.md`.\n\n{table}\n"


if __name__ == "__main__":
    main()
