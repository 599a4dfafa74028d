"""Tables of episodes made at random, of a game that nobody plays: what can be said of any table is tested on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from goalgap.eval.table.columns import schema
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.game import GameRecord
from goalgap.eval.table.runs import Run
from goalgap.terms import SPLITS, Reward

REWARDS = (Reward("good", "intended", ""), Reward("bad", "proxy", "", signed=True), Reward("wrong", "misspecified", ""))
GAME = GameRecord(
    environment="Made", version=0, arguments={}, places=False, exact=True, rewards=REWARDS, fingerprint=""
)
PLACES = GAME.model_copy(update={"places": True})


def made(
    numbers: int, seeds: int = 2, levels: int = 4, reward: str = "good", game: GameRecord = GAME, alpha: float = 0.0
) -> Episodes:
    """A table of random returns, of each training seed on each level of each split; level 0 pays for every goal."""
    rng, rows = np.random.default_rng(numbers), [(s, d, k) for s in range(seeds) for d in SPLITS for k in range(levels)]
    n = len(rows)
    columns: dict[str, Any] = {
        "agent": ["made"] * n,
        "training_seed": [row[0] for row in rows],
        "deterministic": [False] * n,
        "environment": ["Made"] * n,
        "split": [row[1] for row in rows],
        "level_seed": [row[2] for row in rows],
        "margin": np.ones(n),
        "length": np.full(n, 3),
        "terminated": [True] * n,
        "actions": [[0, 1, 2]] * n,
    }
    for name in game.channels:
        empty = (rng.random(n) < 0.2) & (np.array([row[2] for row in rows]) > 0)
        oracle = np.where(empty, 0.0, rng.uniform(0.5, 2, n))
        columns[f"return.{name}"] = oracle * rng.uniform(0, 1, n)
        columns[f"oracle.{name}"], columns[f"random.{name}"] = oracle, oracle * rng.uniform(0, 0.4, n)
        columns[f"reached.{name}"] = pa.array(rng.integers(1, 9, n), mask=rng.random(n) < 0.4)
        columns[f"bits.{name}"], columns[f"bits_limit.{name}"] = rng.uniform(0, 12, n), np.full(n, 10.0)
    for known in game.rewards:
        columns[f"chance.{known.name}"] = rng.uniform(0, 0.25, n)
    runs = tuple(Run(agent="made", training_seed=seed, reward=reward, alpha=alpha) for seed in range(seeds))
    return Episodes(game, runs, pa.table({k: pa.array(v, schema(game).field(k).type) for k, v in columns.items()}))


def replaced(episodes: Episodes, **columns: Any) -> Episodes:
    """The episodes with other values in some columns; `__` stands for the point in a name."""
    table = episodes.table
    for name, values in columns.items():
        index = table.schema.get_field_index(name.replace("__", "."))
        table = table.set_column(index, table.schema.field(index), pa.array(values, table.schema.field(index).type))
    return Episodes(episodes.game, episodes.runs, table)
