"""Dagster: assets, checks, jobs, sensor, schedules, and the page that composes them. No row is read here."""
