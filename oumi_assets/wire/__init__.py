"""The rules every shape shares: from drafts to OpenAI wire messages and tools (trace-shapes rules 4-11).

One module per rule; no module here knows a platform or a writer.
"""
