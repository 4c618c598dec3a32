"""What every other part uses: values (rows, calls, drops), errors, exact JSON; processes, hashing, pace.

Nothing here knows a platform, a payload shape, a folder or the orchestrator.
"""
