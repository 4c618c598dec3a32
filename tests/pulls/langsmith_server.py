"""LangSmith on loopback: projects, the runs query and the newer runs query, as far as a pull asks for them."""

from __future__ import annotations

import re
import uuid
from typing import Any

from pulls.loopback import Asked, Platform, Refusal, moment

KEY = "lsv2_pt_0123456789abcdef_secret"
WORKSPACE = "11111111-2222-4333-8444-555555555555"
_CONDITION = re.compile(r'(gte|lt|eq)\((\w+), "([^"]*)"\)')


class LangSmithServer(Platform):
    """Serves rows of exports. `v1` answers `/runs/query`; both it and the newer query page by cursor."""

    def __init__(self, page_size: int = 100) -> None:
        super().__init__()
        self.page_size = page_size
        self.projects: dict[str, str] = {}
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def load(self, project: str, rows: list[dict[str, Any]]) -> None:
        """Add rows to a project, new ones replacing old ones of their id."""
        of = self.projects.setdefault(project, str(uuid.uuid5(uuid.NAMESPACE_DNS, project)))
        known = {row["id"]: row for row in self.rows.get(of, [])}
        known.update({row["id"]: {**row, "session_id": of} for row in rows})
        self.rows[of] = sorted(known.values(), key=lambda row: (moment(row["start_time"]), row["id"]), reverse=True)

    def answer(self, asked: Asked, headers: Any) -> Any:
        if headers.get("x-api-key") != KEY:
            raise Refusal(401, {"detail": "Invalid token"})
        if headers.get("X-Tenant-Id") not in (None, WORKSPACE):
            raise Refusal(403, {"error": "Forbidden"})
        if asked.path.endswith("/sessions"):
            name = asked.query["name"]
            return [_session(self.projects[name], name)] if name in self.projects else []
        if asked.path == "/runs/query":
            return self._v1(asked.body)
        if asked.path == "/api/v2/runs/query":
            return self._v2(asked.body)
        raise Refusal(404)

    def _v1(self, body: dict[str, Any]) -> Any:
        rows, after = self._page(body["session"], body, body.get("start_time"), body.get("trace"))
        selected = [{key: value for key, value in row.items() if key not in _SDK_OWN} for row in rows]
        return {"runs": selected, "cursors": {"next": after}}

    def _v2(self, body: dict[str, Any]) -> Any:
        rows, after = self._page(body["project_ids"], body, body.get("min_start_time"), body.get("trace_id"))
        selects = {select.lower() for select in body.get("selects", ["ID"])}
        return {"items": [{k: v for k, v in _v2_row(row).items() if k in selects} for row in rows], "next_cursor": after}

    def _page(self, projects: list[str], body: Any, since: str | None, trace: str | None) -> tuple[list[Any], str | None]:
        rows = [row for project in projects for row in self.rows.get(project, [])]
        roots = {row["trace_id"]: row for row in rows if row["parent_run_id"] is None}
        kept = [
            row
            for row in rows
            if (since is None or moment(row["start_time"]) >= moment(since))
            and (trace is None or row["trace_id"] == trace)
            and _matches(body.get("trace_filter"), roots.get(row["trace_id"]))
        ]
        begin = int(body.get("cursor") or 0)
        end = begin + self.page_size
        return kept[begin:end], str(end) if end < len(kept) else None


_SDK_OWN = ("attachments", "child_runs")


def _session(identity: str, name: str) -> dict[str, Any]:
    return {
        "id": identity,
        "name": name,
        "start_time": "2026-01-01T00:00:00",
        "tenant_id": WORKSPACE,
        "reference_dataset_id": None,
    }


def _matches(filter: str | None, root: dict[str, Any] | None) -> bool:
    if filter is None:
        return True
    if not filter.startswith("and(") or filter.count("(") != filter.count(")"):
        raise Refusal(400, {"detail": "Invalid filter"})
    return root is not None and all(_holds(root, *condition) for condition in _CONDITION.findall(filter))


def _holds(root: dict[str, Any], operator: str, field: str, value: str) -> bool:
    if operator == "eq":
        return bool(root[field] == value)
    start = moment(root[field])
    return start >= moment(value) if operator == "gte" else start < moment(value)


def _v2_row(row: dict[str, Any]) -> dict[str, Any]:
    """The newer API's names and spellings."""
    metadata = (row.get("extra") or {}).get("metadata") or {}
    ancestors = [segment[-36:] for segment in (row.get("dotted_order") or "").split(".")][:-1]
    return {
        **{key: value for key, value in row.items() if key not in ("parent_run_id", "session_id", *_SDK_OWN)},
        "run_type": row["run_type"].upper(),
        "status": (row.get("status") or "success").upper(),
        "project_id": row["session_id"],
        "parent_run_ids": ancestors,
        "metadata": metadata,
        "thread_id": metadata.get("thread_id"),
    }
