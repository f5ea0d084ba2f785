# The verbs of a developer. A fresh machine needs python3 (3.11 or later), pip and make; nothing else.

.DEFAULT_GOAL := help
.PHONY: help demo serve test check slow mutation bench accuracy docs test-engines lock clean
SHELL := /bin/sh

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RUN := $(VENV)/.installed-run
ENGINES := .venv-engines
COV ?= 95
SAMPLE ?= 400
SEED ?= 1
ARGS ?=

help:  ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | \
	  while IFS='|' read -r name what; do printf '%-20s %s\n' "$$name" "$$what"; done

demo: $(RUN)  ## value the customers of a real shop and open the report
	@$(BIN)/lifelong demo $(ARGS)

serve: $(RUN)  ## open the web app over the demonstration's project
	@test -d demo/cdnow || $(BIN)/lifelong demo --no-open > /dev/null
	@$(BIN)/lifelong serve --project demo/cdnow $(ARGS)

test: $(STAMP)  ## the ordinary tests, with the coverage of every branch
	@$(BIN)/python -m pytest -m "not slow and not spark" -n 2 --dist loadfile --cov --cov-branch --cov-report=term:skip-covered \
	  --cov-fail-under=$(COV) -q $(ARGS)

check: $(STAMP)  ## style, types, floors, documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/client.py --check
	$(BIN)/python scripts/docs.py --check
	$(BIN)/python scripts/catalogues.py --check
	$(BIN)/python -m pytest tests/docs/test_pages.py -q

slow: $(STAMP)  ## calibration, crash and soak tests; an hour or more
	@$(BIN)/python -m pytest -m slow -q $(ARGS)

mutation: $(STAMP)  ## how many small faults in the models the tests notice; SAMPLE=400 SEED=1, half an hour
	@$(BIN)/python scripts/mutation.py --sample $(SAMPLE) --seed $(SEED) $(ARGS)

bench: $(STAMP)  ## time and memory, as ratios in one run
	@$(BIN)/python -m bench $(ARGS)

accuracy: $(STAMP)  ## learned and statistical forecasts on six real back-tests, and what must hold of them
	@OMP_NUM_THREADS=1 $(BIN)/python -m bench.accuracy $(ARGS)

docs: $(STAMP)  ## write the generated pages anew, then test all pages
	$(BIN)/python scripts/client.py
	$(BIN)/python scripts/docs.py
	$(BIN)/python -m pytest tests/docs -q

test-engines: $(ENGINES)/.installed  ## the same tables on PySpark
	@$(ENGINES)/bin/python -m pytest -m spark -q $(ARGS)

lock: $(STAMP)  ## resolve the requirements anew (needs uv)
	$(BIN)/python scripts/lock.py

clean:  ## remove what was built; keeps the environments
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov build dist demo

# An environment from the lock alone. Where the system's Python comes without ensurepip, pip is put in from outside.
define environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; name it:  make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@echo "installing into $(1) (once; a minute or so)"
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null && $(PYTHON) -m venv $(1) || \
	  { $(PYTHON) -m venv --without-pip $(1) && $(PYTHON) -m pip --python $(1)/bin/python install -q pip; }
	@$(1)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $(2)
	@$(1)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
endef

$(RUN): requirements-run.lock.txt pyproject.toml
	$(call environment,$(VENV),requirements-run.lock.txt)

$(STAMP): requirements.lock.txt pyproject.toml
	$(call environment,$(VENV),requirements.lock.txt)

$(ENGINES)/.installed: requirements-engines.lock.txt pyproject.toml
	$(call environment,$(ENGINES),requirements-engines.lock.txt)
