"""The rules every shape shares: from drafts to OpenAI wire messages and tools (trace-shapes rules 4-11).

A module for a rule or two. None knows a platform; of writers they know only how each spells the same thing.
"""
