"""The four stages of an import on local files: each reads the former's files and writes its own.

Nothing here knows the orchestrator or where stages are published.
"""
