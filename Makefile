# Everything below sets up what it needs in .venv: python3 (3.11 or newer), pip and make are enough.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MANAGE := $(BIN)/python example_site/manage.py

.DEFAULT_GOAL := help
.PHONY: help demo test lint types migrations format clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1" -c constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev -c constraints.txt
	@touch $@

demo: $(READY) ## Run the example site with demo data (PORT, default 8000)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) load_demo
	@echo
	@echo "  http://127.0.0.1:$(PORT)/admin/   users admin, manager, importer, exporter, nobody; password demo"
	@echo
	@$(MANAGE) runserver 127.0.0.1:$(PORT)

test: $(READY) ## Run the tests
	$(BIN)/python -m pytest

lint: $(READY) ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY) ## Put style and formatting right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(READY) ## Check types
	$(BIN)/mypy

migrations: $(READY) ## Check that no migration is missing
	$(MANAGE) makemigrations --check --dry-run

clean: ## Remove what the targets made
	rm -rf $(VENV) .venvs build dist .mypy_cache .pytest_cache .ruff_cache example_site/db.sqlite3*
