"""Platforms on loopback, and short waits between tries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from oumi_assets.pulls import http
from pulls import langfuse_server, langsmith_server
from pulls.langfuse_server import LangfuseServer
from pulls.langsmith_server import LangSmithServer
from pulls.loopback import served
from pulls.traces import DAY_1, trace


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits long between tries."""
    monkeypatch.setattr(http, "FIRST_WAIT", 0.001)


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """The test's uploads folder."""
    return tmp_path / "uploads"


@pytest.fixture
def langsmith(monkeypatch: pytest.MonkeyPatch) -> Iterator[LangSmithServer]:
    """LangSmith on loopback, and the environment that names it."""
    server = LangSmithServer()
    with served(server):
        monkeypatch.setenv("LANGSMITH_API_KEY", langsmith_server.KEY)
        monkeypatch.setenv("LANGSMITH_ENDPOINT", server.url)
        yield server


@pytest.fixture
def langfuse(monkeypatch: pytest.MonkeyPatch) -> Iterator[LangfuseServer]:
    """Langfuse on loopback, and the environment that names it."""
    server = LangfuseServer()
    with served(server):
        monkeypatch.setenv("LANGFUSE_PUBLIC_KEY", langfuse_server.PUBLIC_KEY)
        monkeypatch.setenv("LANGFUSE_SECRET_KEY", langfuse_server.SECRET_KEY)
        monkeypatch.setenv("LANGFUSE_HOST", server.url)
        yield server


@pytest.fixture
def langsmith_project(langsmith: LangSmithServer, monkeypatch: pytest.MonkeyPatch) -> LangSmithServer:
    """A project with one trace on the first day."""
    monkeypatch.setenv("LANGSMITH_PROJECT", "support, billing")
    langsmith.load("support", trace("one", DAY_1 + timedelta(hours=1), DAY_1 + timedelta(hours=2)))
    langsmith.load("billing", trace("two", DAY_1 + timedelta(hours=1), DAY_1 + timedelta(hours=2)))
    return langsmith
