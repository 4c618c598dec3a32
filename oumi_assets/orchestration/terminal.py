"""What the platform's terminal shows of an import: one line when it ends, and what takes long on the way.

Dagster's own log prints forty lines for each import, and a failure's sentence twice, each time above a stack trace. All of
that is on the run's page.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any

import dagster as dg

from oumi_assets.imports.workspace import DEDUPED_DATASET
from oumi_assets.orchestration.failures import error_of_ours, step_sentence
from oumi_assets.orchestration.internals import log_unconfigured_runs_by
from oumi_assets.orchestration.reporting import DROPPED
from oumi_assets.orchestration.tags import PARTITION_TAG

_NAME = "terminal"
SHORT_LINES: dict[str, Any] = {"loggers": {_NAME: {}}}
"""Run config of an import that the platform starts."""
ERRORS_ONLY: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}
"""Run config of a drain, whose imports have their lines."""
SILENT: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Run config of an import by the command line, which says itself how it went."""


@dg.logger(None, "One line for each import.")
def _terminal(context: dg.InitLoggerContext) -> logging.Logger:
    return _short_lines()


def _short_lines() -> logging.Logger:
    logger = logging.getLogger("oumi_assets.terminal")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_SHORTENED)
    handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%H:%M:%S"))
    # A drain asks for one logger after the other.
    logger.handlers = [handler]
    return logger


def shorten_unconfigured() -> None:
    """Let runs that people start in the UI, which nobody configured, print the same lines in this process.

    Dagster has no setting for it: such a run gets a console logger of its own, whatever loggers a project has, and prints
    a failure with its stack trace. Each process that executes runs loads the definitions first, which call this.
    """
    log_unconfigured_runs_by(_terminal)


LOGGERS = {_NAME: _terminal, "console": dg.colored_console_logger}


class _ShortLines(logging.Filter):
    """Shows the records that matter, each as a line; remembers what the stages of one run have left out."""

    def __init__(self) -> None:
        super().__init__()
        self._run = ""
        self._dropped: dict[str, str] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is shown; its message is then the line."""
        meta: dict[str, Any] = getattr(record, "dagster_meta", {})
        line = self._line(record, meta)
        if line is not None:
            key = meta.get("job_tags", {}).get(PARTITION_TAG)
            record.msg, record.args = f"{key}: {line}" if key else line, ()
        return line is not None

    def _line(self, record: logging.LogRecord, meta: dict[str, Any]) -> str | None:
        event: dg.DagsterEvent | None = meta.get("dagster_event")
        run = str(meta.get("run_id"))
        if event is None:
            # Ours; of a failure's consequences, Dagster speaks as errors.
            return str(meta.get("orig_message")) if logging.INFO <= record.levelno < logging.ERROR else None
        if event.is_step_failure:
            return f"failed: {step_sentence([event]) or error_of_ours(run)}"
        if event.is_job_failure and event.job_failure_data.first_step_failure_event is None:
            return f"failed: {error_of_ours(run)}"
        if event.is_step_materialization:
            metadata = event.step_materialization_data.materialization.metadata
            self._remember(run, metadata)
            return self._made(metadata) if event.asset_key == dg.AssetKey(DEDUPED_DATASET) else None
        return None

    def _remember(self, run: str, metadata: Mapping[str, Any]) -> None:
        if run != self._run:
            self._run, self._dropped = run, {}
        counts = {name.removeprefix(DROPPED): value for name, value in metadata.items() if name.startswith(DROPPED)}
        self._dropped |= {reason: f"{count.value:,}" for reason, count in counts.items()}

    def _made(self, metadata: Mapping[str, Any]) -> str:
        conversations = metadata["out"].value
        made = f"a dataset of {conversations:,} conversation{'s' if conversations != 1 else ''}"
        dropped = ", ".join(f"{reason} {count}" for reason, count in self._dropped.items())
        return f"{made}; left out: {dropped}" if dropped else made


_SHORTENED = _ShortLines()
"""One for all steps of a process, which ask for a logger each."""
