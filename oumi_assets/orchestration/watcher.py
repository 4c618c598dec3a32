"""What a tick looks at, in which depth, and what it keeps in mind for the next: the sensor's only memory.

Requests are made in `upload_sensor`; what they should be is decided in `planning`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from oumi_assets.core.errors import FileNotFound, UnsafePath
from oumi_assets.imports.catalog import is_finished
from oumi_assets.imports.known_content import Comparison, KnownContent, Sameness
from oumi_assets.imports.workspace import Workspace
from oumi_assets.orchestration.history import History
from oumi_assets.orchestration.planning import MAX_DRAINED, Launch, Standing
from oumi_assets.storage.uploads import Upload, Uploads

LOOKING_SECONDS = 15.0
"""How long a tick looks at uploads it does not know yet; Dagster ends a tick after 60."""
MAX_BYTES_PER_TICK = 1 << 30
"""How much a tick reads to compare content with what was imported: two seconds of hashing."""


def watched_uploads(opened: Workspace) -> Uploads:
    """The uploads of a platform; only a command line imports from somewhere else."""
    assert isinstance(opened.uploads, Uploads)
    return opened.uploads


class Watcher:
    """What the sensor keeps between ticks, only to be quick: losing it loses no upload."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._done: set[Upload] = set()
        self.known = KnownContent()

    def undone(self, uploads: Iterable[Upload]) -> list[Upload]:
        """Uploads that may need an import; what is gone from the folder is forgotten."""
        listed = set(uploads)
        self._done &= listed
        return list(listed - self._done)

    def look(self, launches: Iterable[Launch], history: History, opened: Workspace) -> tuple[list[Launch], list[Launch]]:
        """New launches, and those whose name was imported before, until there are enough or time is up."""
        fresh: list[Launch] = []
        doubtful: list[Launch] = []
        until = self._clock() + LOOKING_SECONDS
        for launch in launches:
            if len(fresh) >= MAX_DRAINED or self._clock() >= until:
                break
            found, attempt = history.look_up(launch.key)
            if found in (Standing.FINISHED, Standing.GIVEN_UP):
                self._done.add(launch.upload)
                self.known.learn(opened.store, launch.key)
            elif found is Standing.IN_FLIGHT:
                self.known.expect([launch.key])
            elif found is Standing.NEW and self._has_namesake(launch.upload, opened):
                doubtful.append(launch)
            elif found in (Standing.NEW, Standing.INTERRUPTED):
                fresh.append(launch._replace(attempt=attempt))
            # What rests is looked at again by a later tick.
        return fresh, doubtful

    def _has_namesake(self, upload: Upload, opened: Workspace) -> bool:
        # Where uploads appear whole, on S3, equal content has an equal tag: nothing is read to compare.
        return not watched_uploads(opened).appear_whole and self.known.has_namesake(upload, opened.store)

    def different(self, launches: Iterable[Launch], history: History, opened: Workspace) -> list[Launch]:
        """Launches whose content was not imported under their name before, as far as one tick may read."""
        new: list[Launch] = []
        left = MAX_BYTES_PER_TICK
        for launch in launches:
            try:
                found = self.known.compare(launch.upload, watched_uploads(opened), left)
            except FileNotFound:
                continue
            except (UnsafePath, OSError):
                # Its own import says what is wrong with it; the tick goes on for the others.
                new.append(launch)
                continue
            left -= found.read
            if found.sameness is Sameness.UNDECIDED:
                break
            if self._is_new(launch, found, history, opened):
                new.append(launch)
        return new

    def _is_new(self, launch: Launch, found: Comparison, history: History, opened: Workspace) -> bool:
        if found.sameness is Sameness.NEW:
            return True
        if found.key is None or is_finished(opened.store, found.key):
            self.known.remember_same(launch.upload)
            self._done.add(launch.upload)
            return False
        # Otherwise that import was interrupted and its upload has a new time now: finished under the new key.
        return history.look_up(found.key)[0] is not Standing.IN_FLIGHT
