"""Makes trace exports of any size to measure imports with: agents with tools, history growing with every call.

    python benchmarks/generate.py langfuse 500MB benchmarks/data/langfuse-500MB.jsonl

Rows come newest first, interleaved over many sessions; a session's traces each begin with the
whole history of the one before, as chats logged turn by turn do. Nothing of it was ever said:
the text is drawn from a seeded vocabulary, so equal arguments give equal bytes on any machine.
Not here: odd shapes, broken rows; the tests' fixtures hold those.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from export_rows import NEWEST, RENDER, Step, Trace

_VOCABULARY = 6000
_POOL_CHARACTERS = 4_000_000
_GIANT_CALLS = 100
"""Model calls of the only trace of a file; its other rows are tool runs, since a conversation has at most 1,000 messages."""

_UNITS = {"": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3}


class Plan(NamedTuple):
    """What to make: `turns` is the mean number of model calls of a trace, `skew` how unequal traces are.

    `skew` is the exponent of a Pareto distribution: 3 is even, 1.2 has traces hundreds of calls long.
    `history` bounds the messages a call repeats; `row_bytes` pads the one model call of each trace.
    """

    size: int
    turns: float = 5
    skew: float = 1.8
    seed: int = 7
    window: int = 200
    history: int = 100_000
    one_trace: bool = False
    row_bytes: int = 0


class Writer(NamedTuple):
    """How a platform's SDK writes JSON: LangSmith ASCII only, Langfuse's exporter every character as it is."""

    ascii: bool

    def dump(self, value: object) -> str:
        return json.dumps(value, ensure_ascii=self.ascii)


class Text:
    """Sentences cut out of one long seeded text: quick, and compressible about as prose is."""

    def __init__(self, chance: random.Random) -> None:
        letters = "etaoinshrdlucmfwypvbgkjqxz"
        weights = range(len(letters), 0, -1)
        words = ["".join(chance.choices(letters, weights, k=chance.randint(2, 9))) for _ in range(_VOCABULARY)]
        words += ["überprüft", "naïve", "数据", "résumé", "—", "\n", 'said "yes"', "C:\\temp"]
        rank = [1 / (place + 8) for place in range(len(words))]
        text = " ".join(chance.choices(words, rank, k=_POOL_CHARACTERS // 6))
        self._text, self._chance = text, chance

    def of(self, length: int) -> str:
        """About that many characters, never the same twice in a row."""
        if length >= len(self._text):
            return (self._text * (length // len(self._text) + 1))[:length]
        start = self._chance.randrange(len(self._text) - length)
        return self._text[start : start + length]


def sessions(plan: Plan, chance: random.Random, writer: Writer) -> Iterator[list[Trace]]:
    """Endless sessions; each trace continues the history of the one before."""
    text = Text(chance)
    while True:
        name = f"session-{chance.getrandbits(48):012x}"
        history = [writer.dump({"role": "system", "content": f"You are a careful agent. {name}. {text.of(300)}"})]
        many = 1 if plan.one_trace or plan.row_bytes else 1 + int(chance.expovariate(0.8))
        yield [_trace(plan, chance, text, writer, name, history) for _ in range(min(many, 6))]


def _trace(plan: Plan, chance: random.Random, text: Text, writer: Writer, session: str, history: list[str]) -> Trace:
    trace_id = UUID(int=chance.getrandbits(128), version=4)
    history.append(writer.dump({"role": "user", "content": text.of(60 + int(chance.expovariate(1 / 160)) + plan.row_bytes)}))
    calls = 10**9 if plan.one_trace else _calls(plan, chance)
    steps = [Step("agent", 0, [], "")]
    budget = plan.size
    for number in range(1, calls + 1):
        last = number == calls or budget < 0
        if number > _GIANT_CALLS and plan.one_trace and not last:
            steps.append(Step("tool", number, [history[-1]], writer.dump({"rows": text.of(600), "ok": True})))
            budget -= 1200
            continue
        answer = _answer(chance, text, writer) if last else _tool_call(chance, text, writer)
        sent = [history[0], *history[max(1, len(history) - plan.history) :]]
        steps.append(Step("call", number, sent, answer))
        budget -= sum(map(len, sent)) + 1500
        history.append(answer)
        if last:
            break
        called = json.loads(answer)["tool_calls"][0]["id"]
        output = writer.dump({"rows": text.of(80 + int(chance.expovariate(1 / 500))), "ok": True})
        history.append(writer.dump({"role": "tool", "tool_call_id": called, "content": output}))
        steps.append(Step("tool", number, [answer], output))
    return Trace(trace_id, session, steps)


def _calls(plan: Plan, chance: random.Random) -> int:
    if plan.row_bytes:
        return 1
    smallest = plan.turns * (plan.skew - 1) / plan.skew
    return max(1, min(round(smallest * chance.paretovariate(plan.skew)), 150))


def _answer(chance: random.Random, text: Text, writer: Writer) -> str:
    return writer.dump({"role": "assistant", "content": text.of(100 + int(chance.expovariate(1 / 300)))})


def _tool_call(chance: random.Random, text: Text, writer: Writer) -> str:
    name, key = chance.choice((("search_orders", "customer"), ("read_file", "path"), ("run_shell", "command")))
    arguments = writer.dump({key: text.of(40)})
    call = {
        "id": f"call_{chance.getrandbits(64):016x}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }
    return writer.dump({"role": "assistant", "content": None, "tool_calls": [call]})


def rows(platform: str, plan: Plan) -> Iterator[bytes]:
    """Lines of an export, newest first, drawn from `window` sessions at a time."""
    chance = random.Random(plan.seed)
    render = RENDER[platform]
    source = sessions(plan, chance, Writer(ascii=platform == "langsmith"))
    open_sessions: list[list[tuple[Trace, Step]]] = []
    moment = NEWEST
    while True:
        while len(open_sessions) < (1 if plan.one_trace else plan.window):
            open_sessions.append([(trace, step) for trace in next(source) for step in trace.steps])
        place = chance.randrange(len(open_sessions))
        trace, step = open_sessions[place].pop()
        if not open_sessions[place]:
            open_sessions[place] = open_sessions[-1]
            open_sessions.pop()
        moment -= timedelta(microseconds=chance.randrange(1000, 90_000))
        yield render(trace, step, moment)


def generate(platform: str, plan: Plan, path: Path) -> int:
    """Write an export of at least `plan.size` bytes; the number of its rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = number = 0
    with path.open("wb", buffering=1 << 20) as out:
        for row in rows(platform, plan):
            written += out.write(row)
            number += 1
            if written >= plan.size:
                return number
    raise AssertionError("rows never end")


def size(text: str) -> int:
    """`500MB` as bytes."""
    digits = text.rstrip("KMGB")
    return int(float(digits) * _UNITS[text[len(digits) :]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("platform", choices=list(RENDER))
    parser.add_argument("size", type=size, help="like 500MB or 2GB")
    parser.add_argument("path", type=Path)
    parser.add_argument("--turns", type=float, default=5, help="mean model calls of a trace")
    parser.add_argument("--skew", type=float, default=1.8, help="Pareto exponent: 3 is even, 1.2 very unequal")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--history", type=int, default=100_000, help="messages a call repeats at most")
    parser.add_argument("--one-trace", action="store_true", help="every row belongs to the same trace")
    parser.add_argument("--row-bytes", type=size, default=0, help="one model call a trace, of about this size")
    args = parser.parse_args()
    plan = Plan(
        size=args.size,
        turns=args.turns,
        skew=args.skew,
        seed=args.seed,
        history=args.history,
        one_trace=args.one_trace,
        row_bytes=args.row_bytes,
    )
    print(f"{generate(args.platform, plan, args.path):,} rows")


if __name__ == "__main__":
    main()
