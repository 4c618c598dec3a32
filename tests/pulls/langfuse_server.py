"""Langfuse on loopback: `GET /api/public/v2/observations` and the key's project, as documented."""

from __future__ import annotations

import base64
import json
from typing import Any

from pulls.loopback import Asked, Platform, Refusal, moment

PUBLIC_KEY, SECRET_KEY = "pk-lf-0123", "sk-lf-4567-secret"
PROJECT = "support-bot"
_GROUPS = {
    "basic": "name level statusMessage version environment userId sessionId isRootObservation",
    "io": "input output",
    "metadata": "metadata",
    "model": "model modelParameters internalModelId",
    "usage": "usageDetails costDetails totalCost",
    "prompt": "promptId promptName promptVersion",
    "trace_context": "tags release traceName",
}
_CORE = ("id", "traceId", "startTime", "endTime", "projectId", "parentObservationId", "type")


class LangfuseServer(Platform):
    """Serves rows of exports of the current Tracing table."""

    def __init__(self, page_size: int = 1000) -> None:
        super().__init__()
        self.page_size = page_size
        self.rows: list[dict[str, Any]] = []

    def load(self, rows: list[dict[str, Any]]) -> None:
        """Add rows, new ones replacing old ones of their id."""
        known = {row["id"]: row for row in self.rows} | {row["id"]: _api_row(row) for row in rows}
        self.rows = sorted(known.values(), key=lambda row: (row["startTime"], row["id"]), reverse=True)

    def answer(self, asked: Asked, headers: Any) -> Any:
        keys = base64.b64encode(f"{PUBLIC_KEY}:{SECRET_KEY}".encode()).decode()
        if headers.get("Authorization") != f"Basic {keys}":
            raise Refusal(401, {"message": "Invalid credentials"})
        if asked.path == "/api/public/projects":
            return {"data": [{"id": "project-id", "name": PROJECT}]}
        if asked.path == "/api/public/v2/observations":
            return self._observations(asked.query)
        raise Refusal(404)

    def _observations(self, query: dict[str, str]) -> Any:
        limit = min(int(query.get("limit", "50")), self.page_size)
        if int(query.get("limit", "50")) > 1000:
            raise Refusal(400)
        kept = [row for row in self.rows if _kept(row, query)]
        begin = int(base64.b64decode(query["cursor"])) if "cursor" in query else 0
        page = [_selected(row, query) for row in kept[begin : begin + limit]]
        after = base64.b64encode(str(begin + limit).encode()).decode()
        return {"data": page, "meta": {"cursor": after} if begin + limit < len(kept) else {}}


def _api_row(row: dict[str, Any]) -> dict[str, Any]:
    """An export's row as the API returns it: ISO times, absent as null, the model under its API name."""
    api = {key: (None if value == "" and key not in ("input", "output") else value) for key, value in row.items()}
    for key in ("startTime", "endTime"):
        api[key] = moment(api[key]).isoformat().replace("+00:00", "Z") if api.get(key) else None
    return {**api, "projectId": "project-id", "model": row.get("providedModelName")}


def _kept(row: dict[str, Any], query: dict[str, str]) -> bool:
    """A `filter` takes precedence over the other conditions."""
    if "filter" in query:
        return all(_holds(row, condition) for condition in json.loads(query["filter"]))
    start = moment(row["startTime"])
    return (
        ("fromStartTime" not in query or start >= moment(query["fromStartTime"]))
        and ("toStartTime" not in query or start < moment(query["toStartTime"]))
        and query.get("traceId") in (None, row["traceId"])
    )


def _holds(row: dict[str, Any], condition: dict[str, Any]) -> bool:
    if condition["type"] == "datetime":
        start, value = moment(row[condition["column"]]), moment(condition["value"])
        return start >= value if condition["operator"] == ">=" else start < value
    return bool(row.get(condition["column"]) == condition["value"])


def _selected(row: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    groups = query.get("fields", "core,basic").split(",")
    keys = [*_CORE, *(key for group in groups for key in _GROUPS.get(group, "").split())]
    found = {key: row.get(key) for key in keys}
    if isinstance(found.get("metadata"), dict):
        whole = query.get("expandMetadata", "").split(",")
        found["metadata"] = {
            key: value if key in whole or not isinstance(value, str) else value[:200]
            for key, value in found["metadata"].items()
        }
    return found
