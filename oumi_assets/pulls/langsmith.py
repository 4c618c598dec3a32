"""Pulling from LangSmith with its SDK, row for row what the documented export script writes.

The SDK's `list_runs` is deprecated (removal announced for after January 2027). Both it and the
newer runs query stand behind `_all_runs`, chosen by what the installed SDK offers.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, NoReturn

import requests
from langsmith import APIError, Client, DefaultHttpxClient, Langsmith
from langsmith.schemas import TracerSession
from langsmith.types import RunSelectField
from langsmith.utils import LangSmithError, LangSmithNotFoundError
from urllib3.util import Retry

from oumi_assets.pulls.client import Row
from oumi_assets.pulls.errors import AnswerNotUnderstood, UnknownProject
from oumi_assets.pulls.http import ATTEMPTS, PatientSession, refusal, unreachable
from oumi_assets.pulls.sources import LANGSMITH as SOURCE
from oumi_assets.pulls.window import Window

TITLE, CHECKS = SOURCE.title, SOURCE.checks
(KEY,), (ENDPOINT, WORKSPACE) = SOURCE.keys, SOURCE.settings

_CLOCK_SKEW = timedelta(hours=1)
"""A child run logged by another machine may seem to start before its root."""
_SELECTS: list[RunSelectField] = [
    *("ID", "TRACE_ID", "PARENT_RUN_IDS", "DOTTED_ORDER", "PROJECT_ID", "THREAD_ID", "REFERENCE_EXAMPLE_ID", "APP_PATH"),
    *("NAME", "RUN_TYPE", "STATUS", "START_TIME", "END_TIME", "FIRST_TOKEN_TIME", "ERROR", "TAGS"),
    *("INPUTS", "OUTPUTS", "EXTRA", "METADATA", "EVENTS", "ATTACHMENTS", "FEEDBACK_STATS"),
    *("TOTAL_TOKENS", "PROMPT_TOKENS", "COMPLETION_TOKENS", "TOTAL_COST", "PROMPT_COST", "COMPLETION_COST"),
]


class LangSmithProject:
    """One tracing project, found by its exact name when the first row is asked for."""

    def __init__(self, settings: Mapping[str, str], project: str) -> None:
        self._name = project
        self._settings = settings

    @cached_property
    def _client(self) -> Client:
        """Made with the first request, so that what the SDK thinks of the settings is an error of ours, too."""
        # Our session retries more than the SDK would, so the SDK's own retries are off.
        return Client(
            api_url=self._settings.get(ENDPOINT),
            api_key=self._settings[KEY],
            workspace_id=self._settings.get(WORKSPACE),
            session=PatientSession(),
            retry_config=Retry(0),
            auto_batch_tracing=False,
        )

    def window_rows(self, window: Window, filter: str | None) -> Iterator[Row]:
        """Runs of every trace whose root started in the window; run times are left open to the right."""
        bounds = [f'gte(start_time, "{_text(window.start)}")', f'lt(start_time, "{_text(window.end)}")']
        of_root = f"and({', '.join(bounds + ([filter] if filter else []))})"
        return self._rows({"trace_filter": of_root}, window.start)

    def trace_rows(self, trace: str, started: datetime) -> Iterator[Row]:
        """Runs of one trace."""
        return self._rows({"trace_id": trace}, started)

    def _rows(self, query: dict[str, str], since: datetime) -> Iterator[Row]:
        try:
            with _no_urls_in_logs():
                for run in self._all_runs(query, since - _CLOCK_SKEW):
                    yield _row(run)
        except (LangSmithError, APIError, requests.RequestException, ValueError, RecursionError) as error:
            _raise_ours(error)

    def _all_runs(self, query: dict[str, str], since: datetime) -> Iterator[Any]:
        project = str(self._project.id)
        if hasattr(self._client, "list_runs"):
            with warnings.catch_warnings():
                # The warning is raised by the call, not by the iteration.
                warnings.filterwarnings("ignore", message=r"list_runs\(\)", category=DeprecationWarning)
                runs: Iterator[Any] = self._client.list_runs(project_id=project, start_time=since, **query)
                return runs
        return iter(self._queries().runs.query_v2(project_ids=[project], min_start_time=since, selects=_SELECTS, **query))  # type: ignore[arg-type]

    def _queries(self) -> Langsmith:
        """The SDK's newer client. Its default window is one day, so the start is always given."""
        url = self._client.api_url.rstrip("/")
        for suffix in ("/api/v1", "/api"):
            url = url.removesuffix(suffix)
        # A redirect is not followed: to another server, the key would go along.
        return Langsmith(
            api_key=self._settings[KEY],
            tenant_id=self._settings.get(WORKSPACE),
            base_url=url,
            max_retries=ATTEMPTS - 1,
            http_client=DefaultHttpxClient(follow_redirects=False),
        )

    @cached_property
    def _project(self) -> TracerSession:
        try:
            found: TracerSession = self._client.read_project(project_name=self._name)
        except LangSmithNotFoundError:
            raise UnknownProject(TITLE, self._name, CHECKS) from None
        return found


def _row(run: Any) -> Row:
    fields = run.model_dump()
    started = fields["start_time"]
    if started.tzinfo is None:
        started = started.replace(tzinfo=UTC)
    line = json.dumps(fields, default=str).encode()
    trace = str(fields["trace_id"])
    return Row(trace, started, fields["end_time"] is not None, str(fields["id"]) == trace, line)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _raise_ours(error: Exception) -> NoReturn:
    """The SDK's texts carry parts of the key, URLs and bodies: nothing of them is kept."""
    status = _status(error)
    if status is not None:
        raise refusal(status, TITLE, CHECKS, ENDPOINT) from None
    if isinstance(error, ValueError | RecursionError):
        raise AnswerNotUnderstood(TITLE, ENDPOINT) from None
    raise unreachable(TITLE, ENDPOINT) from None


def _status(error: BaseException | None) -> int | None:
    """The HTTP status behind an error of either client: the SDK keeps it on what it was raised from."""
    while error is not None:
        answer = getattr(error, "response", None)
        if answer is not None:
            return int(answer.status_code)
        error = error.__cause__ or error.__context__
    return None


@contextmanager
def _no_urls_in_logs() -> Iterator[None]:
    """The SDK downloads attachments, and logs a failure with its presigned URL."""
    logger = logging.getLogger("langsmith.client")

    def without_urls(record: logging.LogRecord) -> bool:
        return "attachment" not in str(record.msg)

    logger.addFilter(without_urls)
    try:
        yield
    finally:
        logger.removeFilter(without_urls)
