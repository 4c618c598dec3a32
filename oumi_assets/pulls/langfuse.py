"""Pulling from Langfuse's public API: `GET /api/public/v2/observations`, cursor pages, basic auth.

Source of parameters and fields: Langfuse's OpenAPI description, and the client generated from it
in the `langfuse` package (not used here: it would bring the whole OpenTelemetry SDK for one call).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import requests
from requests.auth import HTTPBasicAuth

from oumi_assets.core.json_text import scrub_text
from oumi_assets.pulls.client import Row
from oumi_assets.pulls.errors import AnswerNotUnderstood, QueryRefused, UnknownProject
from oumi_assets.pulls.http import PatientSession, refusal, unreachable
from oumi_assets.pulls.sources import LANGFUSE as SOURCE
from oumi_assets.pulls.window import Window

TITLE, CHECKS = SOURCE.title, SOURCE.checks
(PUBLIC_KEY, SECRET_KEY), (HOST,) = SOURCE.keys, SOURCE.settings

_CLOUD = "https://cloud.langfuse.com"
_FIELDS = "core,basic,io,metadata,model,usage,prompt,trace_context"
_PAGE, _PAGE_WITHOUT_PAYLOADS = 100, 1000
_REACH = timedelta(hours=24)
"""How far around a window the other observations of its traces are looked for."""
_TRUNCATED = 200
"""Metadata values are cut at this many characters unless their keys are named."""
_MAX_KEYS_TEXT = 4000
_TIMEOUT = (10, 120)


class _Starts(NamedTuple):
    """When a trace's first and its last observation started."""

    first: datetime
    last: datetime


class LangfuseProject:
    """The project that the key pair belongs to."""

    def __init__(self, settings: Mapping[str, str], project: str) -> None:
        self._base = (settings.get(HOST) or _CLOUD).rstrip("/")
        self._session = PatientSession()
        # As bytes: of a text, `requests` takes Latin letters alone, and a quotation mark that was copied along is none.
        self._session.auth = HTTPBasicAuth(settings[PUBLIC_KEY].encode(), settings[SECRET_KEY].encode())
        self._project = project

    def window_rows(self, window: Window, filter: str | None) -> Iterator[Row]:
        """Observations of every trace whose first one started in the window.

        The API filters observations, not traces: one look at ids and times around the window tells
        which traces are its own, and which of them go on after its end.
        """
        self._check_project()
        starts = self._starts(window)
        members = {trace for trace, found in starts.items() if window.start <= found.first < window.end}
        if filter is not None:
            members &= self._matching(window, filter)
        for row in self._observations(window.start, window.end):
            if _trace(row) in members:
                yield _row(row)
        for trace in sorted(members):
            if starts[trace].last >= window.end:
                yield from (_row(row) for row in self._observations(window.end, None, trace))

    def trace_rows(self, trace: str, started: datetime) -> Iterator[Row]:
        """Observations of one trace."""
        return (_row(row) for row in self._observations(started - _REACH, None, trace))

    def _starts(self, window: Window) -> dict[str, _Starts]:
        starts: dict[str, _Starts] = {}
        query = _between(window.start - _REACH, window.end + _REACH)
        for row in self._pages(query | {"fields": "core", "limit": str(_PAGE_WITHOUT_PAYLOADS)}):
            started = _started(row)
            known = starts.get(_trace(row), _Starts(started, started))
            starts[_trace(row)] = _Starts(min(started, known.first), max(started, known.last))
        return starts

    def _matching(self, window: Window, filter: str) -> set[str]:
        """Traces with an observation that matches; a filter replaces the API's other conditions, so times go into it."""
        times = [
            {"type": "datetime", "column": "startTime", "operator": operator, "value": _text(moment)}
            for operator, moment in ((">=", window.start), ("<", window.end))
        ]
        query = {"filter": json.dumps(_conditions(filter) + times), "fields": "core", "limit": str(_PAGE_WITHOUT_PAYLOADS)}
        return {_trace(row) for row in self._pages(query)}

    def _observations(self, since: datetime, until: datetime | None, trace: str | None = None) -> Iterator[dict[str, Any]]:
        query = _between(since, until) | {"fields": _FIELDS, "limit": str(_PAGE)}
        return self._pages(query | ({"traceId": trace} if trace is not None else {}))

    def _pages(self, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            asked = query | ({"cursor": cursor} if cursor else {})
            page = self._get("/api/public/v2/observations", asked)
            rows = _listed(page)
            self._expand_metadata(asked, rows)
            yield from rows
            former, cursor = cursor, _cursor(page)
            if not cursor:
                return
            if cursor == former:
                raise AnswerNotUnderstood(TITLE, HOST)

    def _expand_metadata(self, asked: dict[str, str], rows: list[dict[str, Any]]) -> None:
        """Ask for a page again, naming the metadata keys whose values look cut."""
        keys = {key for row in rows for key, value in _metadata(row).items() if _looks_cut(value)}
        by_id = {row["id"]: row for row in rows}
        for named in _in_batches(sorted(keys)):
            page = self._get("/api/public/v2/observations", asked | {"expandMetadata": ",".join(named)})
            for whole in _listed(page):
                mine = by_id.get(whole["id"])
                if mine is not None and _metadata(mine):
                    mine["metadata"] |= {key: value for key, value in _metadata(whole).items() if key in named}

    def _check_project(self) -> None:
        """A named project must be the key's own; servers that do not tell are believed."""
        if self._project == SOURCE.own_project:
            return
        found = self._get("/api/public/projects", {}, optional=True)
        if found and not any(self._project in (one.get("name"), one.get("id")) for one in _listed(found)):
            raise UnknownProject(TITLE, self._project, CHECKS)

    def _get(self, path: str, query: dict[str, str], *, optional: bool = False) -> dict[str, Any]:
        try:
            answer = self._session.get(self._base + path, params=query, timeout=_TIMEOUT)
        except requests.RequestException:
            raise unreachable(TITLE, HOST) from None
        if optional and answer.status_code == 404:
            return {}
        if answer.status_code != 200:
            raise refusal(answer.status_code, TITLE, CHECKS, HOST)
        try:
            value = answer.json()
        except (ValueError, RecursionError):
            raise AnswerNotUnderstood(TITLE, HOST) from None
        if not isinstance(value, dict):
            raise AnswerNotUnderstood(TITLE, HOST)
        return value


def _conditions(filter: str) -> list[Any]:
    try:
        conditions = json.loads(filter)
    except ValueError:
        conditions = None
    if not isinstance(conditions, list):
        raise QueryRefused(TITLE, 400)
    return conditions


def _listed(page: dict[str, Any]) -> list[dict[str, Any]]:
    """The observations or projects of an answer, each with its id."""
    rows = page.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("id"), str) for row in rows):
        raise AnswerNotUnderstood(TITLE, HOST)
    return rows


def _cursor(page: dict[str, Any]) -> str | None:
    """Where the next page begins, None behind the last one."""
    meta = page.get("meta") or {}
    cursor = meta.get("cursor") if isinstance(meta, dict) else meta
    if cursor and not isinstance(cursor, str):
        raise AnswerNotUnderstood(TITLE, HOST)
    return cursor or None


def _row(fields: dict[str, Any]) -> Row:
    # An event is a point in time: it never ends, and is never unfinished.
    finished = bool(fields.get("endTime")) or fields.get("type") == "EVENT"
    root = bool(fields.get("isRootObservation")) or not fields.get("parentObservationId")
    return Row(_trace(fields), _started(fields), finished, root, json.dumps(fields).encode())


def _trace(fields: dict[str, Any]) -> str:
    """The trace's id as it can be asked for; an observation that names none is a trace by itself."""
    return scrub_text(str(fields.get("traceId") or fields["id"]))


def _started(fields: dict[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(str(fields["startTime"]))
    except (KeyError, ValueError):
        raise AnswerNotUnderstood(TITLE, HOST) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _between(since: datetime, until: datetime | None) -> dict[str, str]:
    return {"fromStartTime": _text(since)} | ({"toStartTime": _text(until)} if until else {})


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _metadata(row: dict[str, Any]) -> dict[str, Any]:
    """A row's metadata by key; what was logged as a text or a list has none."""
    found = row.get("metadata")
    return found if isinstance(found, dict) else {}


def _looks_cut(value: object) -> bool:
    return isinstance(value, str) and len(value) >= _TRUNCATED


def _in_batches(keys: list[str]) -> Iterator[list[str]]:
    """Lists of keys that fit into a URL each.

    A key with a comma is left out, since the API could not tell it from two; and one that is no text, which no URL holds.
    """
    batch: list[str] = []
    for key in keys:
        if "," in key or scrub_text(key) != key:
            continue
        if batch and sum(map(len, batch)) + len(key) > _MAX_KEYS_TEXT:
            yield batch
            batch = []
        batch.append(key)
    if batch:
        yield batch
