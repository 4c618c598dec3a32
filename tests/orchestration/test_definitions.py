"""What Dagster sees: the graph, its settings, and that the domain does not know it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import dagster as dg

import oumi_assets
from oumi_assets.orchestration import assets
from oumi_assets.orchestration.composition import build_definitions
from oumi_assets.settings import PROJECT_ROOT

PACKAGE = Path(oumi_assets.__file__).parent
KNOWS_DAGSTER = {"orchestration", "cli", "definitions.py"}
STAGES = ["raw_export", "parsed_traces", "reconstructed_conversations", "deduped_dataset"]


def test_the_graph_is_linear_in_one_group_and_partitioned_by_import() -> None:
    """The lineage is the product's promise on screen: it changes on purpose or not at all."""
    graph = build_definitions().resolve_asset_graph()
    keys = [dg.AssetKey(name) for name in STAGES]
    assert [graph.get(key).parent_keys for key in keys] == [set(), *({key} for key in keys[:-1])]
    for key in keys:
        node = graph.get(key)
        assert node.group_name == "trace_import"
        assert node.partitions_def == dg.DynamicPartitionsDefinition(name="imports")
        assert node.description
        assert node.kinds
        assert node.owners
        assert [check.name for check in graph.get_check_keys_for_assets({key})] == ["rows_are_conserved"]


def test_only_raw_export_takes_settings_and_they_have_visible_defaults() -> None:
    """The launchpad shows defaults that are values; None would leave people guessing."""
    form = assets.raw_export.op.config_schema.config_type.fields  # type: ignore[union-attr]
    defaults = {name: field.default_value for name, field in form.items()}
    assert defaults == {"dataset_name": "", "source_platform": "auto", "file": "", "deduplicate": True}
    for asset in (assets.parsed_traces, assets.reconstructed_conversations, assets.deduped_dataset):
        assert not hasattr(asset.op.config_schema.config_type, "fields")


def test_the_sensor_is_on_by_default() -> None:
    """`make dev` and a dropped file must be enough."""
    sensor = build_definitions().resolve_sensor_def("upload_sensor")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING


def test_the_domain_does_not_import_dagster() -> None:
    """Rows and conversations must be usable, testable and fast without an orchestrator."""
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] in KNOWS_DAGSTER:
            continue
        modules = {name.split(".")[0] for node in ast.walk(ast.parse(path.read_text())) for name in _imported(node)}
        assert not {module for module in modules if module.startswith("dagster")}, path


def test_what_is_not_public_of_dagster_is_used_in_one_place() -> None:
    """Whoever raises Dagster's version must find all that may be gone."""
    modules = {
        (path.stem, name)
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _imported(node)
    }
    users = {user for user, name in modules if name.startswith("dagster") and "._" in name}
    assert users == {"internals"}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_loading_the_domain_does_not_load_dagster() -> None:
    """The same, for what is imported on the way: workers pay for every import."""
    code = "import sys, oumi_assets.imports.deduped_dataset, oumi_assets.cli; print('dagster' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


def test_dagster_validates_the_definitions_without_a_warning_of_ours() -> None:
    """A definitions page that warns at every load teaches people not to read warnings."""
    command = [sys.executable, "-m", "dagster", "definitions", "validate", "-w", str(PROJECT_ROOT / "workspace.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=PROJECT_ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert "PreviewWarning" not in done.stderr
