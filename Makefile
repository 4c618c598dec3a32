# make dev: the platform on this machine. make dev-s3: the same on buckets of a local moto server, as a demonstration.
# make test: all tests. All of them build .venv/ first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: dev dev-s3 install test fuzz oumi-check lint lock bench clean

dev: install
	$(BIN)/oumi-assets dev $(if $(PORT),--port $(PORT))

dev-s3: .venv/.installed-dev
	$(BIN)/python tests/s3/demonstration.py $(if $(PORT),--port $(PORT))

install: .venv/.installed

test: .venv/.installed-dev
	$(BIN)/python -m pytest

# The property tests, with thousands of damaged exports instead of a few.
fuzz: .venv/.installed-dev
	$(BIN)/python -m pytest --hypothesis-profile=fuzz --timeout 7200 tests/test_properties.py tests/rows/test_fast_and_lenient.py

# Every fixture's dataset read by the oumi package itself, in an environment of its own: what it refuses is explained.
oumi-check: .venv/.installed-dev .venv-oumi/.installed
	$(BIN)/python tests/oumi_check/write_datasets.py .venv-oumi/datasets
	.venv-oumi/bin/python tests/oumi_check/read_with_oumi.py .venv-oumi/datasets

.venv-oumi/.installed: requirements-oumi.txt
	$(PYTHON) -m venv .venv-oumi
	.venv-oumi/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-oumi.txt
	@touch $@

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 ...")'
	@echo "Installing exact versions into .venv/ (once, a minute or two)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Speed and memory against orjson and against peers; prints a table and writes benchmarks/results.md. SIZES=500,2000 (MB) for large files.
bench: .venv/.installed benchmarks/.venv/.installed
	$(BIN)/python benchmarks/run.py $(if $(SIZES),--sizes $(SIZES))

benchmarks/.venv/.installed: benchmarks/requirements.txt
	$(PYTHON) -m venv benchmarks/.venv
	benchmarks/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.txt
	@touch $@

# Exact, hashed versions for every platform and Python from 3.11 on; needs uv.
lock:
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --quiet -o requirements.txt
	uv pip compile pyproject.toml --extra build --extra dev -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --quiet -o requirements-dev.txt
	echo "oumi==0.9" | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --quiet -o requirements-oumi.txt
	uv pip compile benchmarks/requirements.in --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --quiet -o benchmarks/requirements.txt

clean:
	rm -rf .venv .venv-oumi benchmarks/.venv benchmarks/data .pytest_cache .mypy_cache .ruff_cache .hypothesis
