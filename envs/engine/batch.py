"""A batch of games: arrays of records, stepped by compiled loops. Every face wraps one of these."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...terms import SPLITS
from .game import Game
from .kernels import loops
from .kernels.compile import Kernel, compile_loop
from .looks.art import Scene
from .task import Task

KERNELS = ("sample", "start", "step", "paint", "observe", "layout", "value", "margin", "act")
Levels = NDArray[np.void]


class Loops:
    """The loops of one game, for one kind of records, compiled when first used."""

    def __init__(self, game: Game, records: str) -> None:
        self._game, self._records = game, records
        self._kernels = {name: game.kernel(name) for name in KERNELS if hasattr(game.source, name)}

    def __getattr__(self, name: str) -> Kernel:
        template, kernels = getattr(loops, name.removesuffix("_that_agree")), self._kernels
        if template.__name__ != name:
            kernels = {**kernels, "margin": loops.no_margin}
        compiled = compile_loop(template, kernels, self._game.source, self._records)
        setattr(self, name, compiled)
        return compiled


@cache
def _loops(game: Game, records: str) -> Loops:
    return Loops(game, records)


def loops_of(task: Task) -> Loops:
    return _loops(task.game, f"{task.level_dtype} {task.state_dtype}")


def draw_levels(task: Task, seeds: Any) -> Levels:
    """The levels of `seeds` (integers in 0 .. 2^63-1) as an array of records, shape (n,)."""
    chosen = checked_seeds(seeds)
    if chosen.ndim != 1:
        raise ValueError(f"level seeds are a list of integers, not an array of shape {chosen.shape}")
    levels = np.zeros(len(chosen), task.level_dtype)
    _draw(task, levels, np.arange(len(chosen)), chosen)
    return levels


def checked_seeds(given: Any) -> NDArray[np.int64]:
    """Seeds as an array; ValueError where one is no integer in 0 .. 2^63-1."""
    seeds = np.asarray(given)
    if seeds.dtype.kind not in "iu" or (seeds < 0).any() or (seeds > np.iinfo(np.int64).max).any():
        raise ValueError(f"a seed is an integer in 0 .. 2^63-1, not {given!r}")
    return seeds.astype(np.int64)


def measured(task: Task, levels: Levels) -> Levels:
    """Levels made by hand, with their margins filled in."""
    loops_of(task).measure_levels(levels)
    return levels


def _draw(task: Task, levels: Levels, where: NDArray[np.int64], seeds: NDArray[np.int64]) -> None:
    split, alpha, seeds = SPLITS.index(task.split), np.uint64(round(task.alpha * 2**32)), np.array(seeds)
    compiled, raw = loops_of(task), _bytes(levels)
    agree = task.split != "deploy" and not alpha and task.game.agree(task.settings)
    draw = compiled.draw_levels_that_agree if agree else compiled.draw_levels
    drawn = draw(levels, raw, where, seeds, task.settings_record, split, alpha)
    if drawn < len(where):
        raise RuntimeError(
            f"{task.game.name} found no {task.split} level for seed {seeds[drawn]} in {loops.ATTEMPTS} tries "
            f"with {task.arguments}: take a larger size, a longer horizon or fewer things"
        )


def no_action(task: Task, given: Any) -> ValueError:
    """What to raise for an action that does not exist."""
    names = ", ".join(f"{i} {name}" for i, name in enumerate(task.game.actions))
    return ValueError(f"{task.game.name} has no action {given!r}: choose from {names}")


def _restored(task: Task, n: int, memory: tuple[NDArray[Any], ...]) -> Batch:
    batch = Batch(task, n)
    for mine, kept in zip(batch.memory, memory, strict=True):
        mine[...] = kept
    return batch


def _bytes(records: Levels) -> NDArray[np.uint8]:
    return records.view(np.uint8).reshape(len(records), -1)


class Batch:
    """`n` games of one task.

    Attributes:
        levels, states: arrays of records, shape (n,).
        rewards, returns: float64, shape (n, rewards): of the last step, and discounted since the start.
        reached: int32, shape (n, rewards): the step of each goal's first positive reward, -1 before.
        terminated, truncated: bool, shape (n,): of the last step.
    """

    def __init__(self, task: Task, n: int) -> None:
        self.task, self.n = task, n
        self.loops = loops_of(task)
        self.levels = np.zeros(n, task.level_dtype)
        self.states = np.zeros(n, task.state_dtype)
        shape, width = task.observation_space.shape, len(task.channels)
        self._frame = np.dtype([("cells", "u1", shape)])
        self._painted = np.zeros((n, *shape), np.uint8)
        self.discounts = task.discounts
        self.rewards, self.returns, weights = (np.zeros((n, width)) for _ in range(3))
        self.reached = np.full((n, width), -1, np.int32)
        self._books = (self.rewards, self.returns, weights, self.reached)
        self._ended = np.zeros((2, n), bool)
        self.terminated, self.truncated = self._ended
        self._seeds, self._episodes = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self._awake = np.zeros(n, bool)
        self._raw = _bytes(self.states)
        self._frames, self._raw_frames = self._records(self._painted), self._painted.reshape(n, -1)

    def __reduce__(self) -> Any:
        return _restored, (self.task, self.n, self.memory)

    @property
    def memory(self) -> tuple[NDArray[Any], ...]:
        """What a copy must hold: the arrays that are no views of others."""
        return (self.levels, self.states, self._painted, self._ended, self._seeds, self._episodes, *self._books)

    def _records(self, obs: NDArray[np.uint8]) -> Any:
        return obs.reshape(-1).view(self._frame)

    def seed(self, seeds: Any, where: NDArray[np.int64]) -> None:
        """From the next `begin` on, the games `where` play the episodes of `seeds`, from the first."""
        self._seeds[where], self._episodes[where] = checked_seeds(seeds), 0

    def begin(self, where: NDArray[np.int64]) -> None:
        """Start the next episode of the games `where`."""
        seeds = np.empty(len(where), np.int64)
        self.loops.next_seeds(self._seeds, self._episodes, where, seeds)
        self.begin_seeds(where, seeds)

    def begin_seeds(self, where: NDArray[np.int64], seeds: NDArray[np.int64]) -> None:
        """Start the games `where` on the levels of `seeds`."""
        _draw(self.task, self.levels, where, seeds)
        self.restart(where)

    def restart(self, where: NDArray[np.int64]) -> None:
        """Start the games `where` on the levels that stand in `levels`."""
        self.loops.begin_games(
            self.levels, self.states, self._raw, self._frames, self._raw_frames, *self._books, self._ended, where
        )

    def step(self, actions: NDArray[np.int64], asleep: NDArray[np.bool_] | None = None) -> None:
        """One step of every game but those asleep; results stand in the attributes.

        Args:
            actions: integers, shape (n,); ValueError where one does not exist, and then no game has moved.
            asleep: bool, shape (n,); games that stand still and whose actions do not matter.
        """
        given = np.asarray(actions)
        if given.shape != (self.n,) or given.dtype.kind not in "iu":
            raise ValueError(f"actions are {self.n} integers, one a game, not {given.dtype} of shape {given.shape}")
        wrong = self.loops.step_games(
            self.levels, self.states, given.astype(np.int64, copy=False), len(self.task.game.actions),
            self._awake if asleep is None else asleep, self.discounts, *self._books, self._ended,
        )  # fmt: skip
        if wrong >= 0:
            raise no_action(self.task, int(given[wrong]))

    def observe(self, where: NDArray[np.int64] | None = None) -> NDArray[np.uint8]:
        """A fresh array of observations of the games `where`, or all n: uint8, shape (games, *observation shape)."""
        games: Any = slice(None) if where is None else where
        obs = self._painted[games].copy()
        self.loops.observe_games(self.levels[games], self.states[games], self._records(obs))
        return obs

    def scenes(self) -> list[Scene]:
        """Every game as it stands, to be drawn."""
        shown = zip(self.observe(), self.levels.copy(), self.states.copy(), strict=True)
        return [Scene(self.task.game, *each) for each in shown]

    def tell(self, there: NDArray[np.bool_], ended: NDArray[np.bool_]) -> tuple[Any, Any, Any]:
        """Fresh rows of what infos say; see `loops.tell_games`."""
        width = self.rewards.shape[1]
        seeds, numbers = np.empty(self.n, np.int64), np.empty((1 + 2 * width, self.n))
        masks = np.empty((4 + 2 * width, self.n), bool)
        self.loops.tell_games(self.levels, self.rewards, self.returns, there, ended, seeds, numbers, masks)
        return seeds, numbers, masks

    def values(self) -> NDArray[np.float64]:
        """The optimum of every reward from here on, shape (n, rewards)."""
        values = np.zeros_like(self.returns)
        self.loops.value_games(self.levels, self.states, values)
        return values

    def random_returns(self, episodes: int) -> NDArray[np.float64]:
        """Returns of random play on each game's level, shape (n, episodes, rewards); the games are not disturbed."""
        states = np.zeros_like(self.states)
        returns = np.zeros((self.n, episodes, len(self.discounts)))
        actions = len(self.task.game.actions)
        self.loops.play_randomly(self.levels, states, _bytes(states), actions, self.discounts, returns)
        return returns

    def action_values(self, goal: int) -> NDArray[np.float64]:
        """What each action, followed by the optimum of a goal, earns of it, shape (n, actions)."""
        return self._look_ahead(goal)[0]

    def best_actions(self, goal: int) -> NDArray[np.int64]:
        """The oracle of a goal, shape (n,).

        The best action, the quickest of equals, the first of those; or what the game's reference policy does.
        """
        if not self.task.game.exact:
            return self._reference(goal)
        values, steps = self._look_ahead(goal)
        good = values >= values.max(axis=1, keepdims=True) - 1e-9
        best: NDArray[np.int64] = np.argmin(np.where(good, steps, np.iinfo(steps.dtype).max), axis=1)
        return best

    def _reference(self, goal: int) -> NDArray[np.int64]:
        actions = np.zeros(self.n, np.int64)
        self.loops.act_games(self.levels, self.states, goal, actions)
        return actions

    def _look_ahead(self, goal: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        shape = (self.n, len(self.task.game.actions))
        values, steps = np.zeros(shape), np.zeros(shape, np.int64)
        scratch = np.zeros(1, self.task.state_dtype)
        self.loops.value_actions(self.levels, self.states, scratch, goal, self.discounts, values, steps)
        return values, steps
