"""Films: recorded episodes moment by moment, played again from their actions alone.

What was recorded is small, the actions; what is seen, done and earned in each step follows from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...envs.engine.batch import Batch
from ...envs.engine.looks.art import Scene
from ...envs.engine.task import Task
from ...terms import SPLITS, Split
from ..measures.outcomes import named_outcomes
from ..table.episodes import Episodes
from .games import recorded_task
from .replay import UNSEEN, Replay, agent_cell, recorded


@dataclass(frozen=True)
class Moment:
    """How a game stands after a step, or at the start.

    Attributes:
        scene: to be drawn.
        action: what led here, by name; empty at the start.
        earned: of each reward and event, what the step gave, where it gave any.
        returns: of each, what was earned so far, discounted.
        cell: where the agent is, (row, col), in a game in which somebody walks.
    """

    scene: Scene
    action: str
    earned: dict[str, float]
    returns: dict[str, float]
    cell: tuple[int, int] | None


@dataclass(frozen=True)
class Film:
    """One episode.

    Attributes:
        outcome: what it went for, by name, or "none".
        terminated: whether it ended by itself, not by the horizon.
        oracle: of each goal, the most that could be earned.
    """

    task: Task
    training_seed: int
    level_seed: int
    outcome: str
    terminated: bool
    oracle: dict[str, float]
    moments: list[Moment] = field(default_factory=list)


def films(episodes: Episodes) -> list[Film]:
    """The films of all episodes, split by split, in the order of the table; `episodes` are of one way of acting.

    Raises:
        ValueError: this code plays another game than they were played in.
    """
    made: list[Film] = []
    for split in SPLITS:
        for seed in np.unique(episodes.column("training_seed")).tolist():
            part = episodes.where(split=split, training_seed=seed)
            if len(part):
                made += _filmed(part, split)
    return made


def _filmed(part: Episodes, split: Split) -> list[Film]:
    task, goals = recorded_task(part.game, split), [reward.name for reward in part.game.rewards]
    seeds, terminated = part.column("level_seed").tolist(), part.column("terminated").tolist()
    oracle = [dict(zip(goals, most, strict=False)) for most in part.channels("oracle").tolist()]
    training_seed = int(part.column("training_seed")[0])
    facts = zip(seeds, named_outcomes(part), terminated, oracle, strict=True)
    made = [Film(task, training_seed, *each) for each in facts]
    actions = recorded(part)
    for moments in _played(task, actions):
        for film, moment in zip(made, moments, strict=True):
            if moment is not None:
                film.moments.append(moment)
    return made


def _played(task: Task, actions: dict[int, Any]) -> Iterator[list[Moment | None]]:
    """Of each game, the start, and then a moment for each step until its end."""
    batch = Batch.of(task, np.array(list(actions)))
    policy, names, state = Replay(actions).bind(batch), task.game.actions, None
    taken: list[str] = [""] * batch.n
    playing = np.ones(batch.n, bool)
    while playing.any():
        scenes = batch.scenes()
        yield [_moment(batch, k, scenes[k], taken[k]) if playing[k] else None for k in range(batch.n)]
        playing = ~batch.done
        chosen, state = policy(UNSEEN, state, playing)
        batch.step(chosen)
        taken = [names[action] for action in chosen.tolist()]


def _moment(batch: Batch, k: int, scene: Scene, action: str) -> Moment:
    names = batch.task.channels
    rewards, returns = batch.rewards[k].tolist(), batch.returns[k].tolist()
    earned = {name: amount for name, amount in zip(names, rewards, strict=True) if amount}
    return Moment(scene, action, earned, dict(zip(names, returns, strict=True)), agent_cell(batch, k))
