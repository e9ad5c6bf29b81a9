# Everything runs in .venv, which is made here from python3, its venv module and a C compiler, and made again only when
# pyproject.toml, the requirements or the Python version change.
#
#   make PYTHON=python3.12 test     another interpreter
#   make VENV=.venv-3.12 test       another place for the environment

PYTHON ?= python3
VENV   ?= .venv

BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
PY_TAG := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
STAMP  := $(VENV)/.stamp-$(PY_TAG)
SPARK  := $(VENV)/.spark
LOG    := $(VENV)/install.log

MAKEFLAGS += --no-print-directory
# The tests start Python hundreds of times, and all of it would be compiled each time.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv demo test test-engines soak fuzz bench fmt lock clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

venv: $(STAMP)  ## create or refresh .venv

demo: $(STAMP)  ## check the example tenant, screen the example rent roll
	@$(BIN)/relief check examples/profiles/restaurant.yaml
	@mkdir -p build/demo
	@printf '\n台账 %s\n' examples/rosters/rent-roll.xlsx
	@$(BIN)/relief screen examples/rosters/rent-roll.xlsx --output build/demo/结果.xlsx --as-of 2022-06-20

test: $(STAMP)  ## lint, format, types, the rulebook's own checks, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/relief rules check
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-engines: $(SPARK)  ## the direct route against DuckDB, Spark and PostgreSQL; tests that take long
	$(BIN)/python -m pytest -m "engines and not soak" -n 2 --dist loadfile

soak: $(STAMP)  ## long random search for disagreements
	RELIEF_SOAK=1 $(BIN)/python -m pytest -m soak

fuzz: $(STAMP)  ## malformed input for everything that reads, a minute for each reader
	$(BIN)/python -m fuzz --seconds 60

bench: $(STAMP)  ## measure the budgets
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.strategies
	$(BIN)/python -m benchmarks.diffs
	$(BIN)/python -m benchmarks.ledger
	$(BIN)/python -m benchmarks.serving
	$(BIN)/python -m benchmarks.rosters --sizes 1M --rounds 4 --no-spark

fmt: $(STAMP)  ## format, and mend what the linter can
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

# `uv pip compile` writes no index address and keeps the markers of every platform; uv.lock would record addresses.
UV_COMPILE := .cache/uv/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 \
              --generate-hashes --no-emit-index-url --no-header
lock:  ## compile requirements/*.txt anew (UPGRADE=--upgrade for newer releases)
	@$(PYTHON) -m venv .cache/uv
	@.cache/uv/bin/python -m pip install --quiet uv
	$(UV_COMPILE) $(UPGRADE) --group pyproject.toml:build -o requirements/build.txt
	$(UV_COMPILE) $(UPGRADE) pyproject.toml --extra dev --extra bench -c requirements/build.txt -o requirements/dev.txt
	@! grep -nE '://|^-' requirements/build.txt requirements/dev.txt

# Spark is large, and only these tests want it. Where it can't be had they say so and run without it.
$(SPARK): $(STAMP)
	@echo "Installing Spark for the tests, once; this takes a minute …"
	@$(PIP) install --quiet 'pyspark>=4.0,<4.1' \
	  || echo "pyspark could not be installed; the tests on Spark will be skipped." >&2
	@touch $@

clean:  ## remove the environment, builds and caches
	rm -rf $(VENV) .cache build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Build tools come first, pinned and hashed, and nothing is built in isolation: no build fetches a tool of its own.
# The installers' chatter goes to a log that is shown when something fails.
$(STAMP): pyproject.toml requirements/build.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, but " \
	  + sys.executable + " is " + sys.version.split()[0] + "; say which one to use: make PYTHON=python3.12 …")'
	@echo "Creating $(VENV) with Python $(PY_TAG), once; this takes about a minute …"
	@$(PYTHON) -m venv --clear $(VENV)
	@{ $(PIP) install --require-hashes -r requirements/build.txt \
	  && $(PIP) install --require-hashes --no-build-isolation -r requirements/dev.txt \
	  && $(PIP) install --no-deps --no-build-isolation --editable . ; } > $(LOG) 2>&1 \
	  || { cat $(LOG) >&2; echo "Could not create $(VENV): see above." >&2; exit 1; }
	@touch $@
