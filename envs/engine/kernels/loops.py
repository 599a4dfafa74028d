"""Loops over many games at once: templates that `jit` binds to one game's kernels and compiles.

The names `sample`, `start`, `step`, `paint`, `observe`, `layout`, `value`, `act` and `margin` are the
kernels of the game. The loops make no array views, which would cost far more than the games.
"""

# mypy: ignore-errors

from __future__ import annotations

import numpy as np

from .compile import kernel
from .rng import draw, key, level_seed

HELD_OUT = 4  # one layout in four is kept for control and deploy
ATTEMPTS = 10_000
TRAIN, CONTROL, DEPLOY = 0, 1, 2
SHIFT = np.uint64(32)


def next_seeds(base, episodes, where, seeds):
    """The level seeds of the next episodes of the games `where`."""
    for k in range(len(where)):
        seeds[k] = level_seed(base[where[k]], episodes[where[k]])
        episodes[where[k]] += 1


def draw_levels(levels, raw, where, seeds, setup, split, alpha):
    """Draw levels[where[k]] from seeds[k]; returns how many could be drawn."""
    rng = np.zeros(1, np.uint64)
    for k in range(len(where)):
        level = levels[where[k]]
        rng[0] = key(seeds[k], split)
        apart = split == DEPLOY or (split == TRAIN and (draw(rng) >> SHIFT) < alpha)
        found = False
        for _ in range(ATTEMPTS):
            for byte in range(raw.shape[1]):
                raw[where[k], byte] = 0
            level.seed = seeds[k]
            level.horizon = setup[0].horizon
            level.apart = apart
            if not sample(level, setup[0], apart, rng):
                continue
            if (layout(level) % np.uint64(HELD_OUT) == np.uint64(0)) != (split != TRAIN):
                continue
            level.margin = margin(level)
            found = level.margin > 0 or not apart
            if found:
                break
        if not found:
            return k
    return len(where)


@kernel
def no_margin(level):
    """The margin of levels that agree by construction, without the long way to compute, and compile, that it is 0."""
    return 0.0


def measure_levels(levels):
    """Fill in the margin of levels that were made by hand."""
    for level in levels:
        level.margin = margin(level)
        level.apart = level.margin > 0


def begin_games(levels, states, raw, frames, raw_frames, rewards, returns, weights, reached, ended, where):
    """Put games at their start, clear their books and paint what of their levels never changes."""
    for k in range(len(where)):
        i = where[k]
        ended[0, i] = ended[1, i] = False
        for g in range(rewards.shape[1]):
            rewards[i, g] = returns[i, g] = 0.0
            weights[i, g], reached[i, g] = 1.0, -1
        for byte in range(raw.shape[1]):
            raw[i, byte] = 0
        for byte in range(raw_frames.shape[1]):
            raw_frames[i, byte] = 0
        start(levels[i], states[i])
        paint(levels[i], frames[i].cells)


def observe_games(levels, states, frames):
    """Draw what changes over the painted frames."""
    for i in range(len(levels)):
        observe(levels[i], states[i], frames[i].cells)


def step_games(levels, states, actions, n_actions, asleep, discounts, rewards, returns, weights, reached, ended):
    """One transition of every game that is not asleep, and its bookkeeping.

    Returns -1, or the first game whose action does not exist: then nothing has been done.
    """
    for i in range(len(levels)):
        if not asleep[i] and not 0 <= actions[i] < n_actions:
            return i
    reward = np.zeros(len(discounts))
    for i in range(len(levels)):
        ended[0, i] = ended[1, i] = False
        for g in range(len(discounts)):
            reward[g] = rewards[i, g] = 0.0
        if asleep[i]:
            continue
        state = states[i]
        state.t += 1
        ended[0, i] = step(levels[i], state, actions[i], reward)
        ended[1, i] = not ended[0, i] and state.t >= levels[i].horizon
        for g in range(len(discounts)):
            rewards[i, g] = reward[g]
            returns[i, g] += weights[i, g] * reward[g]
            weights[i, g] *= discounts[g]
            if reward[g] > 0 and reached[i, g] < 0:
                reached[i, g] = state.t
    return -1


def tell_games(levels, rewards, returns, there, ended, seeds, numbers, masks):
    """What infos say, a row for each thing: level seeds; margins, rewards and returns; and which of them count."""
    width = rewards.shape[1]
    for i in range(len(levels)):
        seeds[i] = levels[i].seed if there[i] else 0
        numbers[0, i] = levels[i].margin if there[i] else 0.0
        for g in range(width):
            numbers[1 + g, i] = rewards[i, g] if there[i] else 0.0
            numbers[1 + width + g, i] = returns[i, g] if ended[i] else 0.0
    for row in range(len(masks)):
        for i in range(len(levels)):
            masks[row, i] = there[i] if row < 3 + width else ended[i]


def play_randomly(levels, states, raw, n_actions, discounts, returns):
    """Returns of random play on each level, into returns[level, episode, reward]."""
    rng = np.zeros(1, np.uint64)
    reward = np.zeros(len(discounts))
    for i in range(len(levels)):
        for k in range(returns.shape[1]):
            rng[0] = key(levels[i].seed, 1000 + k)
            for byte in range(raw.shape[1]):
                raw[i, byte] = 0
            state, weight = states[i], np.ones(len(discounts))
            start(levels[i], state)
            over = False
            while not over and state.t < levels[i].horizon:
                state.t += 1
                reward[:] = 0.0
                over = step(levels[i], state, np.int64(((draw(rng) >> SHIFT) * np.uint64(n_actions)) >> SHIFT), reward)
                for g in range(len(discounts)):
                    returns[i, k, g] += weight[g] * reward[g]
                    weight[g] *= discounts[g]


def value_games(levels, states, values):
    """The optimum of each goal from each game's state on, into values[game, goal]."""
    for i in range(len(levels)):
        for g in range(values.shape[1]):
            values[i, g] = value(levels[i], states[i], g)[0]


def act_games(levels, states, goal, actions):
    """The reference policy of a goal, where a game has one, into actions[game]."""
    for i in range(len(levels)):
        actions[i] = act(levels[i], states[i], goal)


def value_actions(levels, states, scratch, goal, discounts, values, steps):
    """Action values of a goal's optimum by one step of lookahead, and the fewest steps it takes."""
    reward = np.zeros(len(discounts))
    for i in range(len(levels)):
        for action in range(values.shape[1]):
            scratch[0] = states[i]
            state = scratch[0]
            state.t += 1
            reward[:] = 0.0
            over = step(levels[i], state, action, reward)
            values[i, action] = reward[goal]
            steps[i, action] = 1 if reward[goal] != 0.0 else 0
            if not over and state.t < levels[i].horizon:
                later, wait = value(levels[i], state, goal)
                values[i, action] += discounts[goal] * later
                if wait > 0:
                    steps[i, action] = 1 + wait
