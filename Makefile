# Every command anyone needs. `make run` starts Pulse, `make test` proves it.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test fast check lint format types imports migrations openapi rules examples bench bench-large soak lock backup restore image
VENV ?= .venv
PY := $(VENV)/bin/python
BOOT := $(or $(shell command -v python3),$(shell command -v python),python3)
SUITE := $(PY) -m tests.support.run
# Tools load the settings, which would make a data folder in the tree.
TOOL := PULSE_DATA_DIR=$(abspath $(VENV))/tools-data $(PY)
PACKAGES := pulse hr collab screening analytics traces
export VENV
# Unset, or every process would compile all of our files again.
unexport PYTHONDONTWRITEBYTECODE

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' Makefile | awk -F': ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## make the virtual environment and install what is pinned
	@$(BOOT) tools/setup.py

setup-dev: ## the same with the test tools
	@$(BOOT) tools/setup.py --dev

run: setup ## start Pulse on 127.0.0.1:3000 (PULSE_PORT, PULSE_DATA_DIR)
	@$(PY) -m pulse.start

test: setup-dev ## everything: the checks, then the suite on SQLite and on PostgreSQL with Redis
	@$(MAKE) --no-print-directory --output-sync=target -j2 check
	@$(SUITE)

fast: setup-dev ## the suite on SQLite only, without browsers and soak runs
	@$(SUITE) --sqlite -m "not browser and not soak"

check: lint types imports rules migrations openapi ## what a machine can say without running the suite

lint: setup-dev ## ruff, and its formatter in check mode
	@$(PY) -m ruff check . && $(PY) -m ruff format --check --quiet .

format: setup-dev ## let ruff mend what it can
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format --quiet .

types: setup-dev ## mypy, strict
	@$(TOOL) -m mypy $(PACKAGES) manage.py

imports: setup-dev ## which way imports point
	@$(VENV)/bin/lint-imports --no-logo

rules: setup-dev ## the rules of tests/lint
	@$(TOOL) -m pytest -q tests/lint

migrations: setup-dev ## no model differs from its migrations
	@$(TOOL) manage.py makemigrations --check --dry-run

openapi: setup-dev ## the committed OpenAPI documents are what the code answers (WRITE=1 rewrites them)
	@$(TOOL) manage.py openapi $(if $(WRITE),,--check)

examples: setup-dev ## record the answers of docs/examples/*.http anew, for the reference pages
	@RECORD_EXAMPLES=1 $(PY) -m pytest -q -p no:randomly tests/docs/test_operations.py

bench: setup-dev ## the short benches, results in bench/RESULTS.md
	@$(PY) -m bench

bench-large: setup-dev ## the benches at ten million rows
	@$(PY) -m bench --large

soak: setup-dev ## the experiments with killed processes, at full length
	@$(SUITE) --soak

lock: ## pin and hash requirements*.in (needs uv)
	@uv pip compile -q --generate-hashes --no-annotate --no-header --no-emit-index-url --python-version 3.11 requirements.in -o requirements.txt
	@uv pip compile -q --generate-hashes --no-annotate --no-header --no-emit-index-url --python-version 3.11 requirements-dev.in -c requirements.txt -o requirements-dev.txt

backup: setup ## write a backup of the embedded default (TO=file)
	@$(PY) manage.py backup $(TO)

restore: setup ## put a backup back (FROM=file)
	@$(PY) manage.py restore $(FROM)

image: ## build the container image
	docker build -t pulse .
