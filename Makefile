# 巾帼云课堂 — `make help` lists what there is.
SHELL := /bin/bash
PY := .venv/bin/python
PYTEST_WORKERS ?= 2
export PYTHONDONTWRITEBYTECODE ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test check soak bench shots

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

setup:  ## install what `make run` needs (repeatable; does nothing when all is there)
	@scripts/setup.sh run

setup-test:  ## install what the tests need as well
	@scripts/setup.sh test

run: setup  ## start the demo site at http://127.0.0.1:8000 (PORT, LMS_DATA respected); Ctrl-C stops it
	@exec $(PY) -m scripts.run

check: setup-test  ## format, lint, strict types, floors
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

test: check  ## everything of `check` and the whole test suite
	@$(PY) -m pytest -n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder -m "not soak" $(PYTEST_ARGS)

soak: setup-test  ## the long versions of the tests; writes docs/soak.md
	@$(PY) -m scripts.soak

bench: setup-test  ## benchmarks; writes docs/benchmarks.md
	@$(PY) -m bench.run

shots: setup-test  ## screenshots of the pages into docs/screens/
	@$(PY) -m scripts.shots
