"""What users read when something is wrong: one class per failure under one root.

A message says what it was, where, and what to do; it never quotes a trace. Names of files are escaped here, and not by
whoever raises the error.
Rows and traces that are left out are not errors: they are drops (`core.drops`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from oumi_assets.core.characters import shown
from oumi_assets.core.program import program

PLATFORM_TITLES = {"langfuse": "Langfuse", "langsmith": "LangSmith"}

_RE_EXPORT = {
    "langfuse": "Re-export as JSONL: Langfuse's Tracing tab > Export > JSONL.",
    "langsmith": "Re-export with the LangSmith SDK: one run per line, json.dumps(run.model_dump(), default=str).",
    None: "Re-export as JSONL: Langfuse's Tracing tab > Export > JSONL, or for LangSmith one run per line with its SDK.",
}
_CHECK_CALLS = (
    "Check that you exported model calls (GENERATION, or llm runs), each on a line of its own, logged in a chat shape."
)
_CHECK_LINES = "None of its lines is a row of a trace: it may have been damaged on its way. Export it again."

_SHOWN_NAMES = 5
_SHOWN_CHARACTERS = 80
_COMPARED_NAMES = 10_000


def _closest(name: str, present: Sequence[str]) -> str:
    """Some of the names that are there, for whoever typed another: the most alike first, long ones cut, the rest counted."""
    cut = [other[:_SHOWN_CHARACTERS] + ("..." if len(other) > _SHOWN_CHARACTERS else "") for other in map(shown, present)]
    like = get_close_matches(name[:_SHOWN_CHARACTERS], cut[:_COMPARED_NAMES], _SHOWN_NAMES)
    first = [*like, *(other for other in cut[: 2 * _SHOWN_NAMES] if other not in like)][:_SHOWN_NAMES]
    more = f" and {len(cut) - len(first):,} more" if len(cut) > len(first) else ""
    return ", ".join(first) + more


class TraceImportError(Exception):
    """Root of every failure that is the file's, the settings' or the machine's, not a bug of ours."""


class TransientError(TraceImportError):
    """A fault that passes by itself: a dropped connection, a busy disk. Worth another try; says nothing of the file."""


class StorageTrouble(TraceImportError):
    """The fault of a place and not of a file: the same import may succeed once the place is well."""


class WorkerKilled(TransientError):
    """A process of ours ended in the middle of its work; the system does that when memory runs out."""

    def __init__(self) -> None:
        super().__init__(
            "A worker process was killed, probably for lack of memory. "
            "Run the import again when more is free; with OUMI_WORKERS=1 it needs less."
        )


class NotJsonl(TraceImportError):
    """The upload is not JSON Lines: an array, an object over many lines, CSV, binary, another name."""

    def __init__(self, looks_like: str, platform: str | None = None, remedy: str | None = None) -> None:
        """`remedy` is what helps sooner than a new export, where the rows may be fine and only their wrapping is not."""
        title = PLATFORM_TITLES.get(platform or "", "Trace")
        advice = _RE_EXPORT.get(platform, _RE_EXPORT[None])
        if remedy:
            advice = f"{remedy} Or {advice[0].lower()}{advice[1:]}"
        super().__init__(f"{title} import only supports .jsonl files: {looks_like}. {advice}")


class LangSmithDatasetExport(TraceImportError):
    """Rows of LangSmith's "Add to Dataset > Download JSONL": no trace ids, nothing to rebuild from."""

    def __init__(self) -> None:
        super().__init__(
            "This file looks like a LangSmith dataset export. Use the LangSmith API trace export, not the dataset export."
        )


class LangfuseTracesTable(TraceImportError):
    """Rows of Langfuse's Traces table: one trace a line, without its observations."""

    def __init__(self) -> None:
        super().__init__(
            "This file looks like an export of Langfuse's Traces table, which holds no model calls. "
            "Export the Tracing tab's observations as JSONL instead."
        )


class UnknownExport(TraceImportError):
    """JSON Lines, but no row carries either platform's signature fields."""

    def __init__(self, looks_like: str | None) -> None:
        guess = f" It looks like {looks_like}." if looks_like else ""
        super().__init__(
            "This file is not a trace export we know: none of its rows has Langfuse's fields (traceId, type) "
            "or LangSmith's (trace_id, run_type, and dotted_order or parent_run_id)."
            f"{guess} Export raw traces, or name the platform if you are sure of it."
        )


class MixedPlatforms(TraceImportError):
    """Rows of both platforms in one file."""

    def __init__(self, platform: str, other: str, line: int) -> None:
        super().__init__(
            f"This file holds rows of both platforms: a {PLATFORM_TITLES[platform]} export with a "
            f"{PLATFORM_TITLES[other]} row on line {line}. Each import takes one platform: "
            "split the file and run two imports."
        )


class PlatformMismatch(TraceImportError):
    """The declared platform while the rows are positively the other one's."""

    def __init__(self, declared: str, found: str) -> None:
        super().__init__(
            f"This file is a {PLATFORM_TITLES[found]} export, but {PLATFORM_TITLES[declared]} was declared. "
            f"Import it again with the source platform {found}, or leave it on auto."
        )


class EmptyFile(TraceImportError):
    """No bytes, or only blank lines."""

    def __init__(self) -> None:
        super().__init__("This file is empty: it has no rows. Check the export's filters and export it again.")


class FileTooLarge(TraceImportError):
    """Over the quota, inflated bytes counted for gzip."""

    def __init__(self, size: int, quota: int, *, at_least: bool = False) -> None:
        more = "more than " if at_least else ""
        super().__init__(
            f"File too large: {more}{size:,} bytes, the limit is {quota:,} bytes (OUMI_MAX_UPLOAD_BYTES). "
            "Split the export by date range, session or tag, and import the parts."
        )


class FileNotFound(TraceImportError):
    """The named upload does not exist; lists what is there instead."""

    def __init__(self, name: str, present: Sequence[str], where: str = "the uploads folder") -> None:
        there = f"It holds: {_closest(shown(name), present)}." if present else "It holds no files yet."
        super().__init__(f"File not found: {shown(name)} is not in {where}. {there}")


class FolderNotFound(FileNotFound):
    """Not even the folder of the named file exists."""

    def __init__(self, name: str, folder: str) -> None:
        TraceImportError.__init__(self, f"File not found: {shown(name)}. There is no folder {shown(folder)}.")


class UnsafePath(TraceImportError):
    """A link, a FIFO, a device, or a path outside the uploads folder."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"{shown(name)} cannot be imported: {why}. Name a regular file (in the UI: one below the uploads folder)."
        )


class UnreadableFile(UnsafePath):
    """The system does not let us read it."""

    def __init__(self, name: str) -> None:
        TraceImportError.__init__(
            self, f"{shown(name)} cannot be read: permission denied. Check who may read it and its folder."
        )


class FileChanged(TraceImportError):
    """The upload changed while it was read."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{shown(name)} changed while it was being read. Wait until it is written completely, then import it again; "
            "where the sensor watches, it does so by itself."
        )


class NoConvertibleConversations(TraceImportError):
    """Every trace was dropped; the reasons are counted."""

    def __init__(self, reasons: Mapping[str, int], *, traces: int) -> None:
        counted = ", ".join(f"{reason} {count:,}" for reason, count in reasons.items() if count) or "no traces"
        advice = _CHECK_CALLS if traces else _CHECK_LINES
        super().__init__(f"No convertible conversations found in the uploaded file: {counted}. {advice}")


class ImportExists(TraceImportError):
    """An import is written once: other content or settings need another partition."""

    def __init__(self, what: str) -> None:
        super().__init__(f"this import exists: choose a new partition ({what}).")


class NothingToImport(TraceImportError):
    """No file named, and nothing stored under this import."""

    def __init__(self, present: Sequence[str]) -> None:
        there = f" The uploads folder holds: {_closest('', present)}." if present else ""
        super().__init__(
            "Nothing to import: set `file` of raw_export to the name of a file below the uploads folder. In the UI that is "
            f"Config > Add config, with ops: {{raw_export: {{config: {{file: NAME}}}}}}.{there}"
        )


class BadImportKey(TraceImportError):
    """A partition key that Dagster or people could not handle safely."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"This partition name cannot be used: {why}. Choose letters, digits and hyphens, up to 200 characters."
        )


class BadSetting(TraceImportError):
    """A setting of the import form, of the command line or of the environment that cannot be used."""


class MissingImport(TraceImportError):
    """A stage was asked for an import whose former stage is not there (or not whole)."""

    def __init__(self, asset: str, key: str) -> None:
        super().__init__(f"{asset} of import {key} is not there. Materialize {asset} for this partition first.")


class OutdatedStage(TraceImportError):
    """A stage's table lacks what this version reads from it."""

    def __init__(self, asset: str, key: str) -> None:
        super().__init__(
            f"{asset} of import {key} was made by an earlier version. Materialize {asset} for this partition again, then "
            "the assets that follow it."
        )


class UnknownDataset(TraceImportError):
    """No dataset, or other `kind` of import, of that name."""

    def __init__(self, name: str, present: Sequence[str], kind: str = "dataset") -> None:
        there = f" There are: {_closest(name, present)}." if present else f" There are no {kind}s yet."
        super().__init__(f"No {kind} is called {name}.{there}")


class NoDatasetOfImport(TraceImportError):
    """The name is an import's that has no dataset."""

    def __init__(self, name: str, why: str | None) -> None:
        super().__init__(
            f"{name} has no dataset. {why or 'Its import failed, or is running.'} `{program()} datasets --failed` lists "
            f"such imports; `{program()} show IMPORT --dropped` shows what one left out."
        )


class AmbiguousDataset(TraceImportError):
    """Several datasets (or other `kind` of import) carry the name; their keys, here with the times, tell them apart."""

    def __init__(self, name: str, keys: Mapping[str, str], kind: str = "dataset") -> None:
        them = ", ".join(f"{key} ({when})" for key, when in keys.items())
        super().__init__(f"{len(keys)} {kind}s are called {name}. Name one by its key: {them}.")


class StateUnusable(TraceImportError):
    """Dagster cannot open its own state as its settings say: a database that is away, a library that is missing."""

    def __init__(self, settings: object, why: str) -> None:
        super().__init__(
            f"Dagster cannot open its state as {settings} says: {why}. "
            "Put that right (docs/postgresql.md has what PostgreSQL needs), or set DAGSTER_HOME to another folder."
        )
