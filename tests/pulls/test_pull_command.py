"""`oumi-assets pull` as people and programs use it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from terminal import on_a_terminal

from oumi_assets.cli.pull import pull
from oumi_assets.core.errors import BadSetting
from pulls.langsmith_server import KEY, LangSmithServer
from pulls.traces import DAY_1, trace, visible

HOUR = timedelta(hours=1)
DAY = ("--start", "2026-11-20", "--end", "2026-11-21")


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(pull, ["langsmith", *arguments])


@pytest.fixture
def project(langsmith: LangSmithServer) -> LangSmithServer:
    """A project with one trace."""
    langsmith.load("support", trace("one", DAY_1 + HOUR, DAY_1 + 2 * HOUR))
    return langsmith


def reported(result: Result) -> list[dict[str, Any]]:
    """The JSON objects on stdout."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_pull_writes_into_the_uploads_folder_and_says_so(project: LangSmithServer, tmp_path: Path) -> None:
    """People must see how much came, and what happens next."""
    result = run("--project", "support", *DAY)
    (name,) = visible(tmp_path / "uploads")
    assert result.exit_code == 0
    assert f"2 runs of 1 traces, {(tmp_path / 'uploads' / name).stat().st_size:,} bytes in {name}" in result.stdout
    assert "--again" in run("--project", "support", *DAY).stdout


def test_a_project_is_shown_by_its_name_whatever_that_is(langsmith: LangSmithServer) -> None:
    """On a terminal a name like the end of a style ended the pull before it began."""
    langsmith.load("[/prod]", trace("one", DAY_1 + HOUR, DAY_1 + 2 * HOUR))
    done = on_a_terminal("pull", "langsmith", "--project", "[/prod]", *DAY)
    assert done.code == 0, done.text
    assert "LangSmith [/prod]: " in done.text
    assert "[/prod], 2026-11-20" in done.text


def test_programs_read_one_object_per_project(project: LangSmithServer) -> None:
    """Nothing else may be on stdout."""
    (found,) = reported(run("--project", "support", *DAY, "--json"))
    assert (found["runs"], found["traces"], found["unfinished"], found["error"]) == (2, 1, 0, None)
    (again,) = reported(run("--project", "support", *DAY, "--json"))
    assert (again["file"], again["pulled_before"]) == (found["file"], True)


def test_one_failing_project_does_not_keep_the_others_back(project: LangSmithServer, tmp_path: Path) -> None:
    """The exit status says that something failed, the objects what."""
    result = run("--project", "renamed", "--project", "support", *DAY, "--json")
    failed, done = reported(result)
    assert (result.exit_code, len(visible(tmp_path / "uploads"))) == (1, 1)
    assert "renamed" in failed["error"]
    assert done["error"] is None


def test_projects_come_from_the_environment_when_not_given(
    project: LangSmithServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same setting serves schedule and command line."""
    monkeypatch.setenv("LANGSMITH_PROJECT", "support")
    assert run(*DAY, "--json").exit_code == 0


def test_an_empty_window_names_what_to_check(project: LangSmithServer, tmp_path: Path) -> None:
    """Most empty pulls are a wrong key, workspace or project name."""
    result = run("--project", "support", "--start", "2026-11-01", "--end", "2026-11-02")
    assert (result.exit_code, visible(tmp_path / "uploads")) == (1, [])
    assert all(word in result.stderr for word in ("LANGSMITH_API_KEY", "workspace", "exact project name", "support"))


def test_what_is_missing_or_wrong_is_said(project: LangSmithServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a project, a key or a sensible window nothing is asked of the platform."""
    assert isinstance(run(*DAY).exception, BadSetting)
    wrong = run("--project", "support", "--start", "soon")
    assert (wrong.exit_code, "'soon' is not a time" in wrong.stderr) == (2, True)
    monkeypatch.delenv("LANGSMITH_API_KEY")
    assert "LANGSMITH_API_KEY is not set" in run("--project", "support", *DAY).stderr
    assert "LANGSMITH_API_KEY is not set" in str(run(*DAY).exception), "the key first, which is always wanted"
    assert project.log == []


@pytest.mark.parametrize(("platform", "missing"), [("langsmith", "LANGSMITH_API_KEY"), ("langfuse", "LANGFUSE_PUBLIC_KEY")])
def test_a_missing_key_is_told_without_a_project_that_nobody_named(platform: str, missing: str) -> None:
    """And to programs as an object."""
    assert str(CliRunner().invoke(pull, [platform, *DAY]).exception).startswith(f"{missing} is not set.")
    result = CliRunner().invoke(pull, [platform, *DAY, "--json"])
    (refused,) = reported(result)
    assert (result.exit_code, refused["platform"], refused["project"]) == (1, platform, None)
    assert refused["error"].startswith(f"{missing} is not set.")


def test_a_wrong_setting_is_an_object_for_programs(project: LangSmithServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was a line on stderr, whatever was asked for."""
    monkeypatch.setenv("OUMI_PULL_LAG_MINUTES", "ten")
    result = run("--project", "support", *DAY, "--json")
    (refused,) = reported(result)
    assert (result.exit_code, refused["project"]) == (1, None)
    assert refused["error"].startswith("OUMI_PULL_LAG_MINUTES must be a whole number of minutes")


def test_the_key_is_not_printed(project: LangSmithServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terminals are recorded; a masked key is part of one."""
    monkeypatch.setenv("LANGSMITH_ENDPOINT", "http://127.0.0.1:9")
    result = run("--project", "support", *DAY)
    assert result.exit_code == 1
    assert KEY[:5] not in result.output
    assert "LANGSMITH_ENDPOINT" in result.stderr
