# `make demo` and `make test` need nothing but make, Python 3.11 or newer and a package index.
# Another interpreter: make test PYTHON=/path/to/python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-input --constraint constraints.txt
PYTEST := $(BIN)/python -m pytest
# Two more than there are processors: half of the tests wait for other processes.
WORKERS ?= $(shell expr 2 + $$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN))
# Where the environment forbids compiled files, each of the hundreds of processes of the tests would compile all anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test format format-check lint types contracts tests long bench screenshots constraints clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 14

# An edited demo/household.json is kept, so one can change it and look again. Without a terminal the results are printed.
DEMO := $(BIN)/ef_cli --workspace demo

demo: $(VENV)/.runs ## a worked example: a sample household, forecast, explained and opened in the dashboard
	@test -e demo/household.json || $(BIN)/ef_cli init demo
	@set -eu; \
	echo "== One forecast, then six: the same household before two decisions =="; \
	ran=$$($(DEMO) run forecast demo/household.json); id=$${ran%% *}; echo "$$ran"; \
	ran=$$($(DEMO) run forecastset demo/household-set.json); echo "$$ran"; \
	set=$$(echo "$$ran" | sed -n '$$s/ .*//p'); \
	if [ -t 0 ] && [ -t 1 ] && [ -t 2 ]; then cd demo && exec $(abspath $(BIN))/ef_tui --workspace .; fi; \
	echo; $(DEMO) report forecast $$id; echo; $(DEMO) report forecastset $$set; \
	echo; echo "== What to try next =="; \
	echo "  $(DEMO) explain $$id  # why wishes wait or get less"; \
	echo "  $(DEMO) report forecast $$id --format csv  # every day as a table"; \
	echo "  make demo  # again, after changing demo/household.json as demo/START_HERE.md says"

test: format-check lint types contracts tests ## the whole check, in the order that fails fastest

format: $(VENV)/.tests ## put the code into its format
	$(BIN)/ruff format
	$(BIN)/ruff check --fix --quiet

format-check: $(VENV)/.tests
	$(BIN)/ruff format --check

lint: $(VENV)/.tests format-check
	$(BIN)/ruff check

types: $(VENV)/.tests lint
	$(BIN)/mypy

contracts: $(VENV)/.tests types
	$(BIN)/lint-imports

tests: $(VENV)/.tests contracts
	$(PYTEST) --numprocesses $(WORKERS) --dist worksteal

long: $(VENV)/.tests ## the tests that take their time, and those that measure it
	$(PYTEST) -m slow --numprocesses $(WORKERS) --dist worksteal
	$(PYTEST) -m benchmark

bench: $(VENV)/.runs ## how fast and how exact it is, as a table
	$(BIN)/python -m benchmarks

screenshots: $(VENV)/.tests ## the pictures of the dashboard, taken anew
	$(BIN)/python -m screenshots

constraints: ## pin what the newest versions of everything are today
	@sh -eu -c 'fresh=$$(mktemp -d); trap "rm -rf $$fresh" EXIT; \
	$(PYTHON) -m venv $$fresh; $$fresh/bin/python -m pip install --quiet .[test]; \
	{ sed -n "/^#/p" constraints.txt; $$fresh/bin/python -m pip freeze --exclude ef; } > $$fresh/constraints; \
	mv $$fresh/constraints constraints.txt'

clean: ## remove everything that make made
	rm -rf $(VENV) demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A stamp is renewed when the project or the pinned versions change; `.tests` holds all of `.runs`.

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo "ef needs Python 3.11 or newer and found no '$(PYTHON)'; name one with PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ef needs Python 3.11 or newer, but '$(PYTHON)' is $$($(PYTHON) --version 2>&1); name another with PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runs: pyproject.toml constraints.txt | $(VENV)/.made
	$(PIP) --editable .
	@touch $@

$(VENV)/.tests: pyproject.toml constraints.txt | $(VENV)/.made
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.runs
