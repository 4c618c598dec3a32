"""A burst of small exports: imports a minute in the plain design and with drains, one after the other.

    PYTHONPATH=. python benchmarks/burst.py [SECONDS]

Each design is given more files than it can import, and the imports that finish between the first and the
end of the time are counted: the start of the platform is not part of it.
"""

from __future__ import annotations

import sys
import time

from bench_platform import running

FILES = 400


def imports_a_minute(module: str, seconds: float) -> float:
    """Finished imports a minute, from the first one on."""
    with running(module) as bench:
        for number in range(FILES):
            bench.drop(f"burst-{number:04}")
        bench.wait_for(1)
        began, before = time.monotonic(), bench.datasets()
        while time.monotonic() - began < seconds and bench.datasets() < FILES:
            time.sleep(0.1)
        return (bench.datasets() - before) / (time.monotonic() - began) * 60


def main() -> None:
    """Both designs, and how many times as many the drains import."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    plain = imports_a_minute("bench_plain", seconds)
    print(f"plain    {plain:6.1f} imports a minute", flush=True)
    drained = imports_a_minute("oumi_assets.definitions", seconds)
    print(f"drained  {drained:6.1f} imports a minute", flush=True)
    print(f"ratio    {drained / plain:6.1f}" if plain else "ratio    unknown: the plain design finished nothing")


if __name__ == "__main__":
    main()
