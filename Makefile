# Short commands for the whole project; `make help` lists them.
PYTHON ?= python3
EXPERIMENT ?= diabetes
BIN := .venv/bin
READY := .venv/ready
SLOWEST := --durations=10 --durations-min=1

# Compiled modules save every process that a command or test starts a third of a second.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup search ui dashboard predict reproduce bench bench-search bench-selection check test test-slow test-all test-faults test-faults-short format lock

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-18s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## create .venv with the locked requirements (every other command does so if needed)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $$($(PYTHON) --version) was found; name another one: make PYTHON=python3.12 ..." >&2; exit 2; }
	@echo "Setting up .venv (once; a minute or two) ..."
	@$(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/# via/p' requirements.lock > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .venv/uv.txt
	@UV_HTTP_TIMEOUT=60 UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$PIP_INDEX_URL}" \
		$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode --requirement requirements.lock || \
		{ echo "uv could not install them; trying pip, which may know another index ..."; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

search: $(READY) ## search for the best hyperparameters: EXPERIMENT= (or DATA=table.csv TARGET=column, or DATA=folder of images) TRIALS= FRESH=1 ARGS="..."
	@$(BIN)/perceptune run $(if $(DATA),'$(DATA)' $(if $(TARGET),--target '$(TARGET)'),$(EXPERIMENT)) $(if $(TRIALS),--trials $(TRIALS)) $(if $(FRESH),--fresh) $(ARGS)

ui: $(READY) ## open the tracked studies in MLflow's user interface: PORT=
	@$(BIN)/perceptune ui $(if $(PORT),--port $(PORT))

dashboard: $(READY) ## open the ledgers of all studies in optuna-dashboard, for reading only: PORT=
	@$(BIN)/perceptune dashboard $(if $(PORT),--port $(PORT))

predict: $(READY) ## predict the rows of a file: STUDY= INPUT=rows.csv OUTPUT=predictions.csv
	@test -n "$(INPUT)" -a -n "$(OUTPUT)" || { echo "make predict needs INPUT=rows.csv and OUTPUT=predictions.csv" >&2; exit 2; }
	@$(BIN)/perceptune predict $(or $(STUDY),$(EXPERIMENT)) --input $(INPUT) --output $(OUTPUT)

reproduce: $(READY) ## run the documented architectures and compare their figures, about 20 minutes: ROWS=10,12 PERCEPTUNE_DATA=
	@$(BIN)/python -m experiments.reproduction $(if $(ROWS),--rows $(ROWS))

bench: $(READY) ## measure searches beside Optuna's and Keras Tuner's: ARGS="--quick --json FILE"
	@$(BIN)/python -m experiments.benchmarks $(ARGS)

bench-search: $(READY) ## measure what samplers and pruners find (hours): ARGS="--seeds 5"
	@$(BIN)/python -m experiments.benchmarks.search_methods $(ARGS)

bench-selection: $(READY) ## measure how far champions can be trusted (hours): ARGS="--splits 5 --data wine"
	@$(BIN)/python -m experiments.benchmarks.selection $(ARGS)

check: $(READY) ## check without running: ruff, mypy, import contracts (a minute)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: $(READY) ## run the tests that are not slow (five to six minutes on two cores)
	@$(BIN)/python -m pytest -m "not slow and not faults" $(SLOWEST) $(ARGS)

test-slow: $(READY) ## run the slow tests only (half an hour on two cores)
	@$(BIN)/python -m pytest -m "slow and not faults" $(SLOWEST) $(ARGS)

test-all: $(READY) ## run all tests but the fault campaigns: test and test-slow
	@$(BIN)/python -m pytest -m "not faults" $(SLOWEST) $(ARGS)

test-faults: $(READY) ## kill searches a hundred times and check that nothing is lost (fifteen minutes); writes tests/FAULTS.md
	@$(BIN)/python -m pytest tests/faults -m faults --dist load $(ARGS)

test-faults-short: $(READY) ## the same with few kills (four minutes)
	@$(BIN)/python -m pytest tests/faults -m faults -k short --dist load $(ARGS)

format: $(READY) ## format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lock: $(READY) ## renew requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev \
		--custom-compile-command "make lock" --quiet --output-file requirements.lock pyproject.toml
