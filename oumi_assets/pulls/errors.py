"""What users read when a pull fails: its first line says what to do. Never a key, a URL or a trace."""

from __future__ import annotations

from datetime import datetime

from oumi_assets.core.errors import BadSetting, TraceImportError
from oumi_assets.core.program import program


class PullError(TraceImportError):
    """Root of what can go wrong between us and a platform. Nothing was written into the uploads folder."""


class MissingSetting(BadSetting):
    """A key or a project that the environment does not name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not set. Set it where the pull runs (here, or for `{program()} dev`) and pull again.")


class BadWindow(BadSetting):
    """A window that is no window."""


class WindowNotSettled(PullError):
    """A day that is not over, or only just."""

    def __init__(self, day: str, when: datetime) -> None:
        super().__init__(f"Pull {day} again after {when.isoformat(timespec='minutes')}: its traces are still arriving.")


class KeyRefused(PullError):
    """401 or 403: a wrong key, or a key that has no access to the workspace."""

    def __init__(self, title: str, status: int, checks: str) -> None:
        super().__init__(f"Check {checks}: {title} refused access (status {status}).")


class UnknownProject(PullError):
    """The platform knows no project of that name for that key."""

    def __init__(self, title: str, project: str, checks: str) -> None:
        super().__init__(f"Check {checks}: {title} knows no project of exactly this name: {project}.")


class NothingToPull(PullError):
    """A window without a trace, asked for by hand."""

    def __init__(self, project: str, window: str, checks: str) -> None:
        super().__init__(f"No trace of project {project} started from {window}. Check {checks}, or another window.")


class QueryRefused(PullError):
    """400 or 422: usually the filter."""

    def __init__(self, title: str, status: int) -> None:
        super().__init__(f"Check --filter: {title} did not accept the query (status {status}).")


class PlatformUnreachable(PullError):
    """Still failing after every retry: overload, a server error, a cut connection."""

    def __init__(self, title: str, what: str, endpoint: str) -> None:
        super().__init__(
            f"Pull again later: {title} {what}, even after several tries. If it stays so, check {endpoint}. "
            "Nothing was written."
        )


class AnswerNotUnderstood(PullError):
    """An answer that is not what the API documents."""

    def __init__(self, title: str, endpoint: str) -> None:
        super().__init__(f"Check {endpoint}: the answer is not what {title}'s API documents. Nothing was written.")


class PullBusy(PullError):
    """Another pull of the same project has been running for too long."""

    def __init__(self, project: str) -> None:
        super().__init__(f"Pull again later: another pull of {project} is still running.")
