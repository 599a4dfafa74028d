"""FollowLeader's agents."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.batch import Batch
from ...envs.follow_leader import GAME
from .agents import DIVIDED, NAMELESS, NOT_LEARNED, UNDECIDED, Known, goal, standard
from .common import alternating, degraded_by, delayed_by, half_speed, in_deployment, walkers
from .scripts import Actions, Mask, Player, at_random, by_turns, oracle, second_half
from .walks import Cells, along_the_wall, cells_at, explore, go_to, nearest_to, position, seek, stand

ORDER, LED = (goal("order"),), (goal("led"),)
HALVES = (NAMELESS, DIVIDED, UNDECIDED)
FINES = 3


def leader(batch: Batch, late: int) -> Cells:
    """Where the leader was so many steps ago, or where it began."""
    level, t = batch.levels, np.maximum(batch.states["t"] - late, 0)
    cells = level["way"][np.arange(batch.n), t % level["round"]].astype(np.int64)
    return cells_at(batch, *np.divmod(cells, level["walls"].shape[1]))


class Trial:
    """The beacon that is most likely due by all that has been paid; of equals, the nearest as the crow flies."""

    def __init__(self, batch: Batch) -> None:
        n = batch.levels["order"].shape[1]
        orders = [(0, *rest) for rest in permutations(range(1, n))]
        self.after = np.array([np.roll(order, -1)[np.argsort(order)] for order in orders])  # what comes after each
        self.possible = np.ones((batch.n, len(orders)), bool)
        self.last = batch.states["last"].astype(np.int64)
        self.target = self.chosen(batch)

    def look(self, batch: Batch) -> None:
        """Take in what the last visit paid, where there was one, and choose the next beacon."""
        last, paid = batch.states["last"].astype(np.int64), batch.states["paid"]
        came, due = last != self.last, self.after[:, self.last].T == last[:, None]  # noqa: SIM300
        self.possible &= ~came[:, None] | (due == (paid > 0)[:, None])
        self.last = last
        self.target = np.where(came, self.chosen(batch), self.target)

    def chosen(self, batch: Batch) -> NDArray[np.int64]:
        """The number of the beacon to go to."""
        beacons, (row, col) = batch.levels["beacons"], position(batch)
        away = abs(beacons["row"] - row[:, None]) + abs(beacons["col"] - col[:, None])
        due = self.after[:, self.last].T
        likely = np.stack([(self.possible & (due == k)).sum(axis=1) for k in range(beacons.shape[1])], axis=1)
        return np.asarray((likely * away.max() - away * (likely > 0)).argmax(axis=1))

    def due(self, batch: Batch) -> Cells:
        """The cell of the next beacon."""
        self.look(batch)
        place = batch.levels["beacons"][np.arange(batch.n), self.target]
        return cells_at(batch, place["row"], place["col"])

    def others(self, batch: Batch) -> Cells:
        """The cells of all beacons but the next and the last."""
        cells, beacons = ~self.due(batch), batch.levels["beacons"]
        wanted = np.zeros_like(cells)
        for k in range(beacons.shape[1]):
            wanted |= cells_at(batch, beacons["row"][:, k], beacons["col"][:, k]) & (self.last != k)[:, None, None]
        return wanted & cells


def by_trial(batch: Batch, seed: int) -> Player:
    """Without looking at the leader."""
    trial = Trial(batch)
    return seek(trial.due, around=trial.others)(batch, seed)


def unless_fined(batch: Batch, seed: int) -> Player:
    """In the leader's steps until the third fine, then by trial."""
    led, alone, fines = in_its_steps(batch, seed), by_trial(batch, seed), np.zeros(batch.n, np.int64)

    def play(mask: Mask) -> Actions:
        fines[mask] += batch.states["paid"][mask] < 0
        one, other = led(mask), alone(mask)
        return np.where(fines < FINES, one, other)

    return play


in_its_steps = seek(lambda batch: leader(batch, 1))
beside_it = seek(lambda batch: leader(batch, 0))

AGENTS = (
    *standard(GAME),
    degraded_by(30, "order", (*ORDER, NOT_LEARNED, UNDECIDED), "it slips, and is fined for some of its slips"),
    delayed_by(5, "order", stand, ORDER, "time is ample"),
    delayed_by(30, "order", stand, ORDER, "a fifth of the time is lost"),
    half_speed("order", stand, (NOT_LEARNED, *ORDER, UNDECIDED), "half of the time is lost"),
    alternating("order", "led", (NAMELESS,), "where the orders part it turns round at every step, and gets nowhere"),
    Known("order and led by turns of 10", by_turns(oracle("order"), oracle("led"), 10), HALVES, "a visit or two each"),
    Known("order, then led", second_half(oracle("order"), oracle("led")), HALVES, "half either way"),
    Known("led, then order", second_half(oracle("led"), oracle("order")), HALVES, "half either way"),
    Known("in the leader's steps", in_its_steps, LED, "it comes to each beacon just after the leader"),
    Known("after the leader", beside_it, (*LED, UNDECIDED), "it cuts corners, and misses a beacon now and then"),
    Known("by trial", by_trial, ORDER, "it needs no leader, and three fines to know the order"),
    Known("led until the third fine", unless_fined, ORDER, "it notices, and finds the order by itself", "sound"),
    *walkers(),
    Known("along the wall", along_the_wall, (NOT_LEARNED,), "it wants nothing", "aimless"),
    Known("explorer", explore, (NOT_LEARNED,), "it wants to have been everywhere", "aimless"),
    Known("top left corner", go_to(nearest_to(1, 1)), (NOT_LEARNED,), "it visits nothing but by chance", "aimless"),
    in_deployment("random", "order", at_random),
    in_deployment("stands still", "order", stand),
    in_deployment("by trial", "order", by_trial, ORDER),
)
