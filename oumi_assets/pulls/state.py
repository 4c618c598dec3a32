"""What a series of pulls remembers: traces that were unfinished. Written after the export it belongs to.

A pull killed between its export and its state would forget traces or bring them twice. So the
state to come is noted before the export appears, and the next pull keeps it or throws it away
according to whether the export did appear. A note that cannot be read counts as none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from oumi_assets.core.errors import FileNotFound
from oumi_assets.pulls.folder import ExportFolder
from oumi_assets.pulls.naming import NOTES
from oumi_assets.storage.keys import is_pulled
from oumi_assets.storage.manifest import Pull
from oumi_assets.storage.uploads import UploadSource

_log = logging.getLogger(__name__)
_Note = TypeVar("_Note")


class State(msgspec.Struct, frozen=True):
    """Start (ISO-8601, UTC) of every trace that is still to come, by trace id."""

    unfinished: dict[str, str] = {}


class _Pending(msgspec.Struct, frozen=True):
    export: str
    state: State


_decode_state = msgspec.json.Decoder(State).decode
_decode_pending = msgspec.json.Decoder(_Pending).decode
_decode_pull = msgspec.json.Decoder(Pull).decode
_encode = msgspec.json.encode


def read_state(folder: ExportFolder, series: str) -> State:
    """The state of a series, after settling what a killed pull left. Call under the series' lock."""
    left = _read(folder, _pending(series), _decode_pending)
    if left is not None and folder.has(left.export):
        folder.write_note(_state(series), _encode(left.state))
    elif left is not None:
        folder.remove_note(_record(left.export))
    folder.remove_note(_pending(series))
    return _read(folder, _state(series), _decode_state) or State()


def write_state(folder: ExportFolder, series: str, state: State) -> None:
    """Remember a state that no export goes with."""
    folder.write_note(_state(series), _encode(state))


def read_record(folder: ExportFolder, export: str) -> Pull | None:
    """The record of an export that was pulled before."""
    return _read(folder, _record(export), _decode_pull)


def pull_of(uploads: UploadSource, name: str) -> Pull | None:
    """The record of the pull that wrote an upload; None for an upload that people put there."""
    if not is_pulled(name):
        return None
    try:
        with uploads.open(f"{NOTES}/{_record(name)}") as file:
            pull = _decode_pull(file.read())
        # The import is called after them.
        return pull if all(map(datetime.fromisoformat, (pull.start, pull.end))) else None
    except (FileNotFound, ValueError):
        return None


def publish(folder: ExportFolder, series: str, file: Path, pull: Pull, state: State) -> None:
    """Let an export appear with its record, and remember the state after it."""
    folder.write_note(_pending(series), _encode(_Pending(pull.export, state)))
    folder.write_note(_record(pull.export), _encode(pull))
    folder.put(file, pull.export)
    write_state(folder, series, state)
    folder.remove_note(_pending(series))


def _read(folder: ExportFolder, name: str, decode: Callable[[bytes], _Note]) -> _Note | None:
    """A note, or None. A damaged one must not stop every later pull of its series."""
    content = folder.note(name)
    try:
        return decode(content) if content is not None else None
    except ValueError:
        _log.warning("The note %s of an earlier pull is damaged; what it remembered is forgotten.", name)
        return None


def _record(export: str) -> str:
    return f"{export}.json"


def _state(series: str) -> str:
    return f"{series}.json"


def _pending(series: str) -> str:
    return f"{series}.pending.json"
