"""Every conversation of the real exports equals what was really said."""

from __future__ import annotations

from pathlib import Path

import ground_truth
import pytest
from pipeline import Imported, import_export

FILES = ground_truth.files()
COUNTED = [file for file in FILES if any(truth.accepted for truth in file.truths)]

FIGURES = {
    # export: conversations that equal what was said, traces rightly without one, conversations kept by deduplication
    "langfuse/before_2026_03_no_unicode_decode__v5_openai_code_ansi": (1, 0, 1),
    "langfuse/docstyle__v5_manual_request_response": (3, 0, 3),
    "langfuse/docstyle__v5_multi_agent": (1, 0, 1),
    "langfuse/docstyle__v5_openai_incremental_plain": (4, 0, 1),
    "langfuse/docstyle__v5_openai_tools": (1, 0, 1),
    "langfuse/interleaved_60_traces": (55, 5, 36),
    "langfuse/legacy_observations_export__v5_openai_tools": (1, 0, 1),
    "langfuse/quoted_int64__v2_openai_tools": (1, 0, 1),
    "langfuse/quoted_int64__v5_embedding_completion_retriever": (1, 1, 1),
    "langfuse/scored__v5_openai_incremental_plain": (4, 0, 1),
    "langfuse/v2_lowlevel_generation": (2, 0, 1),
    "langfuse/v2_openai_bare_session": (4, 0, 1),
    "langfuse/v2_openai_tools": (1, 0, 1),
    "langfuse/v5_content_parts": (1, 0, 1),
    "langfuse/v5_embedding_completion_retriever": (1, 1, 1),
    "langfuse/v5_langchain_chain": (3, 0, 1),
    "langfuse/v5_long_1000_boundary": (2, 2, 2),
    "langfuse/v5_manual_request_response": (3, 0, 3),
    "langfuse/v5_multi_agent": (1, 0, 1),
    "langfuse/v5_n_choices": (1, 0, 1),
    "langfuse/v5_no_generation": (0, 3, 0),
    "langfuse/v5_openai_bare_nosession": (2, 0, 1),
    "langfuse/v5_openai_bare_session": (4, 0, 1),
    "langfuse/v5_openai_bignum_zh": (1, 0, 1),
    "langfuse/v5_openai_code_ansi": (1, 0, 1),
    "langfuse/v5_openai_errors": (2, 1, 2),
    "langfuse/v5_openai_incremental_plain": (4, 0, 1),
    "langfuse/v5_openai_parse": (1, 0, 1),
    "langfuse/v5_openai_tools": (1, 0, 1),
    "langfuse/v5_roles_refusal_null": (5, 0, 5),
    "langsmith/completion_llm_runs": (1, 2, None),
    "langsmith/duplicates": (3, 0, None),
    "langsmith/error_runs": (3, 3, None),
    "langsmith/image_parts": (3, 0, None),
    "langsmith/incremental_session": (9, 0, None),
    "langsmith/langchain_chatopenai_invoke": (6, 0, None),
    "langsmith/langchain_create_agent": (4, 0, None),
    "langsmith/lcel_rag_chain": (4, 0, None),
    "langsmith/legacy_functions": (2, 0, None),
    "langsmith/long_conversations": (2, 2, None),
    "langsmith/manual_llm_runs": (7, 0, None),
    "langsmith/no_llm": (1, 5, None),
    "langsmith/refusal_null_content": (8, 0, None),
    "langsmith/roles_names_unicode": (3, 0, None),
    "langsmith/seed_documented_example": (1, 0, None),
    "langsmith/wrap_openai_single": (6, 0, None),
    "langsmith/wrap_openai_tools_agent": (4, 0, None),
}


def _named(file: ground_truth.File) -> str:
    return f"{file.path.parent.name}/{file.path.stem}"


@pytest.mark.parametrize("file", COUNTED, ids=_named)
def test_every_conversation_equals_its_ground_truth(file: ground_truth.File, tmp_path: Path) -> None:
    """Users train on these rows: roles, content, calls, ids, links, tools and sessions must be the real ones."""
    imported = import_export(file.path, tmp_path, deduplicate=False)
    assert set(imported.rows) == {truth.trace_id for truth in file.truths if truth.accepted}
    for truth in file.truths:
        if truth.accepted:
            ground_truth.assert_equal(imported.rows[truth.trace_id], truth)


@pytest.mark.parametrize("file", [file for file in COUNTED if file.kept is not None], ids=_named)
def test_deduplication_keeps_exactly_the_longest_conversations(file: ground_truth.File, tmp_path: Path) -> None:
    """A session logged turn by turn must not be trained on once per turn."""
    imported: Imported = import_export(file.path, tmp_path)
    assert set(imported.rows) == file.kept


@pytest.mark.parametrize("file", FILES, ids=_named)
def test_the_table_of_figures_is_the_truth(file: ground_truth.File, tmp_path: Path) -> None:
    """The figures people quote: every conversation of every export, none left out of the count."""
    conversations, without, kept = FIGURES[_named(file)]
    truths = [truth for truth in file.truths if truth.accepted]
    assert (len(truths), len(file.truths) - len(truths)) == (conversations, without)
    assert kept == (None if file.kept is None else len(file.kept))
    if truths:
        assert len(import_export(file.path, tmp_path, deduplicate=False).rows) == conversations
