# The whole project by short commands; `make help` lists them.
PYTHON ?= python3
EXPERIMENT ?= diabetes
PORT ?= 5000
BIN := .venv/bin
READY := .venv/ready

.DEFAULT_GOAL := help
.PHONY: help setup search ui predict reproduce test test-all test-faults bench check format lock

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with the locked requirements (every other command does it by itself)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $$($(PYTHON) --version) was found; name another one: make PYTHON=python3.12 ..." >&2; exit 2; }
	@echo "Setting up .venv (once; a few minutes) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

search: $(READY) ## search the best hyperparameters: EXPERIMENT= TRIALS= FRESH=1 ARGS="..."
	@$(BIN)/python -m search run $(EXPERIMENT) $(if $(TRIALS),--trials $(TRIALS)) $(if $(FRESH),--fresh) $(ARGS)

ui: $(READY) ## browse what was tracked in MLflow's user interface: PORT=
	@$(BIN)/python -m search ui --port $(PORT)

predict: $(READY) ## answer the rows of a file: STUDY= INPUT=rows.csv OUTPUT=answers.csv
	@test -n "$(INPUT)" -a -n "$(OUTPUT)" || { echo "make predict needs INPUT=rows.csv and OUTPUT=answers.csv" >&2; exit 2; }
	@$(BIN)/python -m search predict $(or $(STUDY),$(EXPERIMENT)) --input $(INPUT) --output $(OUTPUT)

reproduce: $(READY) ## run the documented architectures and compare their figures: ROWS=10,12 PERCEPTUNE_DATA=
	@$(BIN)/python -m experiments.reproduction $(if $(ROWS),--rows $(ROWS))

bench: $(READY) ## measure against other ways of searching: ARGS="--quick --json FILE"
	@$(BIN)/python -m experiments.benchmarks $(ARGS)

test: $(READY) ## run the tests, about eight minutes on two cores
	@$(BIN)/python -m pytest -m "not slow and not faults" $(ARGS)

test-all: $(READY) ## run all tests, the slow ones too
	@$(BIN)/python -m pytest -m "not faults" $(ARGS)

test-faults: $(READY) ## kill searches at random and check that nothing is lost, about fifteen minutes; writes tests/FAULTS.md
	@$(BIN)/python -m pytest tests/faults -m faults --dist load $(ARGS)

check: $(READY) ## look for faults without running: ruff, mypy, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY) ## format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lock: $(READY) ## renew requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev \
		--custom-compile-command "make lock" --quiet --output-file requirements.lock pyproject.toml
