"""Dagster: assets, checks, jobs, sensor, schedules, and the page that composes them. No row is read here.

- what Dagster loads: `composition`, made of `assets`, `job`, `partitions`, `resources`, `s3`, and for pulls `pull_assets`,
  `pull_partitions`, `pull_schedules`
- around a stage: `steps` (its retries, and what becomes of its errors), `reporting` (what the UI shows of it), `terminal`
  (what the terminal shows)
- the sensor: `upload_sensor` (one tick), `watcher` (what a tick looks at and remembers), `planning` (what it decides,
  without Dagster), `history` (what runs and manifests say of an import), `drain` (many uploads in one Dagster run)
- imports of the command line, without a running platform: `in_process`, and Ctrl-C meanwhile: `interrupts`
- what of Dagster is not public, and used all the same: `internals`
- Dagster's own state: `home` (its folder), `tags` (those of a run), `housekeeping` (dead runs, deleted partitions),
  `failures` (why an import has no dataset)
"""
