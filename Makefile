# make run          open the window (make run SCENARIO=my.toml for another scenario)
# make test         run the whole suite on a virtual screen (make test ARGS="-k camera -x")
# make lint         style, types, and the rule that dependencies point downwards
# make screenshots  make the pictures of docs/ again
# make thumbnails   make the pictures of the presets in the gallery again
# make figures      make the pictures of docs/figures.md again, by the commands shown there
# make benchmark    measure start-up, frames and steps
# make clean        remove everything that make made
#
# Each does its own set-up: .venv, the pinned packages, and the few system libraries that are missing.

SCENARIO ?= lecture-surface
ARGS ?=
PYTHON_OF_VENV := .venv/bin/python
SET_UP := pyproject.toml constraints.txt scripts/environment.sh
ON_SCREEN := scripts/on_virtual_screen.sh

.PHONY: help run test lint screenshots thumbnails figures benchmark screen clean
help:
	@sed -n 's/^# \{0,1\}//p' Makefile

run: .venv/installed
	@scripts/run.sh "$(SCENARIO)"

test: .venv/installed-dev screen
	$(ON_SCREEN) $(PYTHON_OF_VENV) -m pytest -n logical --maxprocesses 4 --dist worksteal $(ARGS)

lint: .venv/installed-dev
	$(PYTHON_OF_VENV) -m ruff check .
	$(PYTHON_OF_VENV) -m ruff format --check .
	$(PYTHON_OF_VENV) -m mypy
	.venv/bin/lint-imports

screenshots: .venv/installed-dev screen
	$(ON_SCREEN) $(PYTHON_OF_VENV) docs/screenshots.py

thumbnails: .venv/installed
	$(PYTHON_OF_VENV) docs/thumbnails.py

figures: .venv/installed
	$(PYTHON_OF_VENV) docs/figures.py

benchmark: .venv/installed-dev screen
	@for script in benchmarks/[!_]*.py; do \
	    echo "== $$script"; $(ON_SCREEN) $(PYTHON_OF_VENV) "$$script" || exit 1; \
	done

screen:
	@scripts/system_libraries.sh tests

.venv/installed: $(SET_UP)
	@scripts/environment.sh
	@touch $@

# Development needs everything that running needs, so `make run` after it installs nothing.
.venv/installed-dev: $(SET_UP)
	@scripts/environment.sh dev
	@touch .venv/installed $@

clean:
	rm -rf .venv out build dist *.egg-info .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
