"""Dagster: assets, checks, job, sensor, and the page that composes them. No row is read here."""
