"""Langfuse and LangSmith trace exports become Conversation datasets."""

__version__ = "0.1.0"
