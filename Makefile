# `make` lists the targets. Only git, make and Python 3.11-3.13 are assumed; nothing is installed outside this folder.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench serve ui serving-only lock clean

export UV_PYTHON_DOWNLOADS := never
export BENTOML_DO_NOT_TRACK := True
export DO_NOT_TRACK := true
export MLFLOW_DISABLE_TELEMETRY := true

VENV := .venv
SERVE_VENV := .venv-serve
RUN := $(VENV)/bin
PYTHON ?=

# Candidates are run, not looked up: a pyenv shim exists for versions that it then refuses to start, and some systems ship a Python without venv.
find_python = \
  works() { "$$1" -c 'import sys, ensurepip, sqlite3, ssl, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; }; \
  choose() { \
    if [ -n "$(PYTHON)" ]; then works "$(PYTHON)" && echo "$(PYTHON)"; return; fi; \
    for version in 3.12 3.13 3.11; do \
      for candidate in "python$$version" "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/"$$version".*/bin/python; do \
        if works "$$candidate"; then echo "$$candidate"; return; fi; \
      done; \
    done; \
    for candidate in python3 python; do if works "$$candidate"; then echo "$$candidate"; return; fi; done; \
  }

# $(1) environment, $(2) pinned requirements. A half-filled environment keeps its mark and is made afresh, so an interruption costs only time.
# pip takes over where uv cannot fetch: some networks make their mirror known to pip alone.
define install
@set -eu; $(find_python); \
if [ -e $(1)/.unfinished ]; then \
  if kill -0 "$$(cat $(1)/.unfinished)" 2>/dev/null; then \
    echo "Expected to set up $(1) alone, but process $$(cat $(1)/.unfinished) is at it: wait for its end, then run this again." >&2; exit 1; \
  fi; \
  echo "An earlier set-up of $(1) was cut short: starting it afresh."; rm -rf $(1); \
fi; \
if ! works $(1)/bin/python; then \
  python=$$(choose || true); \
  if [ -z "$$python" ]; then \
    echo "Expected a Python 3.11, 3.12 or 3.13 that can make environments (with venv, ssl and sqlite3); $(if $(PYTHON),'$(PYTHON)' is none,none was found)." >&2; \
    echo "Install one, or name it: make setup PYTHON=/path/to/python3.12" >&2; exit 1; \
  fi; \
  echo "Making $(1) with $$("$$python" -V) ($$python)"; \
  rm -rf $(1); mkdir $(1); echo $$$$ > $(1)/.unfinished; "$$python" -m venv $(1); \
fi; \
unset PYTHONDONTWRITEBYTECODE; \
if [ -t 1 ]; then quiet=; else quiet=--quiet; fi; \
echo "Installing what $(2) pins, each file checked against its hash (the first time this downloads up to 300 MB)"; \
echo $$$$ > $(1)/.unfinished; \
if ! { $(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/uv.txt \
       && $(1)/bin/uv pip install $$quiet --python $(1)/bin/python --compile-bytecode --require-hashes --no-deps -r $(2); }; then \
  echo "uv could not fetch them, its reason is above: using pip instead, which takes a minute or two"; \
  $(1)/bin/python -m pip install $$quiet --disable-pip-version-check --require-hashes --no-deps -r $(2); \
fi; \
rm $(1)/.unfinished; \
echo "Installing authenticity itself from this folder"; \
$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
touch $(1)/.ready
endef

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PYTHON=/path/to/python chooses the interpreter when .venv is made (3.11, 3.12 or 3.13)."

$(VENV)/.ready: pyproject.toml requirements/full.txt requirements/uv.txt
	$(call install,$(VENV),requirements/full.txt)
	@echo "Ready: $(RUN)/authenticity --help"

$(SERVE_VENV)/.ready: pyproject.toml requirements/serve.txt requirements/uv.txt
	$(call install,$(SERVE_VENV),requirements/serve.txt)

setup: $(VENV)/.ready ## make .venv with everything; again only when a requirement has changed

demo: setup ## simulate, train and judge an account, start to end
	@$(RUN)/authenticity demo

test: setup ## run every test, on as many cores as there are (PYTEST_ADDOPTS=-n0: one after another)
	@$(RUN)/python -m pytest -n auto --dist loadfile

check: setup ## lint, format, types and who may import whom
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports --no-logo

bench: setup ## measure docs/results.md again (half an hour and 8 GB of disk)
	@$(RUN)/python bench/results.py "synthetic world" bench/world_results.py
	@$(RUN)/python bench/results.py features bench/features.py
	@$(RUN)/python bench/results.py serving bench/serving.py
	@test -e var/champion.json || $(RUN)/authenticity train experiments/default.toml
	@$(RUN)/python bench/results.py scale bench/scale.py --workdir var/scale

serve: setup ## answer over HTTP on this machine, port 3000
	@$(RUN)/authenticity serve

ui: setup ## look at runs and bundles in MLflow, port 5000
	@$(RUN)/authenticity ui

serving-only: $(SERVE_VENV)/.ready ## prove that the service runs without anything of training
	@$(SERVE_VENV)/bin/python -c "from importlib.util import find_spec; \
	  here = [name for name in ('matplotlib', 'mlflow', 'pandas', 'sklearn') if find_spec(name)]; \
	  assert not here, f'expected an environment without training, found {here}: requirements/serve.txt must not bring them'; \
	  import serving.service; \
	  print('The service imports with no matplotlib, mlflow, pandas or sklearn installed.')"

# UPGRADE=1 takes the newest versions that pyproject.toml allows; without it what is pinned stays wherever it can.
COMPILE = $(RUN)/uv pip compile --quiet $(if $(UPGRADE),--upgrade) --python $(RUN)/python --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links

lock: setup ## remake the hashed requirement files (UPGRADE=1: newest versions)
	$(COMPILE) --group lock --output-file requirements/uv.txt
	$(COMPILE) pyproject.toml --extra serve --extra train --extra dev --group build --output-file requirements/full.txt
	$(COMPILE) pyproject.toml --extra serve --group build --constraint requirements/full.txt --output-file requirements/serve.txt
	@if grep -n '://' requirements/*.txt; then echo "Expected no address in the requirement files: see the lines above." >&2; exit 1; fi

clean: ## remove caches and what was built; .venv and var stay
	rm -rf $(SERVE_VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find authenticity.py features models training serving tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
