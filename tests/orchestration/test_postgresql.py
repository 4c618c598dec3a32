"""Dagster's state in a real PostgreSQL server on loopback, set up as the documentation says."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2
import pytest
import yaml
from paths import FIXTURES

from oumi_assets.settings import PROJECT_ROOT

GOOD = FIXTURES / "langfuse" / "v5_openai_tools.jsonl"
PAGE = PROJECT_ROOT / "docs" / "postgresql.md"
# Debian keeps the server's programs off the path.
PROGRAMS = os.pathsep.join([os.environ.get("PATH", ""), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin")))])
INITDB, POSTGRES = (shutil.which(name, path=PROGRAMS) for name in ("initdb", "postgres"))

pytestmark = pytest.mark.skipif(INITDB is None, reason="there is no PostgreSQL on this machine")


@pytest.fixture
def port() -> Iterator[int]:
    """A server of this test's own; as root, which it refuses, it runs as nobody."""
    user = "nobody" if os.geteuid() == 0 else None
    with TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        if user:
            shutil.chown(folder, user)
        data = f"{folder}/data"
        subprocess.run(
            [str(INITDB), "-D", data, "-A", "trust", "-U", "dagster"], check=True, user=user, stdout=subprocess.PIPE
        )
        free.close()
        command = [str(POSTGRES), "-D", data, "-p", str(port), "-k", folder, "-h", "127.0.0.1", "-F"]
        with subprocess.Popen(command, user=user, stderr=subprocess.PIPE, text=True) as server:
            assert server.stderr is not None
            assert any("ready to accept connections" in line for line in server.stderr)
            try:
                yield port
            finally:
                server.terminate()
                server.communicate()


def oumi(home: Path, port: int, *arguments: object) -> str:
    """A command's output, with its state in that server."""
    url = f"postgresql+psycopg2://dagster@127.0.0.1:{port}/postgres"
    env = {**os.environ, "DAGSTER_HOME": str(home), "DAGSTER_POSTGRES_URL": url}
    command = [sys.executable, "-m", "oumi_assets", *map(str, arguments)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=True).stdout


def test_imports_have_their_state_in_the_database(port: int, tmp_path: Path) -> None:
    """Every command finds there what another one did."""
    home = tmp_path / "home"
    home.mkdir()
    (settings,) = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)
    (home / "dagster.yaml").write_text((PROJECT_ROOT / "dagster_home" / "dagster.yaml").read_text() + settings)
    assert "storage" in yaml.safe_load((home / "dagster.yaml").read_text())
    oumi(home, port, "import", GOOD, "--name", "weather")
    assert "weather" in oumi(home, port, "datasets")
    key = oumi(home, port, "datasets").split()[-1]
    assert key in oumi(home, port, "retry", key)
    oumi(home, port, "delete", "weather", "--yes")
    assert not [*home.rglob("*.db")], "nothing of it is in SQLite"
    with psycopg2.connect(host="127.0.0.1", port=port, user="dagster", dbname="postgres") as connection:
        cursor = connection.cursor()
        cursor.execute("select status, count(*) from runs group by status")
        assert cursor.fetchall() == [("SUCCESS", 2)]
        cursor.execute("select count(*) from dynamic_partitions")
        assert cursor.fetchall() == [(0,)]
