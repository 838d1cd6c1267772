# Every command a person needs. `make help` says what each does.

# The first Python of 3.11 or newer. Each candidate is run, since a version manager's shim may exist and not work.
PYTHON := $(shell for p in .venv/bin/python python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv/bin
# A test run starts hundreds of processes: without kept bytecode each of them compiles the whole engine anew.
unexport PYTHONDONTWRITEBYTECODE
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup setup-python setup-run setup-bench run rehearse test test-python test-web check prove simulate bench lock clean need-python

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

need-python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing. Install it with: sudo apt-get install -y python3 python3-venv (macOS: brew install python@3.13)"; exit 1; }

setup: need-python ## install what running and testing need, into this clone
	@$(PYTHON) -m local.install all

setup-python: need-python
	@$(PYTHON) -m local.install python

setup-run: need-python
	@$(PYTHON) -m local.install run

run: setup-run ## start the emulators, the bots and the dashboard; Ctrl-C stops them (PORT= FEED= DATA= SPEED= BOTS= STRATEGIES_DIR= RESET=1)
	@exec $(VENV)/python -m local.run

rehearse: setup-run ## a live day at a loopback Angel One on this machine, with play money (AT= BOTS= SEED= PORT=)
	@exec $(VENV)/python -m local.rehearse

test: setup test-web test-python ## every test

test-web:
	@$(VENV)/python -m local.node npm test --prefix web --silent

test-python:
	@$(VENV)/python -m pytest -n $(WORKERS) --maxprocesses 4 --dist worksteal

check: setup-run ## lint, types, import rules, tidiness
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/python -m local.node npm run check --prefix web --silent
	$(VENV)/python -m pytest -q tests/architecture

prove: setup ## the long checks, and those on real data (ONLY=name DATA=folder)
	@$(VENV)/python -m bench.prove $(if $(ONLY),--only $(ONLY)) $(if $(DATA),--data $(DATA))

simulate: setup-python ## fault schedules on the production code (SEEDS=100 FROM=1)
	@$(VENV)/python -m engine simulate --seeds $(or $(SEEDS),100) --from $(or $(FROM),1)

setup-bench: need-python
	@$(PYTHON) -m local.install bench

bench: setup-bench ## measure every figure of BENCHMARKS.md, the peers beside it (ONLY=name DATA=folder ROUNDS=n)
	@$(VENV)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(DATA),--data $(DATA)) $(if $(ROUNDS),--rounds $(ROUNDS))

lock: setup-python ## resolve the dependencies anew and lock them with their hashes
	@$(VENV)/python -m local.lock

clean: ## delete what setup, tests and builds made in this clone; the demo's books stay
	rm -rf .venv node_modules web/node_modules web/dist tests/rules/node_modules functions/venv bench/venv bench/venv_freqtrade build *.egg-info .setup.lock
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
