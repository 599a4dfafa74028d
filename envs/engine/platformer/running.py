"""One step of a body in a platformer, and what it touches on its way: the same for whoever plays and for the search."""

from __future__ import annotations

from ..kernels.compile import kernel
from ..kernels.contract import Level
from ..maze.cells import Place
from .bodies import Body, covers, move_sideways, move_upright, push_off, stands
from .enemies import meets_enemy

TAKEN, REACHED, PASSED, KILLED = 1, 2, 4, 8  # what is done by touching coin, end, what is behind the wall, and dangers
OVER = TAKEN | KILLED


@kernel
def meets(body: Body, place: Place) -> bool:
    """Whether a body touches what lies at a place, a tile."""
    return bool(abs(body.row - 2 * place.row) < 2 and abs(body.col - 2 * place.col) < 2)


@kernel
def touched(level: Level, body: Body, t: int) -> int:
    """What a body does by touching what is where it is at time t, as bits of a number."""
    found = 0
    if meets(body, level.coin):
        found |= TAKEN
    if meets(body, level.end):
        found |= REACHED
    if body.col >= 2 * level.finish + 2:
        found |= PASSED
    if covers(level.lava, body.row, body.col) or meets_enemy(level, body, t):
        found |= KILLED
    return found


@kernel
def advance(level: Level, body: Body, action: int, t: int) -> int:
    """Move a body by one step, the last before time t, up to what ends the episode; returns all that it did."""
    push_off(body, action, stands(level, body))
    run, rise, found = abs(body.run), abs(body.rise), 0
    for k in range(max(run, rise, 1)):
        if k < run and body.run != 0:
            move_sideways(level, body)
        if k < rise and body.rise != 0:
            move_upright(level, body)
        found |= touched(level, body, t)
        if found & OVER:
            break
    return found
