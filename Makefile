# Two commands do everything: `make app` serves the laboratory, `make test` passes the tests.

# The first Python on the PATH that is 3.11 or newer; override with `make PYTHON=/path/to/python app`.
PYTHON ?= $(shell for v in 3 3.13 3.12 3.11; do \
  python$$v -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
  { command -v python$$v; break; }; done)
# Processes start sooner where Python may keep what it has compiled.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PORT ?= 8501

# A browser's loop of events can share no process with others, so tests that drive one are a part of
# their own, and so are those of the engine, which kill workers and wait, with the command line's,
# which wait for workers.
SERVERS := tests/browser
ENGINE := tests/engine tests/test_cli.py
PART = $(MAKE) -j1 --no-print-directory

.PHONY: app test mathematics servers engine studies mutants kept verdicts bench load load-memory check browser clean

app: .venv/ready .venv/compiled
	$(BIN)/python -m moeviz serve --port $(PORT)

# The checks take one core, and the engine's tests wait about half of their time: they run beside the
# mathematics. Those that drive a browser have the machine to themselves.
test: .venv/ready .venv/compiled browser
	@$(BIN)/python scripts/beside.py "$(PART) mathematics" "$(PART) check engine"
	@$(PART) servers

mathematics: .venv/ready .venv/compiled
	$(BIN)/python -m pytest -q -n 2 $(SERVERS:%=--ignore=%) $(ENGINE:%=--ignore=%)

servers: .venv/ready .venv/compiled browser
	$(BIN)/python -m pytest -q -n 2 $(SERVERS)

engine: .venv/ready .venv/compiled
	$(BIN)/python -m pytest -q -n 2 $(ENGINE)

# On an idle machine: times; slow statistical studies, the shipped presets at full size with several
# seeds; the tests of many of a kind, of which `make test` takes one of each; many more examples of
# each property.
studies: .venv/ready
	$(BIN)/python -m pytest -m timing
	$(BIN)/python -m pytest -m "study or crowd"
	$(BIN)/python -m pytest -m "hypothesis and not study" --hypothesis-profile many

# Everything that ships computed, as far as it is stale: what it costs is said first.
kept: .venv/ready
	$(BIN)/python -m moeviz keep
	$(BIN)/python -m moeviz exceptions --keep --resume
	$(BIN)/python -m moeviz verdicts

# Every claim's verdict that ships, decided again; interrupted, it goes on where it was.
verdicts: .venv/ready
	$(BIN)/python -m moeviz verdicts --all --resume

bench: .venv/ready
	$(BIN)/python -m moeviz bench

# Whether the server is fit for a class: eleven minutes of an idle machine, or half an hour of visits.
# A goal that is missed is said, and stops nothing.
load: .venv/ready .venv/compiled
	$(BIN)/python -m moeviz.bench.load --json benchmarks/load.json --table docs/load.md

load-memory: .venv/ready .venv/compiled
	$(BIN)/python -m moeviz.bench.load --memory --json benchmarks/load-memory.json \
	  --table docs/load.md

# Which small changes of the sources no test notices: 300 drawn in each package.
MUTATED := tower polynomial ground exact zero discovery relations cone
mutants: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r scripts/mutants.txt
	$(BIN)/python scripts/mutants.py moeviz/estimate --tests tests/estimate
	$(BIN)/python scripts/mutants.py moeviz/theory --tests tests/theory
	$(BIN)/python scripts/mutants.py moeviz/symbolic --modules $(MUTATED) --tests tests/symbolic

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

browser:
	@sh scripts/browser.sh

.venv/ready: requirements.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Expected Python 3.11 or newer on the PATH; install it, or set PYTHON=/path/to/python."; exit 1; }
	"$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

# Passes over data are compiled for this machine; later starts find them on the disk.
.venv/compiled: .venv/ready $(wildcard moeviz/model/fused/*.py)
	$(BIN)/python -m moeviz.model.fused
	touch $@

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
