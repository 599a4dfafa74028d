"""Playing an entry again: whether its actions earn what was recorded, and whether they are its own.

A reference policy is played again by itself, on levels that are drawn anew each time, since it takes long to find the
best action: it must take the very actions that were recorded. The episodes of a trained agent must not all be those of
reference policies, which look at the state of the game: on a thousand levels no trained agent breaks every tie, and
makes every slip, as they do.

What this cannot show is who chose the actions: a few of them changed by hand hide an oracle.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..agents.reference import Reference, reference, reference_names
from ..envs.engine.batch import Batch
from ..envs.engine.task import Task
from ..eval.play.games import recorded_task
from ..eval.play.replay import UNSEEN, Replay, Replayed, recorded, replays
from ..eval.table.episodes import Episodes

STILL = "noop"  # which a trained agent may well come to do
DRAWN = 100  # levels of each split on which a reference policy is played again
AT_ONCE = 32  # levels after which episodes that nobody else plays are seen to be so


def verified(kind: str, episodes: Episodes) -> Iterator[Replayed]:
    """Play the episodes of each run and split again; `fault` says what is wrong with them.

    Args:
        kind: of the entry, "trained" or "reference".
    """
    for replayed in replays(episodes):
        fault = replayed.fault or (_impostor(replayed) if kind == "reference" else _copied(replayed))
        yield replace(replayed, fault=fault)


def _impostor(replayed: Replayed) -> str:
    """What is wrong with the episodes of a reference policy: nothing, if it plays them again."""
    task, run = recorded_task(replayed.episodes.game, replayed.split), replayed.run
    try:
        policy = reference(run.agent, task.game, run.training_seed)
    except ValueError as error:
        return f"this is no reference policy: {error}"
    actions = recorded(replayed.episodes)
    drawn = random.SystemRandom().sample(sorted(actions), min(DRAWN, len(actions)))
    if not players(task, {seed: actions[seed] for seed in drawn}, {run.agent: policy}):
        return f"{run.agent} plays the levels of {replayed.split} otherwise than was recorded"
    return ""


def _copied(replayed: Replayed) -> str:
    """What is wrong with the episodes of a trained agent: nothing, unless reference policies play them all."""
    task, actions = recorded_task(replayed.episodes.game, replayed.split), recorded(replayed.episodes)
    if len(np.unique(np.concatenate(list(actions.values())))) == 1:
        return ""
    policies = {
        f"{name}, seed {seed}": reference(name, task.game, seed)
        for name in reference_names(task.game)
        for seed in sorted({0, replayed.run.training_seed})
        if name != STILL
    }
    if not (named := players(task, actions, policies)):
        return ""
    names = " and ".join(dict.fromkeys(name.partition(",")[0] for name in named))
    return (
        f"every episode of {replayed.run.agent} with training seed {replayed.run.training_seed} on {replayed.split} is "
        f"one of {names}, which looks at the state of the game: no trained agent plays so"
    )


def players(task: Task, actions: dict[int, NDArray[np.uint8]], policies: Mapping[str, Reference]) -> tuple[str, ...]:
    """The reference policies that between them play all of these episodes, action by action; none if they do not.

    Args:
        actions: of each episode, by level seed.
        policies: by any names.
    """
    seeds, found = list(actions), np.zeros(len(policies), bool)
    for start in range(0, len(seeds), AT_ONCE):
        same = _same(Batch.of(task, np.array(seeds[start : start + AT_ONCE])), actions, policies)
        if not same.any(axis=0).all():
            return ()
        found |= same.any(axis=1)
    return tuple(name for name, played in zip(policies, found, strict=True) if played)


def _same(batch: Batch, actions: dict[int, NDArray[np.uint8]], policies: Mapping[str, Reference]) -> NDArray[np.bool_]:
    """Which policy plays which episode, shape (policies, n); given up where one is played by none."""
    repeat, state = Replay(actions).bind(batch), None
    bound = [policy.bind(batch) for policy in policies.values()]
    same = np.ones((len(bound), batch.n), bool)
    while not batch.done.all() and same.any(axis=0).all():
        taken, state = repeat(UNSEEN, state, batch.done)
        _compare(same, bound, taken, batch)
        batch.step(taken)
    return same


def _compare(same: NDArray[np.bool_], bound: list[Any], taken: NDArray[np.int64], batch: Batch) -> None:
    """Note which policies would have taken another action, in each game that goes on."""
    for k, policy in enumerate(bound):
        if (same[k] & ~batch.done).any():
            same[k] &= batch.done | (policy(UNSEEN, None, batch.done)[0] == taken)
