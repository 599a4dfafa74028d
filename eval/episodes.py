"""Episodes: a flat table, one row per episode, from which everything a report says can be recomputed.

Columns: agent, training_seed, deterministic, environment, split, level_seed, margin, length,
terminated, random_capability, actions, and for each reward R of the environment

    return.R   discounted return          oracle.R      the optimum on this level (null: not known)
    random.R   mean of random play        reached.R     step of the first positive reward (null: never)
    bits.R     optimization power         bits_limit.R  the most bits that the random episodes resolve (`power`)

and for each curve C that the environment declares, curve.C: what C was after each step.

An episode is its level and its actions, so the table also suffices to replay every episode.
On disk it is a Parquet file and a JSON manifest beside it. The manifest is written last and holds
the checksum of the table: without a manifest that fits, there is no result.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import ValidationError

from ..files import write_whole
from .records import Record, Run, World

PER_REWARD = {
    "return": pa.float64(),
    "oracle": pa.float64(),
    "random": pa.float64(),
    "reached": pa.int32(),
    "bits": pa.float64(),
    "bits_limit": pa.float64(),
}
COLUMNS = {
    "agent": pa.string(),
    "training_seed": pa.int64(),
    "deterministic": pa.bool_(),
    "environment": pa.string(),
    "split": pa.string(),
    "level_seed": pa.int64(),
    "margin": pa.float64(),
    "length": pa.int32(),
    "terminated": pa.bool_(),
    "random_capability": pa.float64(),
    "actions": pa.list_(pa.uint8()),
}


class EpisodesError(ValueError):
    """Episodes that cannot be read or do not belong together."""


class Manifest(Record):
    """What lies beside the table of a result that is whole."""

    format: Literal["goalgap-episodes"] = "goalgap-episodes"
    schema_version: Literal[1] = 1
    world: World
    runs: tuple[Run, ...]
    rows: int
    sha256: str


def schema(world: World) -> pa.Schema:
    """The columns and types of a world's episodes."""
    own = [(f"{kind}.{reward.name}", PER_REWARD[kind]) for reward in world.rewards for kind in PER_REWARD]
    curves = [(f"curve.{name}", pa.list_(pa.float32())) for name in world.curves]
    return pa.schema([*COLUMNS.items(), *own, *curves])


@dataclass(frozen=True)
class Episodes:
    """Episodes of any number of runs and splits in one world."""

    world: World
    runs: tuple[Run, ...]
    table: pa.Table

    def __post_init__(self) -> None:
        expected = schema(self.world)
        if not self.table.schema.equals(expected):
            odd = {(f.name, str(f.type)) for f in self.table.schema} ^ {(f.name, str(f.type)) for f in expected}
            raise EpisodesError(f"not a table of {self.world.environment} episodes; columns that differ: {sorted(odd)}")

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def column(self, name: str) -> NDArray[Any]:
        """One column as an array; null becomes NaN in floats, and -1 in `reached`."""
        column = self.table[name]
        filled = column.fill_null(-1) if name.startswith("reached.") else column
        return np.asarray(filled.to_numpy())

    def columns(self, kind: str, names: Sequence[str] | None = None) -> NDArray[Any]:
        """A per-reward column for several rewards (all by default), shape (episodes, rewards)."""
        chosen = [reward.name for reward in self.world.rewards] if names is None else names
        return np.stack([self.column(f"{kind}.{name}") for name in chosen], axis=1)

    def where(self, **values: Any) -> Episodes:
        """The episodes whose columns have these values, such as split="deploy"."""
        table = self.table
        for name, value in values.items():
            table = table.filter(pc.equal(table[name], pa.scalar(value, COLUMNS[name])))
        return Episodes(self.world, self.runs, table)

    @classmethod
    def join(cls, parts: Iterable[Episodes]) -> Episodes:
        """All episodes of several tables of the same world."""
        listed = list(parts)
        if not listed:
            raise EpisodesError("there are no episodes to join")
        for part in listed[1:]:
            _check_same(listed[0].world, part.world)
        runs = merged(run for part in listed for run in part.runs)
        return cls(listed[0].world, runs, pa.concat_tables(part.table for part in listed))

    def write(self, path: str | Path) -> None:
        """Write `path` (Parquet) and then its manifest; OSError when the place cannot be written."""
        table, content = Path(path), io.BytesIO()
        pq.write_table(self.table, content, compression="zstd")
        sha256 = hashlib.sha256(content.getvalue()).hexdigest()
        manifest = Manifest(world=self.world, runs=self.runs, rows=len(self), sha256=sha256)
        write_whole(table, content.getvalue())
        write_whole(manifest_path(table), (manifest.model_dump_json(indent=2) + "\n").encode())

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read what `write` wrote; EpisodesError says what is missing, half-written or of another schema."""
        table = Path(path)
        manifest, content = read_manifest(table), _bytes(table)
        if hashlib.sha256(content).hexdigest() != manifest.sha256:
            raise EpisodesError(
                f"{table} is not the table its manifest describes: half-written or changed; evaluate again"
            )
        return cls(manifest.world, manifest.runs, _table(content))


def _table(content: bytes) -> pa.Table:
    """A Parquet file's table; read by one thread, since pyarrow's pool of threads now and then aborts the process."""
    return pq.read_table(io.BytesIO(content), use_threads=False)


def manifest_path(path: str | Path) -> Path:
    """Where the manifest of a table lies."""
    return Path(path).with_suffix(".json")


def read_manifest(path: str | Path) -> Manifest:
    """The manifest of the table at `path`; EpisodesError when there is none that can be read."""
    place = manifest_path(path)
    try:
        return Manifest.model_validate(json.loads(_bytes(place)))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise EpisodesError(f"{place} is of another schema: {field}: {first['msg']}; evaluate again") from None
    except ValueError as error:
        raise EpisodesError(f"{place} is not a manifest: {error}") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise EpisodesError(f"no finished result: {path} is missing; evaluate again") from None


def merged(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Each run once, with its times added up; EpisodesError where one key names different runs."""
    found: dict[tuple[str, int, bool], Run] = {}
    for run in runs:
        known = found.get(run.key)
        seconds = run.seconds + (known.seconds if known else 0.0)
        if known and (known.reward, known.alpha, known.details) != (run.reward, run.alpha, run.details):
            raise EpisodesError(f"two different runs are called {run.agent}, training seed {run.training_seed}")
        found[run.key] = (known or run).model_copy(update={"seconds": seconds})
    return tuple(found.values())


def _check_same(one: World, other: World) -> None:
    for name in World.model_fields:
        if getattr(one, name) != getattr(other, name):
            raise EpisodesError(
                f"episodes of different worlds: {name} is {getattr(one, name)!r} and {getattr(other, name)!r}"
            )
