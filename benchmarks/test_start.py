"""How long it takes to begin: importing, and the first step of the first and of the second process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from goalgap import SUITE

IMPORT = """
import time, gymnasium, numpy
start, spent = time.perf_counter(), time.process_time()
import goalgap
print(time.perf_counter() - start, time.process_time() - spent)
"""
FIRST_STEP = """
import time, gymnasium, goalgap
start, spent = time.perf_counter(), time.process_time()
env = gymnasium.make("goalgap/CheeseCorner-v0")
env.reset(seed=0)
env.step(0)
print(time.perf_counter() - start, time.process_time() - spent)
"""


def seconds(script, **variables):
    """What a new process says it took: by the clock, and of processor time."""
    command = [sys.executable, "-c", script]
    out = subprocess.check_output(command, text=True, cwd="/", env=os.environ | variables)
    return tuple(map(float, out.split()))


def told(clock, processor):
    return f"{clock:.2f} ({processor:.2f}) s"


def test_importing(benchmark, report):
    times = []
    benchmark.pedantic(lambda: times.append(seconds(IMPORT)), rounds=5, warmup_rounds=1)
    report("import goalgap, beyond Gymnasium (processor time)", told(*min(times)), "0.3 s")


@pytest.mark.parametrize("game", ["CheeseCorner", "KeysAndChests", "Probation"])
def test_first_steps(benchmark, report, tmp_path, game):
    script = FIRST_STEP.replace("goalgap/CheeseCorner-v0", SUITE[game].id)
    cache = {"NUMBA_CACHE_DIR": str(tmp_path)}
    first, times = seconds(script, **cache), []
    benchmark.pedantic(lambda: times.append(seconds(script, **cache)), rounds=5)
    report(f"{game}: first step since gymnasium.make, never compiled", told(*first), "3 s")
    report(f"{game}: the same in the next process", told(*min(times)), "1.5 s")
    report(f"{game}: in relation to that", f"{first[1] / min(times)[1]:.1f} x")
    assert min(times)[1] < first[1] / 2
