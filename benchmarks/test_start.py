"""How long it takes to begin: importing, and the first step of the first and of the second process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

IMPORT = """
import time, gymnasium, numpy
start = time.perf_counter()
import goalgap
print(time.perf_counter() - start)
"""
FIRST_STEP = """
import time, gymnasium, goalgap
start = time.perf_counter()
env = gymnasium.make("goalgap/CheeseCorner-v0")
env.reset(seed=0)
env.step(0)
print(time.perf_counter() - start)
"""


def seconds(script, **variables):
    """What a new process says it took."""
    command = [sys.executable, "-c", script]
    return float(subprocess.check_output(command, text=True, cwd="/", env=os.environ | variables))


def test_importing(benchmark, report):
    seconds(IMPORT)
    times = []
    benchmark.pedantic(lambda: times.append(seconds(IMPORT)), rounds=5)
    report("import goalgap, beyond importing Gymnasium", f"{sorted(times)[2]:.2f} s", "0.3 s")


@pytest.mark.parametrize("game", ["CheeseCorner", "KeysAndChests", "Probation"])
def test_first_steps(benchmark, report, tmp_path, game):
    script = FIRST_STEP.replace("CheeseCorner", game)
    first = seconds(script, NUMBA_CACHE_DIR=str(tmp_path))
    times = []
    benchmark.pedantic(lambda: times.append(seconds(script, NUMBA_CACHE_DIR=str(tmp_path))), rounds=5)
    second = sorted(times)[2]
    report(f"{game}: first step since gymnasium.make, nothing compiled yet", f"{first:.1f} s", "10 s")
    report(f"{game}: the same in the next process", f"{second:.2f} s", "1.5 s")
    report(f"{game}: compiling in relation to finding it compiled", f"{first / second:.1f} x")
    assert second < first / 2
