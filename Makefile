# Muster: `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SPARK_VENV := .venv-spark
AS_OF ?= 2011-12-09
PORT ?= 8080
USERS ?= 20000
NIGHTS ?= 30
SEED ?= 1
export MUSTER_HOME ?= $(CURDIR)/var
export MUSTER_LANDING ?= $(CURDIR)/dbt_project/sample

include docker/airflow.env
export $(shell sed -n 's/^\([A-Z_]*\)=.*/\1/p' docker/airflow.env)
export AIRFLOW_HOME ?= $(MUSTER_HOME)/airflow
export AIRFLOW__CORE__DAGS_FOLDER := $(CURDIR)/dags
export AIRFLOW__CORE__PLUGINS_FOLDER := $(CURDIR)/plugins
export AIRFLOW__DATABASE__SQL_ALCHEMY_CONN ?= sqlite:///$(AIRFLOW_HOME)/airflow.db

.DEFAULT_GOAL := help
.PHONY: help run demo test test-slow test-engines test-office up airflow docs lint bench lock setup setup-dev setup-spark setup-postgres setup-office

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## one night on the sample through Airflow (AS_OF=2011-12-09)
	@$(BIN)/python -m muster.orchestration run $(AS_OF)

demo: export MUSTER_HOME := $(MUSTER_HOME)/demo
demo: setup ## a made-up shop under var/demo: 20,000 users, 30 nights, each run before the next (USERS=, NIGHTS=, SEED=)
	@$(BIN)/muster simulate --users $(USERS) --nights $(NIGHTS) --seed $(SEED) --landing $(MUSTER_HOME)/landing --run
	@echo "look at"; printf '  $(MUSTER_HOME)/%s\n' current/report.html current/exports/workbooks \
	  current/exports/recall_list.csv current/muster.duckdb landing/README.md
	@echo "why the first of the list: MUSTER_HOME=$(MUSTER_HOME) $(BIN)/muster explain" \
	  $$(awk -F, 'NR == 2 { print $$3 }' $(MUSTER_HOME)/current/exports/recall_list.csv)

up: setup ## Airflow's scheduler and UI on this machine; Ctrl-C stops them
	@$(BIN)/python -m muster.orchestration up --port $(PORT)

airflow: setup ## Airflow's own command line with these settings (ARGS="backfill create ...")
	@$(BIN)/airflow $(ARGS)

test: setup-dev ## every test but the slow ones, other engines and LibreOffice
	@$(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/slow --ignore tests/engines --ignore tests/office tests

test-slow: setup-dev ## what takes longer: many nights, backfills that are killed, also through a real scheduler
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/slow

test-engines: setup-dev setup-spark setup-postgres ## the same nights on DuckDB, PostgreSQL and Spark give the same rows
	@$(BIN)/python -m pytest -n 2 tests/engines

test-office: setup-dev setup-office ## LibreOffice fills in a workbook, and it comes back
	@$(BIN)/python -m pytest tests/office

docs: setup ## what every table and column means, as one page under var/docs
	@$(BIN)/muster docs

lint: setup-dev ## Python, SQL, YAML, Dockerfile, compose file
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/sqlfluff lint --processes 2 dbt_project
	@$(BIN)/yamllint -s .
	@$(BIN)/hadolint docker/Dockerfile
	@$(BIN)/docker-compose -f docker/compose.yaml config --no-interpolate -q

bench: setup-dev ## speed and memory as ratios against a plain scan of the same rows; what the ranking earns (README)
	@$(BIN)/python tests/bench/night.py
	@$(BIN)/python tests/bench/value.py
	@$(BIN)/python tests/bench/simulate.py
	@$(BIN)/python tests/bench/recall.py

lock: ## recompute the hash-locked requirements (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/base.in -o requirements/base.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements/base.txt requirements/dev.in -o requirements/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/spark.in -o requirements/spark.txt

setup: $(VENV)/.base $(if $(filter spark,$(MUSTER_TARGET)),$(SPARK_VENV)/.base) ## the environment in .venv, from hash-locked requirements
setup-dev: $(VENV)/.dev ## the same with what tests and linters need
setup-spark: $(SPARK_VENV)/.base ## Spark's own environment in .venv-spark; MUSTER_TARGET=spark makes setup include it
setup-postgres: ## a PostgreSQL server for the tests, from Debian's packages where there is none
	@command -v initdb /usr/lib/postgresql/*/bin/initdb >/dev/null || \
	  { apt-get update -q && apt-get install -q -y --no-install-recommends postgresql; }
setup-office: ## LibreOffice's spreadsheet for the tests, from Debian's packages where there is none
	@/usr/bin/python3 -c 'import uno' 2>/dev/null && command -v soffice >/dev/null || \
	  { apt-get update -q && apt-get install -q -y --no-install-recommends libreoffice-calc python3-uno; }

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Muster needs Python 3.11 to 3.13; say which one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.base: requirements/base.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what a night needs into $(VENV) (once, some minutes) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/base.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/.base
	@echo "Installing what the tests need into $(VENV) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

$(SPARK_VENV)/.base: requirements/spark.txt | $(VENV)/bin/python
	@echo "Installing Spark and its dbt into $(SPARK_VENV) (once, 600 MB) ..."
	@$(PYTHON) -m venv $(SPARK_VENV)
	@$(SPARK_VENV)/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/spark.txt
	@touch $@
