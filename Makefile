# Everything a person does from a checkout.  A Debian-like machine with python3 and make needs nothing else.

PYTHON ?= python3
BIN := .venv/bin
SRC := src tests bench docs
ON_POSTGRESQL := $(addprefix tests/,$(addprefix integration/,store ledger exchange taxii pulse) property/test_door.py property/test_arrivals.py)
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: help demo test rooms check crash bench performance soak docs screenshots lock clean

help:
	@echo "make demo            a throw-away node with a story in it; ONCE=1 loads it, checks itself and ends"
	@echo "make test            every test, and what keeps records on PostgreSQL too"
	@echo "make rooms           the tests of the rooms on PostgreSQL"
	@echo "make check           style, types, walls between the layers, the house examines itself"
	@echo "make crash           a node killed 100 times in the middle of its work, on each database; KILLS=6 is shorter"
	@echo "make bench           figures, each beside its reference; FULL=1 at full size, PEERS=1 with peers, ONLY=names"
	@echo "make performance     the page of what was measured last, docs/reference/performance.md"
	@echo "make soak            an hour of mixed work on one node, or MINUTES=n; says whether anything grew"
	@echo "make docs            the generated pages of docs/"
	@echo "make screenshots     every page, four roles, two themes, two widths, into screenshots/"

# ---- the environment: installed once for each change of a lock file ----

.venv/bin/python:
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -q && apt-get install -qy python3-venv && $(PYTHON) -m venv .venv; \
	  else echo "Install the package python3-venv, then run make again." >&2; exit 1; fi; }

.venv/.base: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# ---- what people do ----

demo: .venv/.base
	$(BIN)/mitra demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT)) $(if $(JSON),--json)

test: .venv/.dev
	$(BIN)/python -m pytest -n 2 --dist loadfile
	MITRA_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n 2 --dist loadfile $(ON_POSTGRESQL)

rooms: .venv/.dev
	MITRA_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n 2 --dist loadfile $(addprefix tests/integration/,community board cases messages) tests/journeys/test_one_story.py

check: .venv/.dev
	$(BIN)/ruff check $(SRC)
	$(BIN)/ruff format --check $(SRC)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/house

crash: .venv/.dev
	$(BIN)/python tests/crash.py $(if $(KILLS),--kills $(KILLS))

bench: .venv/.dev
	$(BIN)/python bench/run.py $(if $(FULL),--full) $(if $(PEERS),--peers) $(ONLY)

performance: .venv/.dev
	$(BIN)/python bench/run.py --publish
	$(BIN)/python docs/make.py

soak: .venv/.dev
	$(BIN)/python bench/soak.py --minutes $(or $(MINUTES),60)

docs: .venv/.dev
	$(BIN)/python docs/make.py

screenshots: .venv/.dev
	$(BIN)/python -m pytest -n 2 --dist load tests/browser/test_pictures.py --screenshots screenshots

lock: .venv/.dev
	$(BIN)/uv pip compile -q pyproject.toml --group build --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --group dev --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv build dist screenshots bench-results .mypy_cache .ruff_cache .pytest_cache .hypothesis
