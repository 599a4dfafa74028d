"""Are values what they claim to be: the optimum, and exactly what following them earns?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..envs.engine.batch import Batch
from ..envs.engine.levels import draw_levels
from ..envs.engine.solver import optima
from ..envs.engine.task import Task
from .expecting import EXACTLY, expect, expect_close, expect_on_levels

HURRIES = (0, 3, 6)  # horizons, besides the usual one
SOLVED, GOING, EPISODES, MOVES = 6, 3, 64, 9
ASKED = 40  # steps of an episode, however long it is, at the least, in which the best action is asked for its promise


def oracles_earn_what_they_claim(task: Task, levels: int) -> None:
    """From the start and in the midst of random play, the best actions earn exactly the value, and say so all along."""
    for goal, name in enumerate(task.channels):
        for moves in (0, MOVES):
            batch = _after_random_moves(task, levels, moves)
            going, claimed, before = ~batch.done, batch.values()[:, goal], batch.returns[:, goal].copy()
            weight = task.discounts[goal] ** batch.states["t"]
            batch.play(lambda games, goal=goal: _followed(games, goal))  # type: ignore[misc]
            earned = np.where(going, (batch.returns[:, goal] - before) / weight, claimed)
            after = f" after {moves} random moves" if moves else ""
            expect_close(batch, claimed, earned, f"`value` claims, of {name!r}{after},", "following it earns")


def random_play_earns_no_more(task: Task, levels: int) -> None:
    """No episode of random play earns more than the optimum."""
    if not task.game.exact:
        return
    batch = Batch.of(task, np.arange(levels))
    values, luckiest = batch.values(), batch.random_play(EPISODES)[0].max(axis=1)
    for goal, name in enumerate(task.channels):
        good = luckiest[:, goal] <= values[:, goal] + EXACTLY
        expect_on_levels(batch, good, f"random play earned more of {name!r} than `value` calls the most")


def values_are_the_optimum(task: Task, _levels: int) -> None:
    """On small levels, also in a hurry: the value of every reward and event is what brute force finds."""
    for horizon in HURRIES:
        levels = draw_levels(task, np.arange(SOLVED))
        if horizon:
            levels["horizon"] = horizon
        batch = Batch.on(task, levels)
        truth = np.array([optima(task, levels[k : k + 1]) for k in range(SOLVED)])
        for goal, name in enumerate(task.channels):
            claims = f"at a horizon of {levels['horizon'][0]}, `value` claims, of {name!r},"
            expect_close(batch, batch.values()[:, goal], truth[:, goal], claims, "brute force earns")


def action_values_are_the_optimum(task: Task, _levels: int) -> None:
    """On small levels, in the middle of an episode: so are the values of what each action leads to."""
    batch = _after_random_moves(task, 40, 5)
    going = np.flatnonzero(~batch.done)[:GOING]
    expect(len(going), f"no game of {task.game.name} lasts for 5 random moves: choose other `small` arguments")
    part = Batch.on(task, batch.levels[going])
    part.put(batch.states[going])
    for action, verb in enumerate(task.game.actions):
        truth = np.array([_after(part, k, action) for k in range(part.n)])
        for goal, name in enumerate(task.channels):
            claims = f"after 5 random moves, {verb!r} is claimed to lead to, of {name!r},"
            expect_close(part, part.action_values(goal)[:, action], truth[:, goal], claims, "brute force earns")


def _after_random_moves(task: Task, levels: int, moves: int) -> Batch:
    batch, rng = Batch.of(task, np.arange(levels)), np.random.default_rng(1)
    for _ in range(moves):
        batch.step(rng.integers(0, len(task.game.actions), levels))
    return batch


def _followed(batch: Batch, goal: int) -> NDArray[np.int64]:
    """The best actions, whose values must be those of the states they are taken in."""
    best, name = batch.best_actions(goal), batch.task.channels[goal]
    if batch.states["t"].max() % max(1, batch.task.horizon // ASKED):
        return best  # a promise may cost as much as playing on to the end
    promised = batch.action_values(goal)[np.arange(batch.n), best]
    values = np.where(batch.done, promised, batch.values()[:, goal])
    expect_close(batch, promised, values, f"the best action promises, of {name!r},", "`value` claims")
    return best


def _after(batch: Batch, k: int, action: int) -> NDArray[np.float64]:
    """What game k earns by one action, and by the best ones from then on, of each channel."""
    after = Batch.on(batch.task, batch.levels[k : k + 1])
    after.put(batch.states[k : k + 1])
    after.step(np.array([action]))
    later = 0.0 if after.done[0] else optima(batch.task, after.levels, after.states)
    return np.asarray(after.rewards[0] + batch.task.discounts * later)
