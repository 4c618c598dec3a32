"""Reads every dataset with the oumi package, and fails when it refuses a row that we did not expect, or the reverse.

Run by `make oumi-check` in Oumi's environment, where this project is not installed: `python read_with_oumi.py FOLDER`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from oumi.core.types.conversation import Conversation


def main(folder: Path) -> int:
    """Print what was read, refused and unexplained; the exit code is 1 when something is unexplained."""
    counted: Counter[str] = Counter()
    unexplained = []
    for dataset in sorted(folder.glob("*.jsonl")):
        expected = json.loads(dataset.with_suffix(".expected.json").read_text())
        lines = dataset.read_bytes().split(b"\n")[:-1]
        for number, (line, reason) in enumerate(zip(lines, expected, strict=True), start=1):
            refused = _is_refused(json.loads(line))
            counted[reason or "read"] += 1
            if refused != (reason is not None):
                unexplained.append(f"{dataset.name} line {number}: expected {reason}, refused: {refused}")
    print(json.dumps(counted), *unexplained, sep="\n")
    return 1 if unexplained or not counted["read"] else 0


def _is_refused(row: dict) -> bool:
    try:
        read = Conversation.from_dict(row)
    except ValueError:
        return True
    assert read.conversation_id == row["conversation_id"]
    assert [message.content for message in read.messages] == [message["content"] for message in row["messages"]]
    return False


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
