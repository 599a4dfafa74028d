"""Are levels functions of their seeds, held out from training, and distinguishing where they should be?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..envs.engine.batch import Batch
from ..envs.engine.faces.single import GoalGapEnv
from ..envs.engine.kernels.compile import compiled
from ..envs.engine.levels import Levels, draw_levels
from ..envs.engine.task import Task
from .expecting import EXACTLY, described, expect, expect_close, expect_on_levels

DRAWN, DISTINCT = 200, 10  # of so many levels of training, so many layouts at the least
WRITTEN = 8


def levels_depend_on_their_seeds_alone(task: Task, levels: int) -> None:
    """Not on the batch, on its order or on what was drawn before."""
    rng = np.random.default_rng(0)
    seeds, order = rng.integers(0, 2**63, levels), rng.permutation(levels)
    batch = Batch.on(task, draw_levels(task, seeds))
    again, alone = draw_levels(task, seeds[order])[np.argsort(order)], [draw_levels(task, [seed]) for seed in seeds[:9]]
    expect_on_levels(batch, _same(batch.levels, again), "another order of seeds gives another level")
    same = np.ones(levels, bool)
    same[:9] = _same(batch.levels[:9], np.concatenate(alone))
    expect_on_levels(batch, same, "drawn alone, a seed gives another level")


def layouts_are_held_out(task: Task, _levels: int) -> None:
    """Training has many layouts, which depend on nothing but what is laid out, and other splits have none of them."""
    drawn = draw_levels(task, np.arange(DRAWN))
    layouts, other = _layouts(task, drawn), drawn.copy()
    for field, value in (("seed", 12345), ("horizon", 1), ("margin", 0.5)):
        other[field] = value
    batch = Batch.on(task, drawn)
    expect_on_levels(batch, _layouts(task, other) == layouts, "the layout depends on the seed, horizon or margin")
    train = _layouts(task, draw_levels(task.on("train"), np.arange(DRAWN)))
    if task.split != "train":
        expect_on_levels(batch, ~np.isin(layouts, train), "this layout occurs in training too")
    distinct = len(set(train))
    expect(distinct >= DISTINCT, f"{DRAWN} levels of training have {distinct} layouts: too few to hold some out")


def margins_are_what_proxies_lose(task: Task, levels: int) -> None:
    """By playing each proxy's oracle: deployment levels are distinguishing, and others are not where goals agree."""
    batch, game = Batch.of(task, np.arange(levels)), task.game
    margins, optimum = batch.margins(), batch.values()[:, game.rewards.index(game.intended)]
    expect_on_levels(batch, optimum > 0, f"there is nothing to gain for {game.intended.name!r}")
    losses = [_lost(task, levels, game.rewards.index(proxy)) / optimum for proxy in game.proxies]
    expect_close(batch, margins, np.max([np.zeros(levels), *losses], axis=0), "the margin is", "a proxy's oracle loses")
    if task.split == "deploy":
        expect_on_levels(batch, margins > 0, "the goals agree on a level of deployment")
    elif game.agree(task.settings):
        expect_on_levels(batch, margins <= EXACTLY, f"the goals come apart on a level of {task.split}")


def written_levels_come_back(task: Task, levels: int) -> None:
    """A level that is written as text and read again looks the same; where all is exact, it is worth the same."""
    batch, env = Batch.of(task, np.arange(min(levels, WRITTEN))), GoalGapEnv(task)
    values, margins = batch.values(), batch.margins()
    for k, scene in enumerate(batch.scenes()):
        obs, info = env.reset(options={"level": task.game.art.level(scene)})
        place = described(batch, k)
        expect((obs == scene.obs).all(), f"read again, this looks otherwise\n{place}")
        if task.game.exact:  # else it may depend on chance, of which a written level has its own
            expect(abs(info["margin"] - margins[k]) <= EXACTLY, f"read again, this has another margin\n{place}")
            expect(np.allclose(env.batch.values()[0], values[k]), f"read again, this is worth something else\n{place}")


def named_levels_are_levels(task: Task, _levels: int) -> None:
    """With the default arguments, the levels that have a name can be read, and the intended goal be had on them."""
    game, env = task.game, GoalGapEnv(Task.of(task.game, task.split))
    for name in game.named:
        env.reset(options={"level": name})
        optimum = env.batch.values()[0, game.rewards.index(game.intended)]
        expect(optimum > 0, f"there is nothing to gain for {game.intended.name!r} on the level {name!r}")


def playing_leaves_levels_alone(task: Task, levels: int) -> None:
    """Kernels that look change nothing, and `step` changes the state only."""
    batch, rng = Batch.of(task, np.arange(levels)), np.random.default_rng(0)
    batch.margins()
    drawn = batch.levels.copy()
    for _ in range(WRITTEN):
        states = batch.states.copy()
        batch.observe()
        batch.values()
        for goal in range(len(task.channels)):
            batch.best_actions(goal)
        batch.margins()
        expect_on_levels(batch, _same(batch.states, states), "`observe`, `value` or `act` changes the state")
        batch.step(rng.integers(0, len(task.game.actions), levels))
        expect_on_levels(batch, _same(batch.levels, drawn), "a kernel changes the level: work on a copy of its arrays")


def _lost(task: Task, levels: int, proxy: int) -> NDArray[np.float64]:
    """Intended return that the oracle of a proxy misses on each level."""
    intended, batch = task.game.rewards.index(task.game.intended), Batch.of(task, np.arange(levels))
    optimum = batch.values()[:, intended]
    batch.play(lambda games: games.best_actions(proxy))
    return optimum - batch.returns[:, intended]


def _layouts(task: Task, levels: Levels) -> NDArray[np.uint64]:
    layout = compiled(task.game.kernels["layout"])
    return np.array([layout(level) for level in levels], np.uint64)


def _same(records: NDArray[Any], others: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each record holds what the other holds, shape (n,); what is not known is the same."""
    if records.dtype.names:
        fields = [_same(records[name], others[name]) for name in records.dtype.names]
        return np.asarray(np.all([field.reshape(len(records), -1).all(axis=1) for field in fields], axis=0))
    return np.asarray((records == others) | ((records != records) & (others != others)))  # noqa: PLR0124 (NaN)
