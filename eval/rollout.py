"""Playing: every listed level once, in batches, straight on the engine.

No wrapper stands between policy and game, nothing resets by itself and nothing is averaged.
Games that are over sleep until the last of their batch is. Whether actions are sampled or the
argmax is the policy's business; the caller records which it was in the `Run`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..envs.engine.batch import Batch
from ..envs.engine.task import Task
from ..terms import SPLITS, Split
from .episodes import Episodes, schema
from .policy import Policy, ReferencePolicy, bound
from .power import columns
from .records import Run, World
from .reference import Worth, fractions, worth

Progress = Callable[[int], None]


def evaluate(
    task: Task,
    policy: Policy | ReferencePolicy,
    levels: int = 1000,
    *,
    run: Run | None = None,
    splits: Iterable[Split] = SPLITS,
    progress: Progress | None = None,
) -> Episodes:
    """Play the levels 0 .. levels-1 of each split; `progress` is told how many episodes have ended.

    Training draws its level seeds from 0 .. 2^63-1, so these levels are fresh to every agent.
    """
    return Episodes.join(rollout(task.on(split), policy, range(levels), run=run, progress=progress) for split in splits)


def rollout(
    task: Task,
    policy: Policy | ReferencePolicy,
    seeds: Sequence[int] | NDArray[np.int64],
    *,
    run: Run | None = None,
    batch_size: int = 256,
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
    world = World.of(task)
    parts, random = [], []
    for start in range(0, len(chosen), batch_size):
        table, levels = _play(task, policy, chosen[start : start + batch_size], world, run)
        parts.append(table)
        random.append(levels.achieved)
        if progress:
            progress(table.num_rows)
    table = _with_power(pa.concat_tables(parts), world, random)
    return Episodes(world, (run.stamped(time.perf_counter() - began),), table.select(schema(world).names))


def _with_power(table: pa.Table, world: World, random: list[NDArray[np.float64]]) -> pa.Table:
    """The table with what can be said once all levels have been played: the bits of optimization power."""
    signed = [reward.signed for reward in world.rewards]
    returns, oracle, chance = (
        np.stack([table[f"{kind}.{reward.name}"].to_numpy() for reward in world.rewards], axis=1)
        for kind in ("return", "oracle", "random")
    )
    found, limits = columns(fractions(returns, oracle, chance, signed), random)
    for k, reward in enumerate(world.rewards):
        table = table.append_column(f"bits.{reward.name}", _floats(found[:, k]))
        table = table.append_column(f"bits_limit.{reward.name}", _floats(np.full(len(found), limits[k])))
    return table


def _check(task: Task, seeds: NDArray[np.int64]) -> None:
    if task.alpha:
        raise ValueError(f"episodes are recorded on pure splits: take task.on({task.split!r}), which has alpha 0")
    if seeds.ndim != 1 or not len(seeds) or len(np.unique(seeds)) < len(seeds):
        raise ValueError("seeds must be a list of different level seeds, at least one")


def _play(
    task: Task, policy: Policy | ReferencePolicy, seeds: NDArray[np.int64], world: World, run: Run
) -> tuple[pa.Table, Worth]:
    """The episodes of a batch, still without their bits, and what its levels are worth."""
    batch, n = Batch(task, len(seeds)), len(seeds)
    batch.begin_seeds(np.arange(n), seeds)
    levels = worth(batch, run.reward or world.intended)
    taken, terminated, curves = _act(batch, bound(policy, batch))
    lengths = np.ascontiguousarray(batch.states["t"])
    made: dict[str, Any] = {
        "agent": [run.agent] * n,
        "training_seed": np.full(n, run.training_seed),
        "deterministic": np.full(n, run.deterministic),
        "environment": [world.environment] * n,
        "split": [task.split] * n,
        "level_seed": seeds,
        "margin": np.ascontiguousarray(batch.levels["margin"]),
        "length": lengths,
        "terminated": terminated,
        "random_capability": _floats(levels.random_capability),
        "actions": _lists(taken, lengths, pa.uint8()),
    }
    for k, reward in enumerate(world.rewards):
        made[f"return.{reward.name}"] = _floats(batch.returns[:, k])
        made[f"oracle.{reward.name}"] = _floats(levels.oracle[:, k])
        made[f"random.{reward.name}"] = _floats(levels.random[:, k])
        made[f"reached.{reward.name}"] = pa.array(batch.reached[:, k], mask=batch.reached[:, k] < 0)
    made |= {f"curve.{name}": _lists(curves[name], lengths, pa.float32()) for name in world.curves}
    return pa.table(made), levels


def _act(batch: Batch, policy: Policy) -> tuple[NDArray[Any], NDArray[np.bool_], dict[str, NDArray[Any]]]:
    """Play all games to their end.

    Returns:
        the actions taken, shape (steps, n); which games terminated; and the game's curves, shape (steps, n).
    """
    asleep, terminated = np.zeros(batch.n, bool), np.zeros(batch.n, bool)
    taken: list[NDArray[np.uint8]] = []
    curves: dict[str, list[Any]] = {name: [] for name in batch.task.game.curves}
    state: Any = None
    starting = np.ones(batch.n, bool)
    while not asleep.all():
        chosen, state = policy(batch.observe(), state, starting)
        actions = _checked(chosen, batch, policy.name)
        batch.step(actions, asleep)
        taken.append(actions.astype(np.uint8))
        for name, values in curves.items():
            values.append(_now(batch, name))
        terminated |= batch.terminated
        asleep |= batch.terminated | batch.truncated
        starting = np.zeros(batch.n, bool)
    return np.array(taken), terminated, {name: np.array(values) for name, values in curves.items()}


def _now(batch: Batch, curve: str) -> NDArray[np.float32]:
    """What a curve of the game stands at after a step: a reward of the step, or a field of the state."""
    names = batch.task.channels
    values = batch.rewards[:, names.index(curve)] if curve in names else batch.states[curve]
    return values.astype(np.float32)


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
