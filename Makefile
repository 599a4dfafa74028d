# Everything runs in a virtual environment that is made on first use: Python 3.11 or newer and make are enough.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready

.PHONY: demo test lint types check bench battery intervals docs clean

demo: $(READY)
	$(BIN)/goalgap run CheeseCorner

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# mypy reads an installed copy, so that it sees the package under its own name
types: $(READY)
	rm -rf build/typed && $(BIN)/pip install -q --no-deps --no-build-isolation --target build/typed .
	cd build/typed && ../../$(BIN)/mypy --config-file ../../pyproject.toml --no-namespace-packages -p goalgap > ../mypy.txt || (cat ../mypy.txt && false)
	cat build/mypy.txt
	$(BIN)/python -c "import re,pathlib; n=int(re.search(r'in (\d+) source', pathlib.Path('build/mypy.txt').read_text())[1]); m=sum(1 for p in pathlib.Path('build/typed/goalgap').rglob('*.py')); assert n == m, f'mypy checked {n} of {m} files'"

check: lint types test

bench: $(READY)
	$(BIN)/python -m pytest benchmarks --benchmark-only

battery: $(READY)
	$(BIN)/python benchmarks/battery.py

intervals: $(READY)
	$(BIN)/python benchmarks/intervals.py

docs: $(READY)
	$(BIN)/python docs/generate.py

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -c constraints.txt setuptools wheel
	$(BIN)/pip install -q -c constraints.txt --no-build-isolation -e ".[dev]"
	touch $(READY)

clean:
	rm -rf build dist *.egg-info
