"""Scripts on grids: who walks, and where to, whether or not anybody is rewarded for it.

A destination is a function from a batch to cells, bool, shape (n, rows, rows). Who goes there takes the shortest way
to the nearest of them, and stands still where there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.batch import Batch
from ...envs.engine.maze import COL_STEP, PLACE, ROW_STEP
from .scripts import Actions, Mask, Player, Script, shares

Cells = NDArray[np.bool_]
Destination = Callable[[Batch], Cells]
TURN = 4  # what a random number is used for, beside those of `scripts`
FAR = 10**6  # steps, where there is no way


def stand(batch: Batch, _: int) -> Player:
    """Bumping into a wall, the nearest there is to standing still; without one beside it, a step up and a step back."""
    away, open_cells, who = np.zeros(batch.n, bool), free(batch), np.arange(batch.n)

    def play(mask: Mask) -> Actions:
        row, col = position(batch)
        walls = np.stack([~open_cells[who, row + ROW_STEP[way], col + COL_STEP[way]] for way in range(4)], axis=1)
        back, bump = away.copy(), np.asarray(walls.any(axis=1))
        away[mask] = ~back[mask] & ~bump[mask]
        return np.where(back, 2, np.where(bump, walls.argmax(axis=1), 0))

    return play


def free(batch: Batch) -> Cells:
    """The cells that are no walls."""
    return ~unpacked(batch.levels["walls"])


def unpacked(bits: Any) -> Cells:
    """Sets of cells, uint64, shape (n, rows), as bool, shape (n, rows, rows)."""
    cells: Cells = (bits[..., None] >> np.arange(bits.shape[-1], dtype=np.uint64)) & np.uint64(1) == 1
    return cells


def position(batch: Batch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and col of who walks: of the first place among the fields of a state."""
    name = next(name for name in batch.states.dtype.names or () if batch.states.dtype[name] == PLACE)
    return batch.states[name]["row"].astype(np.int64), batch.states[name]["col"].astype(np.int64)


def cells_at(batch: Batch, row: Any, col: Any) -> Cells:
    """One cell of each game."""
    cells = np.zeros((batch.n, *batch.task.settings.board_shape()), bool)
    cells[np.arange(batch.n), row, col] = True
    return cells


def steps_to(cells: Cells, targets: Cells) -> NDArray[np.int64]:
    """Walking distance from every cell to the nearest target, shape (n, rows, rows); FAR where there is no way."""
    steps = np.full(cells.shape, FAR)
    wave, distance = cells & targets, 0
    while wave.any():
        steps[wave] = distance
        distance += 1
        spread = np.zeros_like(wave)
        spread[:, 1:] |= wave[:, :-1]
        spread[:, :-1] |= wave[:, 1:]
        spread[:, :, 1:] |= wave[:, :, :-1]
        spread[:, :, :-1] |= wave[:, :, 1:]
        wave = spread & cells & (steps == FAR)
    return steps


def seek(wanted: Destination, around: Destination | None = None) -> Script:
    """The shortest way to the nearest cell that is wanted as things stand, through no cell that is to be avoided."""

    def begin(batch: Batch, seed: int) -> Player:
        rest, cells = stand(batch, seed), free(batch)

        def play(mask: Mask) -> Actions:
            open_cells = cells if around is None else cells & ~around(batch)
            return _walk(batch, steps_to(open_cells, wanted(batch)), rest, mask)

        return play

    return begin


def go_to(wanted: Destination) -> Script:
    """The shortest way to the nearest cell that is wanted when the episode begins, and there it stands."""

    def begin(batch: Batch, seed: int) -> Player:
        rest, steps = stand(batch, seed), steps_to(free(batch), wanted(batch))
        return lambda mask: _walk(batch, steps, rest, mask)

    return begin


def _walk(batch: Batch, steps: NDArray[np.int64], rest: Player, mask: Mask) -> Actions:
    """A step down the distances, or rest where they end, or where there is no way."""
    here, beside = steps[np.arange(batch.n), *position(batch)], _beside(batch, steps)
    moves = (beside.min(axis=1) < FAR) & (here > 0)
    return np.where(moves, beside.argmin(axis=1), rest(mask & ~moves))


def _beside(batch: Batch, steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """The distances of the four cells around, shape (n, 4)."""
    (row, col), who = position(batch), np.arange(batch.n)
    return np.stack([steps[who, row + ROW_STEP[way], col + COL_STEP[way]] for way in range(4)], axis=1)


def explore(batch: Batch, seed: int) -> Player:
    """The nearest cell that has not been visited yet, until there is none."""
    visited = np.zeros((batch.n, *batch.task.settings.board_shape()), bool)
    player = seek(lambda _: ~visited)(batch, seed)

    def play(mask: Mask) -> Actions:
        visited[np.arange(batch.n), *position(batch)] = True
        return player(mask)

    return play


def straight(turn: int | None = 1) -> Script:
    """One direction until something is in the way, then a turn: by so many quarters to the right, None for a random
    number of them.
    """

    def begin(batch: Batch, seed: int) -> Player:
        heading, open_cells, who = np.zeros(batch.n, np.int64), free(batch), np.arange(batch.n)

        def play(_: Mask) -> Actions:
            row, col = position(batch)
            bumps = ~open_cells[who, row + ROW_STEP[heading], col + COL_STEP[heading]]
            quarters = 1 + (3 * shares(batch, batch.states["t"], seed, TURN)).astype(np.int64) if turn is None else turn
            heading[:] = np.where(bumps, heading + quarters, heading) % 4
            return heading.copy()

        return play

    return begin


def along_the_wall(batch: Batch, _: int) -> Player:
    """With one hand at the wall: right where that is free, else ahead, else left, else back."""
    heading, open_cells, who = np.zeros(batch.n, np.int64), free(batch), np.arange(batch.n)

    def play(_: Mask) -> Actions:
        row, col = position(batch)
        ways = (heading[:, None] + np.array([1, 0, 3, 2])) % 4
        ahead = open_cells[who[:, None], row[:, None] + ROW_STEP[ways], col[:, None] + COL_STEP[ways]]
        heading[:] = ways[who, ahead.argmax(axis=1)]
        return heading.copy()

    return play


def lying(*kinds: int) -> Destination:
    """The cells of things that are left, of some kinds; of all kinds where none is named."""

    def cells(batch: Batch) -> Cells:
        things, left = batch.levels["things"], batch.states["taken"] == 0
        wanted = left & (np.isin(things["kind"], kinds) if kinds else True)
        marked = np.zeros((batch.n, *batch.task.settings.board_shape()), bool)
        game, thing = np.nonzero(wanted)
        marked[game, things["place"]["row"][game, thing], things["place"]["col"][game, thing]] = True
        return marked

    return cells


def place(name: str) -> Destination:
    """The cell of a place of the level, by the name of its field."""
    return lambda batch: cells_at(batch, batch.levels[name]["row"], batch.levels[name]["col"])


def nearest_to(row: int, col: int) -> Destination:
    """The cell that can be reached and lies nearest to (row, col) as the crow flies; negative numbers count from the
    far side.
    """

    def cells(batch: Batch) -> Cells:
        rows, cols = batch.task.settings.board_shape()
        away = abs(np.arange(rows)[:, None] - row % rows) + abs(np.arange(cols) - col % cols)
        return _best_cell(batch, -np.broadcast_to(away, (batch.n, rows, cols)))

    return cells


def farthest(batch: Batch) -> Cells:
    """The cell that is farthest from where the episode began."""
    name = next(name for name in batch.states.dtype.names or () if batch.states.dtype[name] == PLACE)
    start = batch.levels["start"][name]
    return _best_cell(batch, steps_to(free(batch), cells_at(batch, start["row"], start["col"])))


def _best_cell(batch: Batch, worth: NDArray[np.int64]) -> Cells:
    """The cell of the highest worth among those that can be reached, the first of equals."""
    reached = steps_to(free(batch), cells_at(batch, *position(batch))) < FAR
    flat = np.where(reached, worth, -FAR).reshape(batch.n, -1).argmax(axis=1)
    return cells_at(batch, *np.unravel_index(flat, worth.shape[1:]))
