"""LangSmith: how its run rows are indexed, and where its payloads and signature fields are."""
