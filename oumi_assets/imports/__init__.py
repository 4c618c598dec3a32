"""An import from end to end, one module a stage: read the former stage, do its work aside, publish it.

This is the application the orchestrator and the command line call; it knows neither.
"""
