# Everything below sets up what it needs in .venv: python3 (3.11 or newer), pip and make are enough.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MANAGE := $(BIN)/python example_site/manage.py

.DEFAULT_GOAL := help
.PHONY: help demo demo-workers test install-test screenshots bench bench-quick bench-growth lint types mutants migrations workflows messages format clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1" -c constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev -c constraints.txt
	@touch $@

define load
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) load_demo
endef

define serve
	echo; \
	echo "  http://127.0.0.1:$(PORT)/admin/   users admin, manager, importer, exporter, nobody; password demo"; \
	echo; \
	$(MANAGE) runserver 127.0.0.1:$(PORT)
endef

demo: $(READY) ## Run the example site with demo data (PORT, default 8000)
	$(load)
	@$(serve)

demo-workers: export REGCERT_TASKS = database
demo-workers: $(READY) ## The same, with two workers
	@# All is loaded before the workers begin: SQLite has one writer.
	$(load)
	@DEBUG=0 $(MANAGE) db_worker & one=$$!; DEBUG=0 $(MANAGE) db_worker & two=$$!; \
	trap "kill $$one $$two" EXIT; trap exit INT TERM; $(serve)

test: $(READY) ## Run the tests (ARGS="tests/test_cells.py -x" for some)
	$(BIN)/python -m pytest $(ARGS)

install-test: $(READY) ## Install the wheel into new sites by the README and work there (ARGS="--all", "--help")
	$(BIN)/python -m tests.install $(ARGS)

screenshots: $(READY) ## Make the screenshots of the docs (needs chromium)
	$(BIN)/python -m pytest -q tests/e2e/screenshots.py

bench: $(READY) ## Measure ours beside floors and peers, and right after a load (SQLite, and DATABASE_URL); write docs/benchmarks.md
	$(BIN)/python -m benchmarks

bench-quick: $(READY) ## The same once, peers with fewer records; write nothing
	$(BIN)/python -m benchmarks quick

bench-growth: $(READY) ## Measure larger files and tables; write docs/benchmarks.md
	$(BIN)/python -m benchmarks growth

lint: $(READY) ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY) ## Put style and formatting right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(READY) ## Check types
	$(BIN)/mypy

mutants: $(READY) ## See which small changes to the pure part no unit test notices (ARGS="cells importing.plan" for some)
	$(BIN)/python -m tests.mutants $(ARGS)

migrations: $(READY) ## Check that no migration is missing
	$(MANAGE) makemigrations --check --dry-run

workflows: $(READY) ## Look for weaknesses in the workflows
	$(BIN)/zizmor --offline --quiet --persona pedantic .

messages: $(READY) ## Collect the texts to translate and compile the catalogues (needs gettext)
	@command -v msgfmt >/dev/null || { echo "GNU gettext is needed (its msgfmt is missing): apt install gettext, brew install gettext …"; exit 1; }
	cd wagtail_regcert && "$(CURDIR)/$(BIN)/django-admin" makemessages --all --no-wrap --no-obsolete --add-location file
	@# The date of the collection would change a catalogue in which nothing else has changed.
	@for po in wagtail_regcert/locale/*/LC_MESSAGES/django.po; do \
		sed '/^"POT-Creation-Date: /d' $$po > $$po.new && mv $$po.new $$po && \
		printf '%s: ' $$po && msgfmt --check-format --statistics -o $${po%.po}.mo $$po || exit 1; \
	done

clean: ## Remove what the targets made
	rm -rf $(VENV) .venvs build dist mutants .mypy_cache .pytest_cache .ruff_cache example_site/db.sqlite3*
