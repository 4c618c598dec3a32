"""Langfuse: how its observation rows are indexed, and where its payloads and signature fields are."""
