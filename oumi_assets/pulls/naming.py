"""Names of pulled exports. A name says platform, project, filter and window, and so is the import's identity.

    langsmith-<project slug>-<8 hex of project and filter>-<start>-<end>[-again-<n>].jsonl

Signed URLs and costs differ between two pulls of the same window; the name does not.
`storage.keys` recognises it.
"""

from __future__ import annotations

import hashlib

from oumi_assets.pulls.window import Window
from oumi_assets.storage.keys import slug

NOTES = ".pulls"
"""Folder of the notes about pulls, below the uploads folder; the sensor does not see it."""


def series_name(platform: str, project: str, filter: str | None) -> str:
    """What all windows of one project (and filter) share: the beginning of their names."""
    digest = hashlib.sha256(f"{platform}\0{project}\0{filter or ''}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{platform}-{slug(project, 40)}-{digest[:8]}"


def export_name(series: str, window: Window, again: int = 0) -> str:
    """The file of one window of a series; `again` counts how often it was asked for anew."""
    return f"{series}-{window.stamp}{f'-again-{again}' if again else ''}.jsonl"
