# Everything runs in a virtual environment that is made on first use: Python 3.11 or newer and make are enough.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready
PIP = $(BIN)/pip install -q -c constraints.txt

# PyPI's torch for Linux is the CUDA build, gigabytes of it; PyTorch's own index has one for CPUs. Where that does not
# answer in 5 seconds, torch comes from PyPI, as it does with `make TORCH_INDEX= ...`.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
ASK = import signal, sys, urllib.request; signal.alarm(5); urllib.request.urlopen(sys.argv[1] + "/torch/")

.PHONY: demo test slow lint types check bench bounds battery solvable intervals profile lowest clients docs board entries torch clean

demo: $(READY)
	$(BIN)/goalgap run CheeseCorner

test: $(READY)
	$(BIN)/python -m pytest -n 2 -m "not slow"

# what measures much: agents whose goal is known, hundreds of thousands of levels
slow: $(READY)
	$(BIN)/python -m pytest -n 2 -m slow

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# mypy reads an installed copy, so that it sees the package under its own name
types: $(READY)
	rm -rf build && $(BIN)/pip install -q --no-deps --no-build-isolation --target build/typed .
	cd build/typed && ../../$(BIN)/mypy --config-file ../../pyproject.toml --no-namespace-packages -p goalgap > ../mypy.txt || (cat ../mypy.txt && false)
	cat build/mypy.txt
	$(BIN)/python -c "import re,pathlib; n=int(re.search(r'in (\d+) source', pathlib.Path('build/mypy.txt').read_text())[1]); m=sum(1 for p in pathlib.Path('build/typed/goalgap').rglob('*.py')); assert n == m, f'mypy checked {n} of {m} files'"

check: lint types slow test

bench: $(READY)
	$(BIN)/python -m pytest benchmarks --benchmark-only

# compiled code that looks whether it reads and writes within bounds
bounds: $(READY)
	NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=build/bounds $(BIN)/python -m pytest -n 2 tests/engine tests/envs

# plays again the entries that differ from those of BASE
BASE ?= origin/main
entries: $(READY)
	git diff --name-only --diff-filter=d $(BASE)...HEAD -- 'leaderboards/entries/*/*/*' | cut -d/ -f3,4 | sort -u | xargs -r $(BIN)/goalgap verify

battery: $(READY)
	$(BIN)/python benchmarks/battery.py

solvable: $(READY)
	$(BIN)/python benchmarks/solvable.py

intervals: $(READY)
	$(BIN)/python benchmarks/intervals.py

profile: $(READY)
	$(BIN)/python benchmarks/training_profile.py

lowest:
	$(PYTHON) benchmarks/lowest.py

clients: $(READY)
	$(BIN)/python benchmarks/clients.py

docs: $(READY)
	$(BIN)/python docs/generate.py

# the leaderboard's site, from the raw episodes, and whether the board that is committed comes out again, byte by byte
board: $(READY)
	$(BIN)/goalgap leaderboard build build/board
	cmp build/board/board.md leaderboards/README.md

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) setuptools wheel
	$(MAKE) torch
	$(PIP) --no-build-isolation -e ".[dev]"
	touch $(READY)

torch:
	@{ $(PYTHON) -c '$(ASK)' $(TORCH_INDEX) && $(PIP) --no-deps --index-url $(TORCH_INDEX) torch; } 2>/dev/null \
	|| echo "torch comes from PyPI: it cannot be had from $(TORCH_INDEX)"

clean:
	rm -rf build dist *.egg-info
