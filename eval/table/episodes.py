"""Episodes: a flat table, one row per episode, from which everything a report says can be recomputed.

Columns: agent, training_seed, deterministic, environment, split, level_seed, margin, length,
terminated, actions, and for each channel R of the game, a reward or an event,

    return.R   discounted return          oracle.R      the optimum on this level (null: not known)
    random.R   mean of random play        reached.R     step of the first positive reward (null: never)
    bits.R     optimization power         bits_limit.R  the most bits that the random episodes resolve (`power`)

for each reward R, chance.R: the share of random episodes on the level that went for it (`outcomes`); and for each
curve C that the environment declares, curve.C: what C was after each step.

An episode is its level and its actions, so the table also suffices to replay every episode.
On disk it is a Parquet file and a JSON manifest beside it. The manifest is written last and holds
the checksum of the table: without a manifest that fits, there is no result.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ...choices import choose, shortened
from ...files import write_whole
from ...terms import SPLITS
from .checking import MOST_BYTES, check_rows, read_table
from .columns import SCHEMA, check, column_name, columns
from .game import GameRecord
from .manifest import EpisodesError, Manifest, manifest_path, read_bytes, read_manifest
from .runs import Run, merged


@dataclass(frozen=True)
class Episodes:
    """Episodes of any number of runs and splits of one game; EpisodesError where the columns are not the game's."""

    game: GameRecord
    runs: tuple[Run, ...]
    table: pa.Table

    def __post_init__(self) -> None:
        try:
            check(self.table.schema, self.game)
            for split in pc.unique(self.table["split"]).to_pylist():
                choose("split", split, SPLITS)
        except ValueError as error:
            raise EpisodesError(str(error)) from None

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __repr__(self) -> str:
        agents = ", ".join(dict.fromkeys(run.agent for run in self.runs))
        splits = pc.value_counts(self.table["split"]).to_pylist()
        played = ", ".join(f"{each['counts']} of {each['values']}" for each in splits)
        seeds = len({run.training_seed for run in self.runs})
        return (
            f"<{len(self)} episodes of {agents or 'nobody'} in {self.game.environment}-v{self.game.version}: "
            f"{played}; {seeds} training seed{'s' * (seeds != 1)}>"
        )

    def column(self, group: str, of: str = "") -> NDArray[Any]:
        """A column of the episode, or of one of its channels or rewards, shape (episodes,); lists stay in `table`.

        Null becomes what the group declares for it (-1 in `reached`), else NaN, and integers and truths become floats.
        """
        name = column_name(group, of)
        values, null = self.table[name], columns(self.game)[name].null
        if null is not None:
            values = values.fill_null(null)
        elif values.null_count and (pa.types.is_integer(values.type) or pa.types.is_boolean(values.type)):
            values = values.cast(pa.float64())
        return np.asarray(values.to_numpy())

    def channels(self, group: str, names: Sequence[str] | None = None) -> NDArray[Any]:
        """A column of several channels (all by default), shape (episodes, channels)."""
        chosen = self.game.channels if names is None else names
        return np.stack([self.column(group, name) for name in chosen], axis=1)

    def where(self, **values: Any) -> Episodes:
        """The episodes whose columns have these values, such as split="deploy"."""
        table, known = self.table, columns(self.game)
        for name, value in values.items():
            table = table.filter(pc.equal(table[name], pa.scalar(value, known[name].type)))
        return Episodes(self.game, self.runs, table)

    @classmethod
    def join(cls, parts: Iterable[Episodes]) -> Episodes:
        """All episodes of several tables of the same game; EpisodesError says how games or runs disagree."""
        listed = _listed(parts)
        if not listed:
            raise EpisodesError("there are no episodes to join")
        for part in listed[1:]:
            check_same_game(listed[0].game, part.game)
        try:
            runs = merged(run for part in listed for run in part.runs)
        except ValueError as error:
            raise EpisodesError(str(error)) from None
        return cls(listed[0].game, runs, pa.concat_tables(part.table for part in listed))

    def write(self, path: str | Path) -> None:
        """Write `path` (Parquet) and then its manifest; OSError when the place cannot be written."""
        table, content = Path(path), io.BytesIO()
        pq.write_table(self.table, content, compression="zstd")
        sha256 = hashlib.sha256(content.getvalue()).hexdigest()
        manifest = Manifest(schema_version=SCHEMA, game=self.game, runs=self.runs, rows=len(self), sha256=sha256)
        write_whole(table, content.getvalue())
        write_whole(manifest_path(table), (manifest.model_dump_json(indent=2) + "\n").encode())

    @classmethod
    def read(cls, path: str | Path, most: int = MOST_BYTES) -> Self:
        """Read what `write` wrote, now or by an older schema; EpisodesError says what is missing or does not fit.

        Args:
            most: bytes that the table may take while it is read; one that claims more is refused.
        """
        place = Path(path)
        manifest, content = read_manifest(place), read_bytes(place)
        if hashlib.sha256(content).hexdigest() != manifest.sha256:
            raise EpisodesError(
                f"{place} is not the table its manifest describes: half-written or changed; evaluate again"
            )
        try:
            table = read_table(content, manifest, most)
            check_rows(table, manifest.game, manifest.runs)
        except (ValueError, OSError, IndexError, NotImplementedError) as error:  # what Arrow raises of no table
            raise EpisodesError(f"{place}: {shortened(str(error))}") from None
        return cls(manifest.game, manifest.runs, table)


def _listed(parts: Iterable[Episodes]) -> list[Episodes]:
    """Parts as a list; TypeError where one is no `Episodes`."""
    try:
        given = iter(parts)
    except TypeError:
        given = iter([None])  # type: ignore[list-item]
    listed = list(given)
    if not all(isinstance(part, Episodes) for part in listed):
        raise TypeError("episodes are joined with episodes, as `goalgap.evaluate` and `Episodes.read` give them")
    return listed


def check_same_game(one: GameRecord, other: GameRecord) -> None:
    """EpisodesError says in what two games differ."""
    for name in GameRecord.model_fields:
        first, second = getattr(one, name), getattr(other, name)
        if first != second:
            raise EpisodesError(f"episodes of different games: {name} is {first!r} and {second!r}")
