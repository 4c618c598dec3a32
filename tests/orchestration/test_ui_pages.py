"""The pages people look at, in a real browser: lineage, a failed import, an asset's counts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from paths import FIXTURES
from real_platform import answers, free_port, until
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from oumi_assets.imports.summary import Summary
from oumi_assets.settings import PROJECT_ROOT

WAIT_SECONDS = 90


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    """Headless Chromium; a machine without it skips these tests, CI does not."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver) and not os.environ.get("CI"):
        pytest.skip("chromium and chromedriver are not installed")
    options = Options()
    options.binary_location = chromium or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1500,1000"):
        options.add_argument(argument)
    found = webdriver.Chrome(options=options, service=Service(driver))
    yield found
    found.quit()


@pytest.fixture
def webserver() -> Iterator[str]:
    """Dagster's webserver on a free port, on the test's own home."""
    (Path(os.environ["DAGSTER_HOME"]) / "dagster.yaml").write_text("telemetry: {enabled: false}\nnux: {enabled: false}\n")
    port = str(free_port())
    command = [sys.executable, "-m", "dagster_webserver", "-w", str(PROJECT_ROOT / "workspace.yaml"), "-h", "127.0.0.1"]
    process = subprocess.Popen([*command, "-p", port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(f"{url}/server_info"), WAIT_SECONDS)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=60)


def page_with(browser: webdriver.Chrome, url: str, text: str) -> str:
    """The page's visible text, once it holds a text; what it holds instead when it never does."""
    browser.get(url)
    deadline = time.monotonic() + WAIT_SECONDS
    shown = ""
    while text not in shown and time.monotonic() < deadline:
        time.sleep(0.5)
        shown = browser.find_element(By.TAG_NAME, "body").text
    assert text in shown, shown
    return shown


@pytest.mark.xdist_group("browser")
def test_people_see_lineage_counts_and_why_an_import_failed(
    import_file: Callable[..., Summary], webserver: str, browser: webdriver.Chrome
) -> None:
    """The UI is the product for most people: what it promises must stand on the screen."""
    good = import_file(FIXTURES / "langfuse" / "interleaved_60_traces.jsonl")
    import_file(FIXTURES / "bad" / "langfuse_csv_named.jsonl")
    with dg.DagsterInstance.get() as instance:
        failed = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]), limit=1)[0]

    lineage = page_with(browser, f"{webserver}/locations/oumi_assets/asset-groups/trace_import", "deduped_dataset")
    assert all(asset in lineage for asset in ("raw_export", "parsed_traces", "reconstructed_conversations"))

    run = page_with(browser, f"{webserver}/runs/{failed.run_id}", "STEP_FAILURE")
    sentence = "Langfuse import only supports .jsonl files: it looks like a CSV table."
    assert sentence in run
    assert run.index(sentence) < run.index("Stack Trace")

    dataset = page_with(browser, f"{webserver}/assets/deduped_dataset?view=events&partition={good.key}", "prefix_of_longer")
    assert "19" in dataset

    runs = page_with(browser, f"{webserver}/runs", good.key[:20])
    assert "oumi/slot" in runs
    assert "oumi_process" not in runs
