"""The four stages of an import on local files: each reads the former's files and writes its own.

Nothing here knows the orchestrator or where stages are published.

- the stages: `copying` and `index`, `traces`, `reconstruct`, `dedupe` and `dataset`
- what they read and write: `lines` (of the export), `conversations` (the table that `dataset` reads), `envelope` (a line of
  conversations.jsonl), `tables` and `sorting` (Parquet files, piece by piece)
- texts that polars cannot write in bounded memory: `giants`, `pages`, `parquet_footer`
- for whoever asks afterwards: `files` (names), `written` (counts, reasons and first rows, told from a file itself)
"""
