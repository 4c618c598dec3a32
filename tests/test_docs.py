"""Commands in the documentation work as they are written."""

from __future__ import annotations

import os
import pkgutil
import re
import shlex
import shutil
import signal
import subprocess
import tomllib
from pathlib import Path

import click
import pytest
from real_platform import answers, free_port, until

from oumi_assets import __version__
from oumi_assets.cli import commands as commands_of_cli
from oumi_assets.settings import PROJECT_ROOT
from oumi_assets.shapes import SHAPES

README = PROJECT_ROOT / "README.md"
TRACE_SHAPES = PROJECT_ROOT / "docs" / "trace-shapes.md"
LINKED = ("samples", ".venv", "Makefile", "requirements.txt", "pyproject.toml")


def commands(page: Path) -> list[str]:
    """The lines of all `sh` blocks of a page; `text` blocks are not run."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line and not line.startswith("#")]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks like a fresh checkout, with uploads and storage of its own."""
    folder = tmp_path / "checkout"
    (folder / "uploads" / "by-hand").mkdir(parents=True)
    for name in LINKED:
        (folder / name).symlink_to(PROJECT_ROOT / name)
    shutil.rmtree(tmp_path / "uploads")
    (tmp_path / "uploads").symlink_to(folder / "uploads")
    return folder


def _environment(checkout: Path) -> dict[str, str]:
    return {**os.environ, "OUMI_UPLOADS": str(checkout / "uploads")}


def test_every_command_of_the_readme_works(checkout: Path) -> None:
    """A reader copies them one after the other."""
    lines = commands(README)
    printed = {}
    assert len(lines) > 5
    for line in lines:
        if line != "make dev":
            done = subprocess.run(
                line,
                shell=True,
                cwd=checkout,
                env=_environment(checkout),
                capture_output=True,
                text=True,
                timeout=180,
                check=False,
            )
            assert done.returncode == 0, (line, done.stdout, done.stderr)
            printed[line] = done.stdout
    shown = re.findall(r"^```text\n(conversation: .*?)^```", README.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert [text in printed[".venv/bin/oumi-assets show langsmith"] for text in shown] == [True]


def test_make_dev_starts_the_platform_and_says_what_to_do_next(checkout: Path) -> None:
    """The first minute of a new user: a URL, a folder, a sample."""
    assert "make dev" in commands(README)
    port = free_port()
    process = subprocess.Popen(
        ["make", "dev", f"PORT={port}"],
        cwd=checkout,
        env=_environment(checkout),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        said = "".join(next(process.stderr) for _ in range(8))
        assert f"http://127.0.0.1:{port}" in said
        assert all(f"samples/{platform}.jsonl" in said for platform in ("langfuse", "langsmith"))
        assert "uploads" in said
        until(lambda: answers(f"http://127.0.0.1:{port}/server_info"))
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def test_every_documented_use_of_the_command_line_is_understood() -> None:
    """Pages on pulls and buckets cannot be run without servers of one's own; their commands are parsed all the same."""
    pages = [*PROJECT_ROOT.glob("*.md"), *PROJECT_ROOT.glob("docs/*.md")]
    lines = [line for page in pages for line in page.read_text().splitlines() if line.startswith("oumi-assets ")]
    assert len(lines) >= 6
    for line in lines:
        _, *arguments = shlex.split(line, comments=True)
        command: click.Command = commands_of_cli
        while isinstance(command, click.Group):
            command = command.commands[arguments.pop(0)]
        with command.make_context(command.name, arguments) as context:
            assert context.params


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    """A dead link is a promise broken."""
    pages = [*PROJECT_ROOT.glob("*.md"), *PROJECT_ROOT.glob("docs/**/*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), (page.name, target)


def test_every_rule_that_code_names_by_number_can_be_looked_up() -> None:
    """A number without its rule tells a newcomer nothing."""
    rules = set(re.findall(r"^### Rule (\d+): ", TRACE_SHAPES.read_text(), re.MULTILINE))
    numbered = re.compile(r"[Rr]ules?[ _](\d+(?:(?:, and | and |, | to |-)\d+)*)")
    named = [
        (number, path.name)
        for folder in ("oumi_assets", "tests")
        for path in sorted((PROJECT_ROOT / folder).rglob("*.py"))
        for numbers in numbered.findall(f"{path.name}\n{path.read_text()}")
        for number in re.findall(r"\d+", numbers)
    ]
    assert len(named) > 20
    assert [(number, name) for number, name in named if number not in rules] == []


def test_every_module_that_a_page_names_exists() -> None:
    """What a page says is checked where it is implemented, so the way there must not lead nowhere."""
    pages = [*PROJECT_ROOT.glob("*.md"), *PROJECT_ROOT.glob("docs/**/*.md")]
    named = {(page.name, path) for page in pages for path in re.findall(r"`([\w/]+\.py)`", page.read_text())}
    assert len(named) > 40
    places = (PROJECT_ROOT, PROJECT_ROOT / "oumi_assets")
    assert [(page, path) for page, path in sorted(named) if not any((place / path).is_file() for place in places)] == []


def test_the_way_through_the_code_leads_through_functions_that_are_there() -> None:
    """It is what a newcomer reads first."""
    section = (PROJECT_ROOT / "CONTEXT.md").read_text().partition("## One trace through the code")[2]
    named = re.findall(r"`([a-z_.]+\.\w+)`", section)
    assert len(named) > 15
    assert [name for name in named if pkgutil.resolve_name(f"oumi_assets.{name}") is None] == []


def test_the_table_of_writers_is_in_the_order_in_which_shapes_are_asked() -> None:
    """Whoever adds a shape looks there for what stands before it."""
    rows = [line.split("|")[-2] for line in TRACE_SHAPES.read_text().splitlines() if line.startswith("| ")]
    first_row = {name: number for number, row in reversed([*enumerate(rows)]) for name in re.findall(r"shapes/(\w+)", row)}
    places = [first_row[shape.name] for shape in SHAPES]
    assert places == sorted(places)


def test_the_version_is_the_same_wherever_it_is_written() -> None:
    """`--version` says one of them, a package index another, and the changelog what is in it."""
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]
    newest = re.search(r"^## (\S+)", (PROJECT_ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert project["version"] == __version__ == newest[1]
