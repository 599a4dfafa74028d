"""Loops over many games at once: templates that `compile` binds to one game's kernels.

They call the stubs of the contract, in whose place the game's kernels are put. They make no array views, which would
cost far more than the games.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compile import kernel
from .contract import act, distinguishes, lay_out, layout, margin, observe, paint, sample, step, value
from .rng import below, draw, key, level_seed

HELD_OUT = np.uint64(4)  # one layout in four is kept for control and deploy
ATTEMPTS = 10_000
TRAIN, DEPLOY = 0, 2
HALF = np.uint64(32)
NONE = np.uint64(0)

Records = Any  # an array of records, shape (n,)
Indices = NDArray[np.int64]
Floats = NDArray[np.float64]


class Games(NamedTuple):
    """A batch of games, a row a game.

    Attributes:
        levels, states: records, shape (n,).
        painted: what of the observation never changes, records of one field `cells`, shape (n,).
        rewards, returns: float64, shape (n, channels): of the last step, and discounted since the start.
        weights: float64, shape (n, channels): by what the next reward is discounted.
        reached: int32, shape (n, channels): the step of the first positive reward, -1 before.
        terminated, truncated: bool, shape (n,): of the last step.
        done: bool, shape (n,): the episode has ended, and the game stands still until it is reset.
        timed_out: bool, shape (n,): it is done because it was truncated.
    """

    levels: Records
    states: Records
    painted: Records
    rewards: Floats
    returns: Floats
    weights: Floats
    reached: NDArray[np.int32]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    done: NDArray[np.bool_]
    timed_out: NDArray[np.bool_]


class Draw(NamedTuple):
    """How levels are drawn: the arguments, an array of one record; the split by number; alpha in 2^32nds; an array of
    two blank levels, the second for one that is to be distinguishing; and the margin to write down, 0 where the goals
    agree by construction, else NaN for not known.
    """

    arguments: Records
    split: int
    alpha: np.uint64
    blank: Records
    margin: float


def next_seeds(bases: Indices, episodes: Indices, where: Indices, seeds: Indices) -> None:
    """Write the level seeds of the next episodes of the games `where` into `seeds`, and count the episodes."""
    for k in range(len(where)):
        seeds[k] = level_seed(bases[where[k]], episodes[where[k]])
        episodes[where[k]] += 1


def draw_levels(levels: Records, where: Indices, seeds: Indices, how: Draw) -> int:
    """Draw levels[where[k]] from seeds[k]; returns how many could be drawn."""
    rng = np.zeros(1, np.uint64)
    for k in range(len(where)):
        i = where[k]
        rng[0] = key(seeds[k], how.split)
        wanted = how.split == DEPLOY or (how.split == TRAIN and (draw(rng) >> HALF) < how.alpha)
        found = False
        for _ in range(ATTEMPTS):
            levels[i] = how.blank[1 if wanted else 0]
            level = levels[i]
            level.seed, level.margin = seeds[k], how.margin
            if lay_out(level, how.arguments[0], rng) and not belongs(layout(level), how.split):
                continue
            if not sample(level, how.arguments[0], wanted, rng) or not belongs(layout(level), how.split):
                continue
            found = not wanted or distinguishes(level)
            if found:
                break
        if not found:
            return k
    return len(where)


@kernel
def belongs(layout: Any, split: int) -> bool:
    """Whether levels of a split may have a layout, given by its 64 bits."""
    return (layout % HELD_OUT == NONE) == (split != TRAIN)


@kernel
def never(level: Any) -> bool:
    """In place of `distinguishes`, where no distinguishing level is wanted: so the way to tell is not compiled."""
    return False


def measure_margins(levels: Records) -> None:
    """Fill in the margins that are not known."""
    for i in range(len(levels)):
        if np.isnan(levels[i].margin):
            levels[i].margin = margin(levels[i])


def start_games(games: Games, where: Indices) -> None:
    """Put games at the start of their levels, clear what they have earned and paint what never changes."""
    for k in range(len(where)):
        i = where[k]
        games.states[i] = games.levels[i].start
        games.terminated[i] = games.truncated[i] = games.done[i] = games.timed_out[i] = False
        for g in range(games.rewards.shape[1]):
            games.rewards[i, g] = games.returns[i, g] = 0.0
            games.weights[i, g], games.reached[i, g] = 1.0, -1
        games.painted[i] = games.painted[len(games.levels)]  # the last row stays empty
        paint(games.levels[i], games.painted[i].cells)


def observe_games(games: Games, where: Indices, frames: Records) -> None:
    """Draw the games `where` as they stand into frames[k]."""
    for k in range(len(where)):
        i = where[k]
        frames[k] = games.painted[i]
        observe(games.levels[i], games.states[i], frames[k].cells)


def step_games(games: Games, actions: Indices, n_actions: int, discounts: Floats) -> int:
    """Play one transition of every game that is not done, and keep its books.

    Returns how many games are done; or, where the action of game i does not exist, -1 - i: then nothing has moved.
    """
    for i in range(len(games.levels)):
        if not games.done[i] and not 0 <= actions[i] < n_actions:
            return -1 - i
    done = 0
    reward = np.zeros(len(discounts))
    for i in range(len(games.levels)):
        games.terminated[i] = games.truncated[i] = False
        for g in range(len(discounts)):
            reward[g] = games.rewards[i, g] = 0.0
        if games.done[i]:
            done += 1
            continue
        state = games.states[i]
        state.t += 1
        games.terminated[i] = step(games.levels[i], state, actions[i], reward)
        games.truncated[i] = not games.terminated[i] and state.t >= games.levels[i].horizon
        games.done[i] = games.terminated[i] or games.truncated[i]
        games.timed_out[i] = games.truncated[i]
        done += games.done[i]
        for g in range(len(discounts)):
            if reward[g] != 0.0:
                games.rewards[i, g] = reward[g]
                games.returns[i, g] += games.weights[i, g] * reward[g]
                if reward[g] > 0.0 and games.reached[i, g] < 0:
                    games.reached[i, g] = state.t
            games.weights[i, g] *= discounts[g]
    return done


def play_randomly(
    levels: Records, scratch: Records, n_actions: int, discounts: Floats, returns: Floats, reached: NDArray[np.int32]
) -> None:
    """Write what random play earns on each level, and when first, into [level, episode, channel]; scratch is a state.

    `returns` are 0 and `reached` -1 beforehand.
    """
    rng = np.zeros(1, np.uint64)
    reward, weight = np.zeros(len(discounts)), np.ones(len(discounts))
    for i in range(len(levels)):
        for k in range(returns.shape[1]):
            rng[0] = key(levels[i].seed, 1000 + k)
            scratch[0] = levels[i].start
            weight[:] = 1.0
            over = False
            while not over and scratch[0].t < levels[i].horizon:
                scratch[0].t += 1
                reward[:] = 0.0
                over = step(levels[i], scratch[0], below(rng, n_actions), reward)
                for g in range(len(discounts)):
                    returns[i, k, g] += weight[g] * reward[g]
                    weight[g] *= discounts[g]
                    if reward[g] > 0.0 and reached[i, k, g] < 0:
                        reached[i, k, g] = scratch[0].t


def value_games(levels: Records, states: Records, goals: Indices, values: Floats) -> None:
    """Write the optimum of some channels from each game's state on into values[game, k], k a place in goals."""
    for i in range(len(levels)):
        for k in range(len(goals)):
            values[i, k] = value(levels[i], states[i], goals[k])[0]


def act_games(levels: Records, states: Records, goal: int, actions: Indices) -> None:
    """Write the actions of a goal's reference policy into `actions`, where a game has one."""
    for i in range(len(levels)):
        actions[i] = act(levels[i], states[i], goal)


def look_ahead(games: Games, scratch: Records, goal: int, discounts: Floats, values: Floats, steps: Indices) -> None:
    """Write action values of a goal's optimum, and the fewest steps it takes, into values and steps[game, action]."""
    reward = np.zeros(len(discounts))
    for i in range(len(games.levels)):
        for action in range(values.shape[1]):
            scratch[0] = games.states[i]
            state = scratch[0]
            state.t += 1
            reward[:] = 0.0
            over = step(games.levels[i], state, action, reward)
            values[i, action] = reward[goal]
            steps[i, action] = 1 if reward[goal] != 0.0 else 0
            if not over and state.t < games.levels[i].horizon:
                later, wait = value(games.levels[i], state, goal)
                values[i, action] += discounts[goal] * later
                if wait > 0:
                    steps[i, action] = 1 + wait
