"""The values every other part speaks in: rows, calls, drops, errors.

Nothing here knows a platform, a payload shape, a folder or the orchestrator.
"""
