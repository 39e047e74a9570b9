# Everything below sets itself up: a machine needs Python >= 3.11 and make, nothing else.

PYTHON ?= python3
STUDY ?=
RUN_FLAGS ?=
BIN := .venv/bin
READY := .venv/.ready

.PHONY: report test lab lint bench messages spark airflow lock clean help

help:  ## say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/'

report: $(READY)  ## publish reports/index.html: real purchases and an invented company (STUDY=my/study.yml: your own data)
	$(BIN)/clv run $(STUDY) $(RUN_FLAGS)
	$(if $(STUDY),,$(BIN)/clv run --set transactions=company --set contact_cost=2.50 $(RUN_FLAGS))

test: $(READY)  ## the tests, but for those that take long or need more than Python
	$(BIN)/python -m pytest -n 2 -m "not slow and not browser"

lab: $(READY)  ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

lint: $(READY)  ## ruff, the floors of the house, the notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/house/test_notebooks.py

bench: $(READY)  ## measure: beside lifetimes, coverage of the intervals, windows of real data
	$(BIN)/python -m benchmarks.peers
	$(BIN)/python -m benchmarks.door
	$(BIN)/python -m benchmarks.coverage --replicates 300
	$(BIN)/python -m benchmarks.real_windows
	$(BIN)/python -m benchmarks.suite
	$(BIN)/python -m benchmarks.lifecycle

messages: $(READY)  ## bring the translations up to date with the notebooks and the code, and say what is left
	$(BIN)/python -m clv.report.catalogue

spark: $(READY)  ## add Spark to .venv (400 MB; it needs Java 17 or newer)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --use-pep517 --no-build-isolation -r requirements-spark.lock

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-header -q

airflow: .venv-airflow/.ready  ## set up .venv-airflow, in which the tests put the example for Airflow to work

.venv-airflow/.ready: requirements-airflow.lock $(READY)
	$(PYTHON) -m venv --clear .venv-airflow
	$(BIN)/uv pip install --quiet --python .venv-airflow/bin/python --require-hashes \
	  -r requirements-airflow.lock
	@touch $@

lock: $(READY)  ## compile the lock files anew from pyproject.toml
	$(BIN)/$(LOCK) pyproject.toml --group dev --extra deliver --extra postgres -o requirements.lock
	$(BIN)/$(LOCK) --group spark -o requirements-spark.lock
	$(BIN)/$(LOCK) --group airflow -o requirements-airflow.lock

clean:  ## remove the environment and what was generated
	rm -rf .venv .venv-airflow reports

# The lock file names every package with its hash; the project itself is then installed on top,
# editable, with the build tools that the lock file brought: nothing unlocked is ever fetched.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "clv needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Say which: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@echo "Setting up .venv (about a minute, once) …"
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
