.PHONY: practice setup test check bench clean
SHELL := /bin/bash
VENV := .venv
TELLS := $(VENV)/bin/tells
PYTHON ?= python3
STAMP := $(VENV)/.set-up

practice: setup
	@$(TELLS) practice

setup: $(STAMP)

# Runs again only when an input of the set-up has changed.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Tells needs Python 3.11 or newer; say PYTHON=/path/to/python3.11 make setup")'
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV), once; this takes a few minutes."
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(STAMP)

test: setup
	@$(VENV)/bin/python -m pytest

check: setup
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/python -m pytest
	@$(TELLS) check

bench: setup
	@$(VENV)/bin/python -m tests.bench

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
