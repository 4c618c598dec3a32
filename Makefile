# make dev: the platform on this machine. make test: all tests. Both build .venv/ first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: dev install test lint lock bench clean

dev: install
	$(BIN)/oumi-assets dev $(if $(PORT),--port $(PORT))

install: .venv/.installed

test: .venv/.installed-dev
	$(BIN)/python -m pytest

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Speed and memory against orjson and against peers; prints a table and writes benchmarks/results.md. BENCH=--quick for small files.
bench: .venv/.installed benchmarks/.venv/.installed
	$(BIN)/python benchmarks/run.py $(BENCH)

benchmarks/.venv/.installed: benchmarks/requirements.txt
	$(PYTHON) -m venv benchmarks/.venv
	benchmarks/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.txt
	@touch $@

# Exact, hashed versions for every platform and Python from 3.11 on; needs uv.
lock:
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --quiet -o requirements.txt
	uv pip compile pyproject.toml --extra build --extra dev -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --quiet -o requirements-dev.txt
	uv pip compile benchmarks/requirements.in --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --quiet -o benchmarks/requirements.txt

clean:
	rm -rf .venv benchmarks/.venv benchmarks/data .pytest_cache .mypy_cache .ruff_cache .hypothesis
