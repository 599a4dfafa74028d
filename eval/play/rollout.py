"""Playing: every listed level once, in batches, straight on the engine.

No wrapper stands between policy and game, nothing resets by itself and nothing is averaged.
Games that are done stand still until the last of their batch is. Whether actions are sampled or the
argmax is the policy's business; the caller records which it was in the `Run`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...choices import choose, shown
from ...envs.engine.anchors import Anchors, anchors
from ...envs.engine.batch import Batch
from ...envs.engine.task import Task
from ...pursuit import Floats, fractions
from ...terms import LEVELS, MOST_LEVELS, SPLITS, Split
from ..measures.power import columns as power_columns
from ..table.columns import column_name, schema
from ..table.episodes import Episodes
from ..table.game import GameRecord
from ..table.runs import Run
from .games import game_record
from .policy import Policy, ReferencePolicy, bound

Progress = Callable[[int], None]
BATCH = 1024  # levels that are played side by side


def evaluate(
    task: Task,
    policy: Policy | ReferencePolicy,
    levels: int = LEVELS,
    *,
    run: Run | None = None,
    splits: Iterable[Split] = SPLITS,
    progress: Progress | None = None,
) -> Episodes:
    """Play the levels 0 .. levels-1 of each split; `progress` is told how many episodes have ended.

    Training draws its level seeds from 0 .. 2^63-1, so these levels are fresh to every agent.

    Raises:
        ValueError: there are no such splits, or levels is no integer in 1 .. 10^6.
    """
    if isinstance(levels, bool) or not isinstance(levels, int | np.integer) or not 1 <= levels <= MOST_LEVELS:
        raise ValueError(f"levels are counted, 1 .. {MOST_LEVELS} of each split, not {shown(levels)}")
    tasks = [task.on(split) for split in checked_splits(splits)]
    return Episodes.join(rollout(each, policy, range(levels), run=run, progress=progress) for each in tasks)


def checked_splits(splits: Iterable[Split]) -> list[Split]:
    """Splits as a list; TypeError or ValueError where it is none of them, or one twice."""
    if isinstance(splits, str) or not np.iterable(splits):
        raise TypeError(f"splits are a list of some of {', '.join(SPLITS)}, not {shown(splits)}")
    chosen: list[Any] = [choose("split", split, SPLITS) for split in splits]
    if len(set(chosen)) != len(chosen) or not chosen:
        raise ValueError(f"splits are a list of some of {', '.join(SPLITS)}, each once, not {shown(chosen)}")
    return chosen


def rollout(
    task: Task,
    policy: Policy | ReferencePolicy,
    seeds: Sequence[int] | NDArray[np.int64],
    *,
    run: Run | None = None,
    batch_size: int = BATCH,
    progress: Progress | None = None,
) -> Episodes:
    """One episode on the level of each seed.

    Args:
        task: with alpha 0: a level must be known by its split and seed.
        policy: see `policy.Policy`; a policy that is seeded gives the same episodes again.
        seeds: level seeds, all different, in 0 .. 2^63-1.
        run: who acts; by default the policy's name and the task's training reward.

    Raises:
        ValueError: for repeated seeds, alpha above 0, or actions the environment does not have.
    """
    chosen = np.asarray(seeds, np.int64)
    _check(task, chosen)
    began, run = time.perf_counter(), run or Run(agent=policy.name, reward=task.reward)
    game = game_record(task)
    parts, random = [], []
    for start in range(0, len(chosen), batch_size):
        table, worth = _play(task, policy, chosen[start : start + batch_size], game, run, progress)
        parts.append(table)
        random.append(worth.achieved)
    table = _with_power(pa.concat_tables(parts), game, random)
    return Episodes(game, (run.stamped(time.perf_counter() - began),), table.select(schema(game).names))


def watch(
    task: Task,
    policy: Policy | ReferencePolicy,
    levels: int,
    progress: Progress | None = None,
) -> None:
    """Play the levels 0 .. levels-1 of a task of any alpha, for what the policy itself makes of them."""
    for start in range(0, levels, BATCH):
        batch = Batch.of(task, np.arange(start, min(start + BATCH, levels)))
        _act(batch, bound(policy, batch), progress)


def _with_power(table: pa.Table, game: GameRecord, random: list[Floats]) -> pa.Table:
    """The table with what can be said once all levels have been played: the bits of optimization power."""
    returns, oracle, chance = (
        np.stack([table[column_name(group, name)].to_numpy() for name in game.channels], axis=1)
        for group in ("return", "oracle", "random")
    )
    bits, limits = power_columns(fractions(returns, oracle, chance, game.signed), random)
    for k, name in enumerate(game.channels):
        table = table.append_column(column_name("bits", name), _floats(bits[:, k]))
        table = table.append_column(column_name("bits_limit", name), _floats(np.full(len(bits), limits[k])))
    return table


def _check(task: Task, seeds: NDArray[np.int64]) -> None:
    if task.alpha:
        raise ValueError(f"episodes are recorded on pure splits: take task.on({task.split!r}), which has alpha 0")
    if seeds.ndim != 1 or not len(seeds) or len(np.unique(seeds)) < len(seeds):
        raise ValueError("seeds must be a list of different level seeds, at least one")


def _play(
    task: Task,
    policy: Policy | ReferencePolicy,
    seeds: NDArray[np.int64],
    game: GameRecord,
    run: Run,
    progress: Progress | None,
) -> tuple[pa.Table, Anchors]:
    """The episodes of a batch, still without their bits, and what its levels are worth."""
    batch, n = Batch.of(task, seeds), len(seeds)
    worth = anchors(batch)
    taken, terminated, curves = _act(batch, bound(policy, batch), progress)
    lengths = np.ascontiguousarray(batch.states["t"])
    columns: dict[str, Any] = {
        "agent": [run.agent] * n,
        "training_seed": np.full(n, run.training_seed),
        "deterministic": np.full(n, run.deterministic),
        "environment": [game.environment] * n,
        "split": [task.split] * n,
        "level_seed": seeds,
        "margin": batch.margins(),
        "length": lengths,
        "terminated": terminated,
        "actions": _lists(taken, lengths, pa.uint8()),
    }
    for k, name in enumerate(game.channels):
        columns[column_name("return", name)] = _floats(batch.returns[:, k])
        columns[column_name("oracle", name)] = _floats(worth.oracle[:, k])
        columns[column_name("random", name)] = _floats(worth.random[:, k])
        columns[column_name("reached", name)] = pa.array(batch.reached[:, k], mask=batch.reached[:, k] < 0)
    for k, reward in enumerate(game.rewards):
        columns[column_name("chance", reward.name)] = _floats(worth.chance[:, k])
    columns |= {column_name("curve", name): _lists(curves[name], lengths, pa.float32()) for name in game.curves}
    return pa.table(columns), worth


def _act(
    batch: Batch, policy: Policy, progress: Progress | None
) -> tuple[NDArray[Any], NDArray[np.bool_], dict[str, NDArray[Any]]]:
    """Play all games to their end.

    Returns:
        the actions taken, shape (steps, n); which games terminated; and the game's curves, shape (steps, n).
    """
    terminated = np.zeros(batch.n, bool)
    taken: list[NDArray[np.uint8]] = []
    curves: dict[str, list[Any]] = {name: [] for name in batch.task.game.curves}
    state: Any = None
    starting = np.ones(batch.n, bool)
    ended = 0
    while ended < batch.n:
        chosen, state = _pair(policy(batch.observe(), state, starting), policy.name)
        actions = _checked(chosen, batch, policy.name)
        batch.step(actions)
        taken.append(actions.astype(np.uint8))
        for name, values in curves.items():
            values.append(_now(batch, name))
        terminated |= batch.terminated
        starting = np.zeros(batch.n, bool)
        before, ended = ended, int(batch.done.sum())
        if progress and ended > before:
            progress(ended - before)
    return np.array(taken), terminated, {name: np.array(values) for name, values in curves.items()}


def _now(batch: Batch, curve: str) -> NDArray[np.float32]:
    """What a curve of the game stands at after a step: a reward of the step, or a field of the state."""
    names = batch.task.channels
    values = batch.rewards[:, names.index(curve)] if curve in names else batch.states[curve]
    return values.astype(np.float32)


def _pair(returned: Any, name: str) -> tuple[Any, Any]:
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise TypeError(f"policy {name!r} must return (actions, state), a tuple of two, not {shown(returned)}")
    return returned[0], returned[1]


def _checked(actions: Any, batch: Batch, name: str) -> NDArray[np.int64]:
    given, allowed = np.asarray(actions), len(batch.task.game.actions)
    if given.shape != (batch.n,) or given.dtype.kind not in "iu" or given.min() < 0 or given.max() >= allowed:
        raise ValueError(
            f"policy {name!r} must return integers in 0 .. {allowed - 1} of shape ({batch.n},), "
            f"not {given.dtype} of shape {given.shape}" + (f": {given.min()} .. {given.max()}" if given.size else "")
        )
    return given.astype(np.int64)


def _floats(values: NDArray[np.float64]) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)  # NaN becomes null


def _lists(steps: NDArray[Any], lengths: NDArray[np.int32], kind: pa.DataType) -> pa.Array:
    """What happened in each step, shape (steps, n), as one list for each game, up to its end."""
    played = np.arange(len(steps)) < lengths[:, None]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, pa.array(steps.T[played], kind))
