"""`oumi-assets import`: what people and programs read from it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from paths import FIXTURES
from terminal import on_a_terminal

GOOD = FIXTURES / "langfuse" / "v5_openai_incremental_plain.jsonl"
TOOLS = FIXTURES / "langsmith" / "wrap_openai_tools_agent.jsonl"
CSV = FIXTURES / "bad" / "langfuse_csv_named.jsonl"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command line as people run it, in a process of its own."""
    command = [sys.executable, "-m", "oumi_assets", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


def test_json_output_is_one_object_a_file_with_the_agreed_fields() -> None:
    """Programs read it: the fields are a contract."""
    done = run("import", "--json", GOOD, TOOLS)
    assert done.returncode == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert list(first) == [
        "source", "import", "dataset", "source_platform", "conversations_path", "dataset_path", "counts", "drops", "error",
    ]  # fmt: skip
    assert first["source"] == str(GOOD)
    assert first["source_platform"] == "langfuse"
    assert first["counts"] == {"rows": 8, "traces": 4, "conversations": 4, "kept": 1}
    assert first["drops"] == {"prefix_of_longer": 3}
    assert first["error"] is None
    assert len(Path(first["conversations_path"]).read_text().splitlines()) == 1
    assert Path(first["dataset_path"]).is_file()
    assert second["source_platform"] == "langsmith"


def test_a_bad_file_does_not_stop_the_others_and_the_exit_code_says_so() -> None:
    """A night's batch must not be lost to its first file."""
    done = run("import", "--json", CSV, GOOD)
    failed, good = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert failed["error"].startswith("Langfuse import only supports .jsonl files")
    assert failed["conversations_path"] is None
    assert good["counts"]["kept"] == 1


def test_the_error_is_one_sentence_on_stderr() -> None:
    """Nobody reads a traceback to learn that they exported CSV."""
    done = run("import", CSV)
    assert done.returncode == 1
    assert "Langfuse import only supports .jsonl files" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "dagster" not in done.stderr.lower()


def test_the_funnel_shows_every_stage_and_every_reason() -> None:
    """Fewer conversations than expected is the first question; the answer stands beside the count."""
    done = run("import", GOOD)
    assert done.returncode == 0, done.stderr
    for word in ("raw_export", "parsed_traces", "reconstructed_conversations", "deduped_dataset", "prefix_of_longer 3"):
        assert word in done.stdout
    (traces,) = (line.split() for line in done.stdout.splitlines() if "reconstructed_conversations" in line)
    assert traces == ["reconstructed_conversations", "4", "4", "0", "traces", "->", "conversations"]


def test_imports_appear_as_dagster_runs_of_the_named_job() -> None:
    """What was imported from the command line is seen in the UI beside everything else."""
    key = json.loads(run("import", "--json", GOOD).stdout)["import"]
    with dg.DagsterInstance.get() as instance:
        (only,) = instance.get_runs()
        assert (only.job_name, only.status) == ("trace_import", dg.DagsterRunStatus.SUCCESS)
        assert only.tags["dagster/partition"] == key
        assert instance.get_dynamic_partitions("imports") == [key]


def test_deduplication_can_be_turned_off() -> None:
    """Some want every intermediate turn."""
    assert json.loads(run("import", "--json", "--no-dedupe", GOOD).stdout)["counts"]["kept"] == 4


def test_the_same_file_can_be_imported_again_under_a_name() -> None:
    """One new dataset per import, always."""
    first, second = (json.loads(run("import", "--json", "--name", "Müller & Söhne", GOOD).stdout) for _ in range(2))
    assert first["import"] != second["import"]
    assert first["dataset"] == second["dataset"] == "Müller & Söhne"
    said = [Path(row["conversations_path"]).read_bytes() for row in (first, second)]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("import",), "FILE"),
        (("import", "--name", "x", GOOD, TOOLS), "--name goes with one file only"),
        (("import", "--name", "x" * 129, GOOD), "at most 128"),
        (("import", "--name", "a\nb\u001b[31mc", GOOD), "control characters"),
        (("import", "--platform", "phoenix", GOOD), "langfuse"),
        (("unknown",), "unknown"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[object, ...], says: str) -> None:
    """Scripts tell a typo from a failed import."""
    done = run(*arguments)
    assert done.returncode == 2
    assert says in done.stderr


def test_a_missing_file_names_what_lies_there(tmp_path: Path) -> None:
    """Most missing files are typing errors; the listing answers them."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "monday.jsonl").write_text("{}")
    done = run("import", tmp_path / "exports" / "mondya.jsonl")
    assert done.returncode == 1
    assert "File not found: mondya.jsonl" in done.stderr
    assert "monday.jsonl" in done.stderr


def test_a_missing_folder_is_said_to_be_missing(tmp_path: Path) -> None:
    """The typing error is in the folder's name."""
    done = run("import", tmp_path / "exprots" / "monday.jsonl")
    assert done.returncode == 1
    assert f"File not found: monday.jsonl. There is no folder {tmp_path / 'exprots'}." in done.stderr


def test_a_link_on_the_command_line_is_followed(tmp_path: Path) -> None:
    """Whoever types its name may read what it leads to; the uploads folder is another matter."""
    (tmp_path / "latest.jsonl").symlink_to(GOOD)
    done = run("import", "--json", tmp_path / "latest.jsonl")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["dataset"] == "latest"


def test_the_bar_shows_names_as_they_are(tmp_path: Path) -> None:
    """A name with brackets is no style; one that looks like the end of a style ended the command in a traceback."""
    name = "[red]a:key:.jsonl"
    done = on_a_terminal("import", shutil.copyfile(GOOD, tmp_path / name))
    assert done.code == 0, done.text
    assert f"{name} \x1b" in done.text, "before the bar"
    unknown = on_a_terminal("retry", "[/x]")
    assert unknown.code == 1
    assert "Error: No import is called [/x]." in unknown.text


def test_the_stages_keep_their_names_on_a_narrow_terminal() -> None:
    """What they are called in the UI; a reason may take another line."""
    said = on_a_terminal("import", FIXTURES / "langfuse" / "interleaved_60_traces.jsonl", columns=80).text
    assert "reconstructed_conversations" in said


def test_a_retry_that_is_refused_says_so_to_programs() -> None:
    """With `--json`, whatever was asked for, there is one object on stdout to read."""
    done = run("retry", "--json", "nothing")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert (said["source"], said["import"]) == ("nothing", None)
    assert said["error"].startswith("No import is called nothing.")


def test_the_list_of_commands_is_whole_on_a_narrow_terminal() -> None:
    """Sentences that end in dots say nothing."""
    assert "..." not in run("--help").stdout.partition("Commands:")[2]


@pytest.mark.parametrize("command", ["dev", "import", "datasets", "show", "retry", "delete"])
def test_every_command_has_help(command: str) -> None:
    """The command line explains itself."""
    done = run(command, "--help")
    assert done.returncode == 0
    assert "Usage: oumi-assets" in done.stdout
