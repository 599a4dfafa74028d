"""A batch of games: arrays of records, stepped by compiled loops. Every face wraps one of these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from ...choices import shown
from .checks import MOST_GAMES, as_array, check_number, checked_games, checked_goal, checked_levels, checked_states
from .kernels.loops import Games
from .levels import Levels, LevelSampler, Results, checked_seeds, draw_into, margins
from .looks.art import Scene
from .task import Task

Indices = NDArray[np.int64]


class Batch:
    """`n` games of one task, all from their own episodes until they are done.

    What it is given is checked before compiled code reads it. Games are chosen by `where`, a list of their numbers or a
    mask, all by default; IndexError where there is no such game.

    Attributes:
        levels, states: arrays of records, shape (n,), read-only: `reset_to_levels` and `put` change them.
        rewards, returns: float64, shape (n, channels): of the last step, and discounted since the start.
        reached: int32, shape (n, channels): the step of the first positive reward, -1 before.
        terminated, truncated: bool, shape (n,): of the last step.
        actions: int64, shape (n,): what `advance` plays.
        done: bool, shape (n,): the episode has ended; the game stands still until it is reset. `timed_out`: by time.
        sampler: chooses the levels of `reset`; without one, games play the episodes of their seeds.
    """

    def __init__(self, task: Task, n: int, sampler: LevelSampler | None = None) -> None:
        check_number("n", n, low=0)
        self.task, self.n, self.sampler = task, n, sampler
        shape, width = task.observation_space.shape, len(task.channels)
        self._frame = np.dtype([("cells", "u1", shape)])
        levels, states = np.zeros(n, task.level_dtype), np.zeros(n, task.state_dtype)
        self.levels, self.states = _read_only(levels), _read_only(states)
        self.rewards, self.returns, weights = (np.zeros((n, width)) for _ in range(3))
        self.reached = np.full((n, width), -1, np.int32)
        self.terminated, self.truncated, self.done = (np.zeros(n, bool) for _ in range(3))
        self.actions, self.timed_out = np.zeros(n, np.int64), np.zeros(n, bool)
        self._games = Games(
            levels, states, np.zeros(n + 1, self._frame), self.rewards, self.returns, weights, self.reached,
            self.terminated, self.truncated, self.done, self.timed_out,
        )  # fmt: skip
        self._seeds, self._episodes, self._everyone = np.zeros(n, np.int64), np.zeros(n, np.int64), np.arange(n)
        self._actions, self._begun = len(task.game.actions), False  # whether all are known to stand on levels
        self.loops = task.loops

    @classmethod
    def of(cls, task: Task, seeds: Any) -> Self:
        """A batch whose games stand at the start of the levels of `seeds`, a list of integers in 0 .. 2^63-1."""
        chosen = checked_seeds(seeds)
        batch = cls(task, chosen.size)
        batch.reset_to_seeds(chosen)
        return batch

    @classmethod
    def on(cls, task: Task, levels: Levels) -> Self:
        """A batch whose games stand at the start of these levels."""
        batch = cls(task, as_array(levels).size)
        batch.reset_to_levels(levels)
        return batch

    def __reduce__(self) -> Any:
        return _restored, (self.task, self.n, self.sampler, self.memory)

    @property
    def memory(self) -> tuple[NDArray[Any], ...]:
        """The arrays that a copy must hold."""
        return (*self._games, self._seeds, self._episodes)

    def seed(self, seeds: Any, where: Indices | None = None) -> None:
        """From the next `reset` on, the games `where` (all by default) play the episodes of `seeds`, from the first."""
        chosen = self._chosen(where)
        self._seeds[chosen], self._episodes[chosen] = checked_seeds(seeds, len(chosen)), 0

    def reset(self, where: Indices | None = None) -> None:
        """Start the next episode of the games `where`: those of their seeds, or what the sampler gives."""
        chosen = self._chosen(where)
        if self.sampler is not None:
            self._reset_by(self.sampler, chosen)
            return
        seeds = np.empty(len(chosen), np.int64)
        self.loops.next_seeds(self._seeds, self._episodes, chosen, seeds)
        self._begin(chosen, seeds)

    def _chosen(self, where: Indices | None) -> Indices:
        if where is None or where is self._everyone:
            return self._everyone
        return checked_games(where, self._everyone)

    def _reset_by(self, sampler: LevelSampler, where: Indices) -> None:
        played = where[self.done[where]]
        if len(played):
            lengths, timed_out = self.states["t"][played], self.timed_out[played]
            sampler.tell(Results(self.levels[played], self.returns[played], lengths, timed_out))
        self.reset_to_levels(sampler.next_levels(len(where)), where)

    def reset_to_seeds(self, seeds: Any, where: Indices | None = None) -> None:
        """Start the games `where` on the levels of `seeds`, integers in 0 .. 2^63-1, one a game.

        Raises:
            RuntimeError: a seed gives no level; then none of the games has begun.
        """
        chosen = self._chosen(where)
        self._begin(chosen, checked_seeds(seeds, len(chosen)))

    def _begin(self, chosen: Indices, seeds: Indices) -> None:
        begun, self._begun = self._begun, False
        draw_into(self.task, self._games.levels, chosen, seeds)
        self.loops.start(self._games, chosen)
        self._begun = begun

    def reset_to_levels(self, levels: Levels, where: Indices | None = None) -> None:
        """Start the games `where` on these levels, an array of records; ValueError where they are none of the task."""
        chosen = self._chosen(where)
        self._games.levels[chosen] = checked_levels(levels, self.task, len(chosen))
        self.loops.start(self._games, chosen)

    def put(self, states: Any, where: Indices | None = None) -> None:
        """Put the games `where` into these states, an array of records; ValueError where they are none of the task."""
        chosen = self._chosen(where)
        self._games.states[chosen] = checked_states(states, self.task, len(chosen))

    def _check_begun(self) -> None:
        self._begun = self._begun or bool((self.levels["horizon"] > 0).all())
        if not self._begun:
            raise ResetNeeded("some games of this batch have not begun: reset all of them first")

    def step(self, actions: NDArray[np.int64]) -> int:
        """One step of every game that is not done; results stand in the attributes. Returns how many games are done.

        Args:
            actions: integers, shape (n,); ValueError where one does not exist, and then no game has moved.

        Raises:
            ResetNeeded: a game has never begun.
        """
        given = as_array(actions)
        if given.shape != (self.n,) or given.dtype.kind not in "iu":
            raise ValueError(f"actions are {self.n} integers, one a game, not {given.dtype} of shape {given.shape}")
        self.actions[:] = given
        return self.advance()

    def advance(self) -> int:
        """As `step`, of the actions that stand in the attribute `actions`."""
        if not self._begun:
            self._check_begun()
        done = self.loops.step(self._games, self.actions, self._actions, self.task.discounts)
        if done < 0:
            raise self.task.no_action(int(self.actions[-1 - done]))
        return done

    def play(self, choose: Callable[[Batch], NDArray[np.int64]]) -> None:
        """Play all games to their end by the actions that `choose` gives for the batch as it stands."""
        while not self.done.all():
            self.step(choose(self))

    def observe(self, where: Indices | None = None) -> NDArray[np.uint8]:
        """Fresh observations of the games `where` (all by default), uint8, shape (games, *observation shape)."""
        chosen = self._chosen(where)
        self._check_begun()
        frames = np.empty(len(chosen), self._frame)
        self.loops.observe(self._games, chosen, frames)
        return frames["cells"]

    def margins(self) -> NDArray[np.float64]:
        """The margin of each level, shape (n,), measured where it was not known."""
        self._check_begun()
        return margins(self.task, self._games.levels)

    def scenes(self) -> list[Scene]:
        """Every game as it stands, to be drawn."""
        self.margins()
        moments, game = zip(self.observe(), self.levels.copy(), self.states.copy(), strict=True), self.task.game
        return [Scene(*moment, game.sprites, game.goals) for moment in moments]

    def values(self, *goals: int) -> NDArray[np.float64]:
        """The optimum of goals, by their places in `channels`, all by default, from here on; shape (n, goals)."""
        self._check_begun()
        chosen = np.array([checked_goal(goal, self.task) for goal in goals or range(len(self.task.channels))])
        values = np.zeros((self.n, len(chosen)))
        self.loops.value(self._games.levels, self._games.states, chosen, values)
        return values

    def random_play(self, episodes: int) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """What random play earns on each game's level; the games are not disturbed.

        Returns:
            returns, and the step of the first positive reward, -1 without one, both of shape (n, episodes, channels).
        """
        if isinstance(episodes, bool) or not isinstance(episodes, int | np.integer) or not 0 <= episodes <= MOST_GAMES:
            raise ValueError(f"episodes are counted, 0 .. {MOST_GAMES} of each game, not {shown(episodes)}")
        self._check_begun()
        returns = np.zeros((self.n, episodes, len(self.task.channels)))
        reached, scratch = np.full(returns.shape, -1, np.int32), np.zeros(1, self.task.state_dtype)
        self.loops.play_randomly(self._games.levels, scratch, self._actions, self.task.discounts, returns, reached)
        return returns, reached

    def action_values(self, goal: int) -> NDArray[np.float64]:
        """What each action, followed by the optimum of a goal, by its place in `channels`, earns: (n, actions)."""
        return self._look_ahead(checked_goal(goal, self.task))[0]

    def best_actions(self, goal: int) -> NDArray[np.int64]:
        """The oracle of a goal, which is given by its place in `channels`; shape (n,): the first of `good_actions`."""
        return np.asarray(self.good_actions(goal).argmax(axis=1), np.int64)

    def good_actions(self, goal: int) -> NDArray[np.bool_]:
        """Which actions are best for a goal, and the quickest of equals, or what the game's reference policy does.

        Returns:
            bool, shape (n, actions), at least one in each game.
        """
        goal = checked_goal(goal, self.task)
        if not self.task.game.exact:
            self._check_begun()
            actions = np.zeros(self.n, np.int64)
            self.loops.act(self._games.levels, self._games.states, goal, actions)
            return actions[:, None] == np.arange(self._actions)
        values, steps = self._look_ahead(goal)
        good = values >= values.max(axis=1, keepdims=True) - 1e-9
        quick = np.where(good, steps, np.iinfo(steps.dtype).max)
        return np.equal(quick, quick.min(axis=1, keepdims=True))

    def _look_ahead(self, goal: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        self._check_begun()
        values, scratch = np.zeros((self.n, self._actions)), np.zeros(1, self.task.state_dtype)
        steps = np.zeros(values.shape, np.int64)
        self.loops.look_ahead(self._games, scratch, goal, self.task.discounts, values, steps)
        return values, steps


def _restored(task: Task, n: int, sampler: LevelSampler | None, memory: tuple[NDArray[Any], ...]) -> Batch:
    batch = Batch(task, n, sampler)
    for mine, kept in zip(batch.memory, memory, strict=True):
        mine[...] = kept
    return batch


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view
