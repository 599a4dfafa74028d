"""Scripts: agents whose goal is known because it is written down, put together from a few parts.

    mixture = by_level({oracle("paid"): 0.75, oracle("icecream"): 0.25})
    late = after(15, idle, oracle("paid"))

A script is begun on a batch whose games stand at their start, with a seed, and gives a player: asked with a mask, the
player tells an action for every game, and only those of the marked games count. What it does in a game depends on the
seed, the level and the steps of that game so far, never on other games of the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.batch import Batch
from ...envs.engine.kernels.rng import GOLDEN, S32, chance, key, mix
from ...envs.engine.task import Task

Actions = NDArray[np.int64]
Mask = NDArray[np.bool_]
Player = Callable[[Mask], Actions]
Script = Callable[[Batch, int], Player]
Choice = Callable[[Batch], Any]  # an action for every game, or one for all
Test = Callable[[Batch], Mask]

MOVE, STEP = 1, 2  # what a random number is used for


@dataclass(frozen=True)
class Scripted:
    """A script with a name and a seed, which evaluation binds to each batch before its first step."""

    name: str
    script: Script
    seed: int = 0

    def bind(self, batch: Batch) -> Acting:
        """The policy that plays `batch`, whose games stand at their start."""
        return Acting(self.name, batch, self.script(batch, self.seed))


@dataclass(frozen=True)
class Acting:
    """A script that acts in one batch: a policy that needs no observation."""

    name: str
    batch: Batch
    player: Player

    def __call__(self, obs: Any, state: Any, episode_start: Any) -> tuple[Actions, Any]:  # noqa: ARG002
        """Actions for every game of the batch, int64, shape (n,); `state` comes back as it was."""
        return self.player(~self.batch.done), state


def shares(batch: Batch, t: Any, seed: int, use: int) -> NDArray[np.float64]:
    """Random numbers in [0, 1), one a game: a function of the level's seed, the step, the script's seed and the use."""
    of_level: Any = chance  # written for one game, and right for arrays as it stands
    of_script: Any = key
    words = mix(of_level(batch.levels["seed"], t, np.array([use])) ^ of_script(np.array([seed]), np.array([use])))
    numbers: NDArray[np.float64] = (words >> S32) / 2.0**32
    return numbers


def chosen(choice: Choice) -> Script:
    """A script without memory: `choice` gives the actions of the batch as it stands."""
    return lambda batch, _: lambda _: np.broadcast_to(np.asarray(choice(batch), np.int64), batch.n).copy()


def always(action: str) -> Script:
    """One action, by its name."""
    return chosen(lambda batch: batch.task.game.actions.index(action))


def in_turn(*actions: str) -> Script:
    """These actions, by their names, one after the other and again from the first."""

    def choose(batch: Batch) -> Actions:
        order = np.array([batch.task.game.actions.index(action) for action in actions])
        turn: Actions = order[batch.states["t"] % len(order)]
        return turn

    return chosen(choose)


def at_random(batch: Batch, seed: int) -> Player:
    """Every action is equally likely in every step."""
    count = len(batch.task.game.actions)
    return lambda _: (shares(batch, batch.states["t"], seed, MOVE) * count).astype(np.int64)


def oracle(goal: str) -> Script:
    """The best action for a goal, the quickest where several are best."""

    def begin(batch: Batch, _: int) -> Player:
        channel = batch.task.channels.index(goal)
        if not batch.task.game.exact:  # what is best is a rule, and quicker asked than remembered
            return lambda _: batch.best_actions(channel)
        return partial(_best, batch, channel, _plans(batch.task, channel, batch.levels.tobytes()))

    return begin


Plans = list[dict[bytes, int]]


@lru_cache(maxsize=64)
def _plans(task: Task, channel: int, levels: bytes) -> Plans:  # noqa: ARG001 (what is best depends on it)
    """What is best in the states met so far, for each level: many scripts follow the same oracles on the same levels,
    and a plan can take far longer than playing.
    """
    return [{} for _ in range(len(levels) // task.level_dtype.itemsize)]


def _best(batch: Batch, channel: int, plans: Plans, where: Mask) -> Actions:
    states = [state.tobytes() for state in batch.states]
    new = np.array([i for i in np.flatnonzero(where) if states[i] not in plans[i]], np.int64)
    if len(new):
        asked = Batch.on(batch.task, batch.levels[new])
        asked.put(batch.states[new])
        for i, action in zip(new, asked.best_actions(channel), strict=True):
            plans[i][states[i]] = int(action)
    return np.array([plan.get(state, 0) for plan, state in zip(plans, states, strict=True)], np.int64)


def where(test: Test, yes: Script, no: Script) -> Script:
    """One script where a test of the batch as it stands holds for a game, and another one elsewhere."""

    def begin(batch: Batch, seed: int) -> Player:
        one, other = yes(batch, seed), no(batch, seed)

        def play(mask: Mask) -> Actions:
            holds = test(batch)
            return np.where(holds, one(mask & holds), other(mask & ~holds))

        return play

    return begin


def after(steps: int, first: Script, then: Script) -> Script:
    """One script for so many steps, then another one."""
    return where(lambda batch: batch.states["t"] < steps, first, then)


def second_half(first: Script, then: Script) -> Script:
    """One script for the first half of the time, then another one."""
    return where(lambda batch: 2 * batch.states["t"] < batch.levels["horizon"], first, then)


def by_turns(first: Script, second: Script, steps: int = 1) -> Script:
    """One script for a step or more, another one for as many, and so on."""
    return where(lambda batch: batch.states["t"] // steps % 2 == 0, first, second)


def on_splits(splits: str, yes: Script, no: Script) -> Script:
    """One script on the levels of some splits, and another one on those of others."""
    return lambda batch, seed: (yes if batch.task.split in splits.split() else no)(batch, seed)


def degraded(share: float, script: Script, slip: Script = at_random) -> Script:
    """A script that slips in a share of its steps, by a coin that is thrown for each."""

    def begin(batch: Batch, seed: int) -> Player:
        slips = lambda batch: shares(batch, batch.states["t"], seed, STEP) < share  # noqa: E731
        return where(slips, slip, script)(batch, seed)

    return begin


def dealt(batch: Batch) -> NDArray[np.float64]:
    """A number in [0, 1) for each level, evenly spread over consecutive level seeds: multiples of the golden ratio."""
    return (batch.levels["seed"].astype(np.uint64) * GOLDEN >> S32) / 2.0**32


def by_level(weights: Mapping[Script, float]) -> Script:
    """One of some scripts for the whole of an episode; which one is dealt evenly, by weights of sum 1."""
    bounds = np.cumsum(list(weights.values()))[:-1]

    def begin(batch: Batch, seed: int) -> Player:
        who = np.searchsorted(bounds, dealt(batch), side="right")
        players = [script(batch, seed) for script in weights]
        return lambda mask: np.choose(who, [player(mask & (who == k)) for k, player in enumerate(players)])

    return begin


def one_then(goal: str, then: Script) -> Script:
    """The oracle of a goal until all that could be had of it has been, then another script."""

    def begin(batch: Batch, seed: int) -> Player:
        channel, optimum, had = batch.task.channels.index(goal), batch.values(), np.zeros(batch.n, bool)

        def satisfied(batch: Batch) -> Mask:
            np.logical_or(had, batch.returns[:, channel] >= optimum[:, channel] - 1e-9, out=had)
            return had.copy()

        return where(satisfied, then, oracle(goal))(batch, seed)

    return begin
