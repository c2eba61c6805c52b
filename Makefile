# All tasks of the project; `make` lists them.

VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= $(shell expr 2 + $$(nproc 2>/dev/null || echo 2))
EVENTS ?= 10000
EXTRAS ?= serve
PIP := $(BIN)/python -m pip --disable-pip-version-check
REQUIREMENTS := pyproject.toml constraints.txt

# A moved checkout, or a missing Python, needs a new environment.
MADE_IN := $(shell $(BIN)/python -c 'print(open("$(VENV)/made-in").read().strip())' 2>/dev/null)

.PHONY: help run venv test check bench fuzz torture wheelhouse clean

help:
	@echo "make run      replay a real bearing failure (installs Raceway into $(VENV) first)"
	@echo "make test     run the tests"
	@echo "make check    check format, lint, types and import contracts"
	@echo "make bench    measure detection, speed and the console; print the figures"
	@echo "make fuzz     send 10,000 random keys, resizes and pastes to the console (EVENTS=N, RACEWAY_FUZZ_SEED=N)"
	@echo "make torture  kill processes, fill disks, turn clocks for half an hour; print any loss"
	@echo "make wheelhouse  collect all packages in wheelhouse/, to install without a network"
	@echo "make venv     install Raceway and its development tools into $(VENV)"
	@echo "make clean    remove $(VENV), build results and caches"
	@echo "Variables: PYTHON=/path/to/python3.12, WORKERS=N (test processes), TORTURE='--cycles N', EXTRAS=serve,formats"

run: $(VENV)/installed-run
	@$(BIN)/raceway demo

venv: $(VENV)/installed-dev

# Compiled modules are kept: test processes and their hundreds of children would compile them again.
test: $(VENV)/installed-dev
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/installed-dev
	@$(BIN)/python -m bench

fuzz: $(VENV)/installed-dev
	@RACEWAY_FUZZ_EVENTS=$(EVENTS) $(BIN)/python -m pytest -q tests/tui/console/keys/test_fuzz.py

torture: $(VENV)/installed-dev
	@nice $(BIN)/python -m bench.torture $(TORTURE)

# The packages fit computers with the same Python and processor as this one.
wheelhouse: $(VENV)/made-in
	@mkdir -p wheelhouse
	@$(PIP) wheel --constraint constraints.txt --wheel-dir wheelhouse 'hatchling==1.33.0' '.[$(EXTRAS)]'
	@echo "wheelhouse/ is complete; on the other computer: deploy/install.sh FOLDER $(EXTRAS) learning"

clean:
	rm -rf $(VENV) build dist wheelhouse .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed-run: $(VENV)/made-in $(REQUIREMENTS)
	@echo "Installing Raceway into $(VENV); TensorFlow is large, so the first time takes some minutes."
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/made-in $(REQUIREMENTS)
	@echo "Installing Raceway and its development tools into $(VENV); the first time takes some minutes."
	@$(PIP) install --constraint constraints.txt --editable '.[dev,serve]'
	@touch $@ $(VENV)/installed-run

ifneq ($(MADE_IN),$(CURDIR))
.PHONY: $(VENV)/made-in
endif
$(VENV)/made-in:
	@if [ -e $(VENV) ] && [ ! -e $@ ]; then \
		echo "$(VENV) exists and was not made by make. Remove it, or name another: make run VENV=.venv-raceway" >&2; \
		exit 1; \
	fi; \
	found=; bare=; \
	for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
		"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || continue; \
		if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then found="$$python"; break; fi; \
		bare="$${bare:-$$python}"; \
	done; \
	if [ -z "$$found" ] && [ -n "$$bare" ]; then \
		echo "$$bare cannot make a virtual environment: its venv or ensurepip module is missing." \
			"Install them (on Debian and Ubuntu: apt install python3-venv), or name another Python:" \
			"make run PYTHON=/path/to/python3" >&2; \
		exit 1; \
	elif [ -z "$$found" ]; then \
		echo "Raceway needs Python 3.11, 3.12 or 3.13, and $(if $(PYTHON),$(PYTHON) is none of them,none was found)." \
			"Install one, or name it: make run PYTHON=/path/to/python3.12" >&2; \
		exit 1; \
	fi; \
	rm -rf $(VENV) && mkdir $(VENV) && echo unfinished > $@ && \
	"$$found" -m venv $(VENV) && echo '$(CURDIR)' > $@
