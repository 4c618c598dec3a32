"""What a platform, or whoever is in its place, may answer: no key goes on to another server, every error is one of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import langsmith as sdk
import pytest

from oumi_assets.core.errors import TraceImportError
from oumi_assets.pulls.errors import AnswerNotUnderstood, KeyRefused
from pulls.langfuse_server import SECRET_KEY, LangfuseServer
from pulls.langsmith_server import KEY, LangSmithServer
from pulls.loopback import Asked, Fault, Platform, Refusal, served
from pulls.traces import DAY_1, DAY_2, FIRST, observation, pulled, rows_of, visible

DEEP = "[" * 100_000 + "]" * 100_000
LONE = "\ud800"


class _Stranger(Platform):
    """A server that nobody gave a key to, and what it is told nevertheless."""

    def __init__(self) -> None:
        super().__init__()
        self.told = ""

    def answer(self, asked: Asked, headers: Any) -> Any:
        self.told += str(headers)
        raise Refusal(401)


@pytest.fixture
def stranger() -> Iterator[_Stranger]:
    server = _Stranger()
    with served(server):
        server.url = server.url.replace("127.0.0.1", "localhost")
        yield server


def _sends_away(server: Platform, stranger: _Stranger, path: str) -> None:
    where = (("Location", f"{stranger.url}/api/v2/runs/query"),)
    server.faults = [Fault(path, status=307, headers=where, times=100)]


def test_a_redirect_to_another_server_takes_no_langsmith_key_along(
    langsmith: LangSmithServer, stranger: _Stranger, uploads: Path
) -> None:
    """Its key is in a header of its own, which HTTP libraries do not know to be secret."""
    _sends_away(langsmith, stranger, "/sessions")
    with pytest.raises(TraceImportError):
        pulled("langsmith", "p", FIRST, uploads)
    assert stranger.told
    assert KEY not in stranger.told


def test_nor_does_one_of_the_sdk_s_newer_client(
    langsmith: LangSmithServer, stranger: _Stranger, uploads: Path, without_list_runs: None
) -> None:
    """It brings an HTTP library of its own."""
    langsmith.load("p", [])
    _sends_away(langsmith, stranger, "/runs/query")
    with pytest.raises(AnswerNotUnderstood, match="LANGSMITH_ENDPOINT"):
        pulled("langsmith", "p", FIRST, uploads)
    assert KEY not in stranger.told


@pytest.fixture
def without_list_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """An SDK from which it was removed."""
    monkeypatch.delattr(sdk.Client, "list_runs")


def test_a_redirect_on_the_same_server_is_followed_with_the_key(langsmith: LangSmithServer, uploads: Path) -> None:
    """Servers move their addresses."""
    langsmith.load("p", [])
    where = (("Location", f"{langsmith.url}/api/v1/sessions?name=p"),)
    langsmith.faults = [Fault("/sessions", status=307, headers=where)]
    assert pulled("langsmith", "p", FIRST, uploads).record.rows == 0


def test_a_redirect_to_another_server_takes_no_langfuse_key_along(
    langfuse: LangfuseServer, stranger: _Stranger, uploads: Path
) -> None:
    """Whatever is asked of it goes in the header that HTTP has for this."""
    _sends_away(langfuse, stranger, "observations")
    with pytest.raises(TraceImportError):
        pulled("langfuse", "default", FIRST, uploads)
    assert stranger.told
    assert "Authorization" not in stranger.told
    assert SECRET_KEY not in stranger.told


def test_an_answer_nested_too_deep_is_one_clear_error(
    langfuse: LangfuseServer, langsmith: LangSmithServer, uploads: Path
) -> None:
    """Whoever logs a trace chooses how deep its metadata are."""
    langfuse.faults = [Fault("observations", status=200, page=DEEP)]
    langsmith.faults = [Fault("/sessions", status=200, page=DEEP)]
    for platform in ("langfuse", "langsmith"):
        with pytest.raises(AnswerNotUnderstood):
            pulled(platform, "default", FIRST, uploads)
    assert visible(uploads) == []


def test_ids_and_keys_that_no_address_can_hold_do_not_end_a_pull(langfuse: LangfuseServer, uploads: Path) -> None:
    """One trace must not keep the others of its day back."""
    odd = observation(LONE, "1", DAY_1, DAY_2, metadata={LONE: "x" * 300, "long": "y" * 300})
    langfuse.load([odd, observation("t", "2", DAY_1, DAY_2)])
    rows = rows_of(uploads, pulled("langfuse", "default", FIRST, uploads))
    assert {row["id"] for row in rows} == {odd["id"], "t-2"}


@pytest.mark.parametrize("name", ["LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"])
def test_a_key_with_a_character_that_none_has_is_refused_and_not_told(
    name: str, langfuse: LangfuseServer, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys are copied from pages that make quotation marks of their own."""
    monkeypatch.setenv(name, "\u201csk-lf-4567\u201d")
    with pytest.raises(KeyRefused, match="LANGFUSE_SECRET_KEY") as raised:
        pulled("langfuse", "default", FIRST, uploads)
    assert "4567" not in str(raised.value)
