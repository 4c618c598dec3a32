"""Pulling exports from the platforms' own APIs into the uploads folder.

What all pulls share is in `pull`; each platform is one module (`langsmith`, `langfuse`) with a
`client.Client`, named in `sources`. What a pulled file becomes is the importer's business, and when to pull the scheduler's.
"""
