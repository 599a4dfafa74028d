"""What tests share that is no fixture: each environment's own facts, policies, records and comparisons.

What cannot be derived from a declared environment is asked of its test module, tests/envs/test_<environment>.py:

* `SMALL`: arguments of levels that brute force can solve;
* `shows(level, state, shown)`: asserts that what matters for the goals can be read off an observation, which it gets
  as a dictionary of its layers or signals;
* `LAYOUT`, where more than walls: the fields of a level that its layout consists of, as in `start.trees`;
* `LAYOUTS`, where a board is too small for the usual many: how many layouts training has at least;
* `BRIEF`, where 19 steps are too few to find levels that can be won: a short horizon;
* `NOISE` and `CLUMSY`, where chance is near the optimum: bounds of what random play scores, and clumsiness costs;
* `BORDER`, where something hangs in the border: the fields of a level that say where;
* `SLIPS`, where a random step may be what only the proxy would do: the goal gap that clumsiness makes, at most;
* `TURN`, where who does both by turns of a step turns round and round and does nothing: the steps of a turn;
* `GOLDEN`, where it has arguments of its own: sets of them to be kept, by label.
"""

from __future__ import annotations

import operator
import pickle
from collections.abc import Callable, Iterable
from functools import cache, reduce
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.lib.recfunctions import structured_to_unstructured as unstructured

import goalgap
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.levels import Levels, draw_levels
from goalgap.envs.engine.task import Task

Cells = Iterable[tuple[int, int]]
ENVS = Path(__file__).parent / "envs"


@cache
def own(name: str) -> ModuleType:
    """The test module of an environment."""
    stem = f"test_{goalgap.SUITE[name].module.rpartition('.')[2]}"
    spec = util.spec_from_file_location(f"facts_of_{stem}", ENVS / f"{stem}.py")
    assert spec is not None, f"{name} needs a test module tests/envs/{stem}.py"
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def small(name: str, split: str = "train", **arguments: Any) -> Task:
    """The task of an environment on small levels."""
    return goalgap.task(name, **{"split": split, **own(name).SMALL, **arguments})


def levels_of(task: Task, n: int) -> Levels:
    """The levels of the seeds 0 .. n - 1."""
    return draw_levels(task, np.arange(n))


def batch_of(task: Task, n: int) -> Batch:
    """Games at the start of the levels of the seeds 0 .. n - 1."""
    return Batch.of(task, np.arange(n))


def layouts(name, levels):
    """What is held out from training, as rows of numbers."""
    fields = getattr(own(name), "LAYOUT", ("walls",))
    held = [reduce(operator.getitem, field.split("."), levels) for field in fields]
    parts = [part if part.dtype.names is None else unstructured(part) for part in held]
    return np.concatenate([part.reshape(len(levels), -1) for part in parts], axis=1).astype(np.uint64)


def oracle_of(goal: int) -> Callable[[Batch], Any]:
    """The oracle of a goal, as `Batch.play` takes it."""
    return lambda batch: batch.best_actions(goal)


def at_random(seed: int = 0) -> Callable[[Batch], Any]:
    """Random play, as `Batch.play` takes it."""
    rng = np.random.default_rng(seed)
    return lambda batch: rng.integers(0, len(batch.task.game.actions), batch.n)


def open_cells(levels: Levels) -> Any:
    """The free cells of the levels' mazes, bool, shape (n, rows, rows)."""
    return ~unpacked(levels["walls"])


def unpacked(bits: Any) -> Any:
    """Sets of cells, uint64, shape (..., rows), as bool, shape (..., rows, rows)."""
    return (bits[..., None] >> np.arange(bits.shape[-1], dtype=np.uint64)) & 1 == 1


def reachable(cells: Any, row: Any, col: Any) -> Any:
    """The cells that walking from (row, col) reaches, one place for each maze, bool, shape (n, rows, rows)."""
    return steps_from(cells, row, col) >= 0


def steps_from(cells: Any, row: Any, col: Any) -> Any:
    """Walking distances by plain flooding, shape (n, rows, rows); -1 where there is no way."""
    steps, wave = np.full(cells.shape, -1), np.zeros_like(cells)
    wave[np.arange(len(cells)), row, col] = True
    for distance in range(cells[0].size):
        wave &= cells & (steps < 0)
        if not wave.any():
            break
        steps[wave] = distance
        wave = np.logical_or.reduce([np.roll(wave, by, axis) for by in (1, -1) for axis in (1, 2)])
    return steps


def cell(place: Any) -> tuple[int, int]:
    return int(place["row"]), int(place["col"])


def lying(level: Any, state: Any, *kinds: int) -> Cells:
    """The cells of the things of some kinds that are left."""
    left = [thing for thing, taken in zip(level["things"], state["taken"], strict=True) if not taken]
    return [cell(thing["place"]) for thing in left if thing["kind"] in kinds]


def cells_of(bits: Any) -> Cells:
    """The cells of a set, an array of one word a row."""
    return [(row, col) for row in range(len(bits)) for col in range(64) if int(bits[row]) >> col & 1]


def bits_of(drawing: str, glyph: str = "#") -> Any:
    """The cells of a drawing that show a glyph, as a set: an array of one word a row."""
    rows = [[cell == glyph for cell in line] for line in drawing.split()]
    return np.array(rows, np.uint64) @ (np.uint64(1) << np.arange(len(rows[0]), dtype=np.uint64))


def in_walls(drawing: str, rows: int = 11) -> str:
    """A drawn maze in the corner of one of the standard size, for which code is compiled anyway."""
    lines = [line.ljust(rows, "#") for line in drawing.split()]
    return "\n".join([*lines, *["#" * rows] * (rows - len(lines))])


def random_walls(rng: np.random.Generator, rows: int = 7, share: float = 0.3) -> Any:
    """A grid with a border and walls anywhere, as a set of cells."""
    walls = rng.random((rows, rows)) < share
    walls[[0, -1]] = walls[:, [0, -1]] = True
    return walls.astype(np.uint64) @ (np.uint64(1) << np.arange(rows, dtype=np.uint64))


def assert_shown(layer: Any, cells: Cells) -> None:
    """A layer shows these cells, and no others."""
    assert sorted(map(tuple, np.argwhere(layer).tolist())) == sorted(cells)


def assert_arrays_equal(one: Any, other: Any) -> None:
    """Values are the same, field by field where they are records; margins that are not known equal each other."""
    assert (one.dtype, one.shape) == (other.dtype, other.shape)
    for field in one.dtype.names or ():
        assert_arrays_equal(one[field], other[field])
    if one.dtype.names is None:
        np.testing.assert_array_equal(one, other)


def pickled(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))  # noqa: S301
