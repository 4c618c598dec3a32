"""Measures imports against the time it takes just to read the JSON, and against peers; writes results.md.

    make bench                          125 MB and 500 MB, some minutes
    make bench SIZES=500,2000           the sizes of the goals
    make bench SIZES=500,2000,10000     and the memory of a 10 GB import

Every figure is a ratio of medians from one run, or a peak of memory; absolute seconds say more about
the machine. What was not asked for, failed or does not fit on the disk stands in the table as not run.
Corpora lie in benchmarks/data and are removed afterwards. Imports begin with memory that is in use already: a
virtual machine's host takes back what lies unused, and giving it again takes longer than much of an import.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from generate import Plan, generate
from memory import peak_of

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
PEERS = HERE / ".venv/bin/python"
MB, GB = 1000**2, 1000**3
NOT_RUN = "**not run**"
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


def touch_memory(wanted: int) -> None:
    """Have the host hand over so much memory, or half of what there is: a process writes to it and ends."""
    size = min(wanted, psutil.virtual_memory().available // 2)
    subprocess.run([sys.executable, "-c", f"b'x' * {size}"], check=True)


def one_import(export: Path) -> dict[str, Any]:
    """Stage timings and counts of one import in a fresh process and folder."""
    storage = DATA / "storage"
    shutil.rmtree(storage, ignore_errors=True)
    # What waits to be written to the disk must not be charged to the next import.
    os.sync()
    touch_memory(int(export.stat().st_size * ROOM))
    done = subprocess.run(
        [sys.executable, HERE / "one_import.py", export, storage], check=True, stdout=subprocess.PIPE, env=_environment()
    )
    shutil.rmtree(storage)
    return dict(json.loads(done.stdout))


class Seconds(NamedTuple):
    """How long something took, on the clock and on all processors together."""

    wall: float
    processor: float


def peers(what: str, export: Path, platform: str) -> Seconds | None:
    """What a peer takes on the file; None, said aloud, when it fails."""
    done = subprocess.run([PEERS, HERE / "peers.py", what, platform, export], stdout=subprocess.PIPE, check=False)
    if done.returncode:
        say(f"SKIPPED {what} on {platform}: it failed")
        return None
    return Seconds(*map(float, done.stdout.split()))


def _environment() -> dict[str, str]:
    """Ours, in which Python keeps what it compiled, as it does for users: an image may have switched that off."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
        "PYTHONPATH": str(HERE.parent)
    }


def seconds(export: Path) -> Seconds:
    """A whole import without its recount."""
    found = one_import(export)
    return Seconds(*(sum(taken for stage, taken in found[kind].items() if stage != "recount") for kind in Seconds._fields))


def median(measured: list[Seconds]) -> Seconds:
    return Seconds(*map(statistics.median, zip(*measured, strict=True)))


def slopes(platform: str, small: int, large: int, times: int) -> list[Figure]:
    """What a further byte costs, against reading its JSON; and whether cost grows with the file."""
    measured: list[tuple[Seconds, Seconds]] = []
    name = f"slope of an import ÷ orjson, {platform}"
    for size in (small, large):
        with corpus(Corpus(f"{platform}-{size // MB}MB", platform, Plan(size=size))) as export:
            if export is None:
                return [Figure(name, NOT_RUN, "≤ 2.5", "≤ 6")]
            reading = []
            imports = []
            # In turns, so that whatever else the machine does meets both.
            for _ in range(times):
                reading += [found for found in (peers("orjson", export, platform),) if found]
                imports.append(seconds(export))
            measured.append((median(imports), median(reading)))
    (ours, read), (ours_large, read_large) = measured
    wall = (ours_large.wall - ours.wall) / (read_large.wall - read.wall)
    processor = (ours_large.processor - ours.processor) / (read_large.processor - read.processor)
    return [
        Figure(name, f"{wall:.1f}", "≤ 2.5", "≤ 6"),
        Figure("the same in seconds of all processors", f"{processor:.1f}", "", ""),
        Figure(f"{large // MB} MB ÷ {small // MB} MB, {platform}", f"{ours_large.wall / ours.wall:.2f}", "≤ 4.2", "≤ 4.6"),
    ]


def against_peers(platform: str, times: int) -> list[Figure]:
    """A whole import against a peer that only parses the same file in memory."""
    with corpus(Corpus(f"{platform}-50MB", platform, Plan(size=50 * MB))) as export:
        ours = median([seconds(export) for _ in range(times)]) if export else None
        return [
            _compared(f"kitaru-{platform}-importer ÷ ours, 50 MB", "kitaru", platform, export, ours, ("≥ 35", "≥ 15")),
            _compared(f"convert_to_openai_messages ÷ ours, {platform}", "langchain", platform, export, ours, ("", "")),
        ]


def _compared(
    name: str, what: str, platform: str, export: Path | None, ours: Seconds | None, wanted: tuple[str, str]
) -> Figure:
    peer = peers(what, export, platform) if export else None
    return Figure(name, f"{peer.wall / ours.wall:.2f}" if peer and ours else NOT_RUN, *wanted)


def memory_of(wanted: Corpus) -> list[Figure]:
    """The largest RssAnon of any process of an import; a long line may be held once beside."""
    line = round(wanted.plan.row_bytes / (1 << 20))
    goal, bar = f"≤ {512 + line} MiB", f"≤ {1024 + line} MiB"
    with corpus(wanted) as export:
        if export is None:
            return [Figure(f"peak RssAnon, {wanted.name}", NOT_RUN, goal, bar)]
        storage = DATA / "storage"
        shutil.rmtree(storage, ignore_errors=True)
        peak = peak_of([sys.executable, str(HERE / "one_import.py"), str(export), str(storage)], _environment())
        shutil.rmtree(storage, ignore_errors=True)
        return [Figure(f"peak RssAnon, {wanted.name}", f"{peak / (1 << 20):.0f} MiB", goal, bar)]


def import_cost() -> list[Figure]:
    """What loading our definitions adds to loading Dagster."""
    code = (
        "import time, dagster; start = time.perf_counter(); import oumi_assets.definitions; "
        "print(time.perf_counter() - start)"
    )

    command = [sys.executable, "-c", code]
    _printed(command)  # Compiles.
    taken = statistics.median(_printed(command) for _ in range(5))
    return [Figure("import oumi_assets.definitions beyond dagster", f"{taken:.2f} s", "≤ 0.2 s", "≤ 0.4 s")]


def fixed_cost(times: int) -> list[Figure]:
    """An import of 20 traces within its Dagster run, each in a fresh process and home."""
    with corpus(Corpus("20-traces", "langfuse", Plan(size=1_000_000, window=5))) as export:
        assert export is not None
        taken = []
        for _ in range(times):
            with tempfile.TemporaryDirectory(dir=DATA) as folder:
                names = ("DAGSTER_HOME", "OUMI_STORAGE", "OUMI_UPLOADS")
                homes = {name: f"{folder}/{name.lower()}" for name in names}
                (Path(folder) / "dagster_home").mkdir()
                shutil.copyfile(
                    HERE.parent / "dagster_home" / "dagster.yaml", Path(folder) / "dagster_home" / "dagster.yaml"
                )
                taken.append(_printed([sys.executable, str(HERE / "fixed_cost.py"), str(export)], homes))
    return [
        Figure("fixed cost of a small import in its Dagster run", f"{statistics.median(taken):.2f} s", "≤ 0.5 s", "≤ 1 s")
    ]


def _printed(command: list[str], variables: dict[str, str] | None = None) -> float:
    """The number a program prints."""
    environment = _environment() | (variables or {})
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout)


def memory_corpora(sizes: list[int]) -> list[Corpus]:
    """A giant of each kind, and the largest export."""
    largest = max(sizes)
    return [
        Corpus("one trace of 200,000 rows", "langfuse", Plan(size=350 * MB, one_trace=True)),
        Corpus("lines of 64 MB", "langfuse", Plan(size=128 * MB, row_bytes=64 * MB, window=1)),
        Corpus(f"agent export of {largest // MB} MB", "langfuse", Plan(size=largest)),
    ]


def not_run(sizes: list[int]) -> list[Figure]:
    """What the goals speak of and these sizes leave out."""
    wanted = {500 * MB: "slope and time at 500 MB and 2 GB", 10 * GB: "peak RssAnon, agent export of 10000 MB"}
    return [Figure(name, NOT_RUN, "", "") for size, name in wanted.items() if size not in sizes]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--sizes", default="125,500", help="megabytes: the slope is between the first two, memory of the largest"
    )
    parser.add_argument("--times", type=int, default=5, help="runs of which the median counts")
    args = parser.parse_args()
    sizes = [int(size) * MB for size in args.sizes.split(",")]
    figures = [*import_cost(), *fixed_cost(args.times)]
    for platform in ("langfuse", "langsmith"):
        figures += slopes(platform, sizes[0], sizes[1], args.times)
        figures += against_peers(platform, args.times)
        say(_table(figures))
    for wanted in memory_corpora(sizes):
        figures += memory_of(wanted)
    table = _table([*figures, *not_run(sizes)])
    print(table)
    (HERE / "results.md").write_text(_report(table, args.sizes), encoding="utf-8")


def _table(figures: list[Figure]) -> str:
    rows = [f"| {figure.name} | {figure.value} | {figure.goal} | {figure.bar} |" for figure in figures]
    return "\n".join(["| figure | measured | goal | first bar |", "|---|---|---|---|", *rows])


def _report(table: str, sizes: str) -> str:
    cores = len(os.sched_getaffinity(0))
    return f"# Results\n\nOf `make bench SIZES={sizes}` on {cores} cores; see `docs/performance.md`.\n\n{table}\n"


if __name__ == "__main__":
    main()
