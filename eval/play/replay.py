"""Playing recorded episodes again: to check them, and to see them.

An episode is its level and its actions, so a table of episodes can be held to the games it claims
to come from: `verify` plays all of them once more and compares every column.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...envs.engine.batch import Batch
from ...envs.engine.looks.art import Scene
from ...envs.engine.maze.cells import PLACE
from ...envs.engine.platformer import BODY, tile_of
from ...envs.engine.task import Task
from ...terms import SPLITS, Split
from ..table.checking import check_players
from ..table.columns import Group, columns
from ..table.episodes import Episodes
from ..table.manifest import EpisodesError
from ..table.runs import Run
from .games import recorded_task
from .policy import Policy
from .rollout import rollout

Cells = list[tuple[int, int]]
UNSEEN = np.zeros(0, np.uint8)  # a replay looks at nothing


class Replay:
    """A reference policy that repeats recorded actions; `actions` are by level seed."""

    name = "replay"

    def __init__(self, actions: dict[int, NDArray[np.uint8]]) -> None:
        self.actions = actions

    def bind(self, batch: Batch) -> Policy:
        return _Repeating([self.actions[seed] for seed in batch.levels["seed"].tolist()])


class _Repeating:
    name = "replay"

    def __init__(self, actions: list[NDArray[np.uint8]]) -> None:
        longest = max(map(len, actions))
        self._actions = np.zeros((longest + 1, len(actions)), np.uint8)
        for game, taken in enumerate(actions):
            self._actions[: len(taken), game] = taken

    def __call__(self, obs: Any, state: Any, episode_start: Any) -> tuple[NDArray[np.int64], Any]:  # noqa: ARG002
        t = 0 if state is None else state
        return self._actions[min(t, len(self._actions) - 1)].astype(np.int64), t + 1


def recorded(episodes: Episodes) -> dict[int, NDArray[np.uint8]]:
    """The actions of one run's episodes on one split, by level seed."""
    actions = [np.array(taken, np.uint8) for taken in episodes.table["actions"].to_pylist()]
    return dict(zip(episodes.column("level_seed").tolist(), actions, strict=True))


@dataclass(frozen=True)
class Replayed:
    """The episodes of one run on one split after they were played again; `fault` is the first difference, or empty."""

    run: Run
    split: Split
    episodes: Episodes
    fault: str = ""


def verify(episodes: Episodes, levels: int | None = None) -> None:
    """Play every episode again; EpisodesError names, for each run and split, the first that comes out otherwise.

    Args:
        levels: play only the levels with seeds below this; then what depends on all levels together is not compared.
    """
    if faults := [replayed.fault for replayed in replays(episodes, levels) if replayed.fault]:
        raise EpisodesError("; ".join(faults))


def replays(episodes: Episodes, levels: int | None = None) -> Iterator[Replayed]:
    """Play the episodes of each run and split again, as `verify` does; EpisodesError where rows are of no run."""
    try:
        check_players(episodes.table, episodes.runs)
    except ValueError as error:
        raise EpisodesError(str(error)) from None
    for run in episodes.runs:
        own = episodes.where(agent=run.agent, training_seed=run.training_seed, deterministic=run.deterministic)
        for split in SPLITS:
            if len(part := own.where(split=split)):
                yield Replayed(run, split, part, _fault(part, split, run, levels))


def _fault(part: Episodes, split: Split, run: Run, levels: int | None) -> str:
    """What is wrong with the episodes of one run on one split: the first difference, or nothing."""
    who = f"{run.agent} with training seed {run.training_seed}"
    if levels is not None:
        part = Episodes(part.game, part.runs, part.table.filter(pc.less(part.table["level_seed"], levels)))
    seeds = part.column("level_seed")
    if not len(seeds):
        return f"{who} played no level below {levels} of {split}"
    again = rollout(recorded_task(part.game, split), Replay(recorded(part)), seeds, run=run)
    for name, group in columns(part.game).items():
        if not _is_compared(group, part.table[name], whole=levels is None):
            continue
        different = np.flatnonzero(_differ(part.table[name], again.table[name]))
        if len(different):
            first = int(different[0])
            was, should = part.table[name][first], again.table[name][first]
            level = f"level {seeds[first]} of {split}, played by {who}"
            return f"{level}, does not replay: {name} is {was}, should be {should}"
    return ""


def _is_compared(group: Group, values: pa.ChunkedArray, whole: bool) -> bool:
    """Not where a value depends on levels that are not played; nor where an older table lacks the column."""
    lacking = group.since > 1 and values.null_count == len(values)
    return not lacking and (whole or not group.pooled)


def _differ(one: pa.ChunkedArray, other: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Where two columns differ, shape (rows,); null equals null and nothing else."""
    if pa.types.is_floating(one.type):
        left, right = (np.asarray(column.to_numpy()) for column in (one, other))
        return np.asarray(~np.isclose(left, right, rtol=0, atol=1e-9, equal_nan=True))
    if pa.types.is_list(one.type):
        return np.array([left != right for left, right in zip(one.to_pylist(), other.to_pylist(), strict=True)])
    either_null = pc.xor(pc.is_null(one), pc.is_null(other))
    return np.asarray(pc.or_(pc.fill_null(pc.not_equal(one, other), fill_value=False), either_null))


def walks(task: Task, actions: dict[int, NDArray[np.uint8]]) -> tuple[list[Scene], list[Cells]]:
    """The first scene of each level, and the cells its agent went through.

    Where nobody walks, the walks are empty, and the scene is the last one: what came of it all.
    """
    batch = Batch.of(task, np.array(list(actions)))
    scenes, policy = batch.scenes(), Replay(actions).bind(batch)
    agent = agent_of(batch)
    cells: list[Cells] = [[] for _ in actions]
    lengths = np.array([len(taken) for taken in actions.values()])
    state: Any = None
    for t in range(lengths.max() + 1):
        for game in np.flatnonzero(t <= lengths).tolist():
            if place := agent_cell(batch, game):
                cells[game].append(place)
        chosen, state = policy(UNSEEN, state, np.zeros(batch.n, bool))
        batch.step(chosen)
    return (scenes if agent else batch.scenes()), cells


def agent_of(batch: Batch) -> str | None:
    """The field of the state that says where the agent is: the first that is a place or a body; None where nobody is
    anywhere.
    """
    return next((name for name in batch.states.dtype.names or () if batch.states.dtype[name] in (PLACE, BODY)), None)


def agent_cell(batch: Batch, game: int) -> tuple[int, int] | None:
    """Where the agent of a game is, (row, col), as its board shows it; None where nobody is anywhere."""
    agent = agent_of(batch)
    if agent is None:
        return None
    row, col = (int(batch.states[agent][axis][game]) for axis in ("row", "col"))
    return (row, col) if batch.states.dtype[agent] == PLACE else tile_of(row, col)
