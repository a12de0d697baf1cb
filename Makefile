.PHONY: practice setup test check bench clean FORCE
SHELL := /bin/bash
VENV := .venv
TELLS := $(VENV)/bin/tells
STAMP := $(VENV)/.set-up
# The first Python on the path that is new enough; or say PYTHON=/path/to/python.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && command -v $$python && break; done)

practice: setup
	@$(TELLS) practice

setup: $(STAMP)

# A virtual environment knows its own folder and its Python: it is made anew where the checkout has moved or the Python is gone.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
$(STAMP): FORCE
endif
ifneq ($(shell $(VENV)/bin/python -c '' 2>&1 && echo runs),runs)
$(STAMP): FORCE
endif

# Runs again only when an input of the set-up has changed.
$(STAMP): pyproject.toml constraints.txt
	@test -n '$(PYTHON)' || { echo 'Tells needs Python 3.11 or newer. Install it, or say: make setup PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo 'Tells needs Python 3.11 or newer; $(PYTHON) is older.' >&2; exit 1; }
	@echo 'Setting up $(VENV), once; this takes a few minutes.' >&2
	@test "$$(cat $(STAMP) 2>/dev/null)" = '$(CURDIR)' && $(VENV)/bin/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@rm -f $(STAMP)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@echo '$(CURDIR)' > $(STAMP)

test: setup
	@$(VENV)/bin/python -m pytest

# The slow tests are left to `make test`.
check: setup
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/python -m pytest -m 'not slow'
	@$(TELLS) check

bench: setup
	@$(VENV)/bin/python -m tests.bench $(BENCH)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

FORCE:
