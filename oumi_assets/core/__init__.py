"""What every other part uses: values (rows, calls, drops), errors, exact JSON, characters; processes, hashing, pace.

Nothing here reads a platform's rows, or knows a payload shape, a folder or the orchestrator.
"""
