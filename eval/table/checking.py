"""What a table of episodes is held to when it is read from a file, which anybody may have made.

Before it is read: that it has the rows its manifest counts, the columns of its game, and no more values than memory
shall hold; a few bytes can stand for a thousand million rows. Afterwards: that each row is of a run of the manifest,
and that nothing is missing.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...choices import shown
from .columns import Group, check, columns, completed, schema
from .footer import values_and_bytes
from .game import GameRecord
from .manifest import Manifest
from .runs import LONGEST, Run

MOST_BYTES = 8 * 2**30  # that a table may take while it is read
VALUE = 8  # bytes that a value takes then, at most
PLAYER = ("agent", "training_seed", "deterministic")  # the columns that name a row's run


def read_table(content: bytes, manifest: Manifest, most: int) -> pa.Table:
    """A Parquet file's table; ValueError where it is not what its manifest says, or would take more than `most` bytes.

    It is read by one thread, since pyarrow's pool of threads now and then aborts the process.
    """
    game, version = manifest.game, manifest.schema_version
    expected = schema(game, version)
    _check_size(content, most)
    told = pq.ParquetFile(io.BytesIO(content))
    if told.metadata.num_rows != manifest.rows:
        raise ValueError(f"it has {told.metadata.num_rows} rows, and its manifest counts {manifest.rows}")
    check(told.schema_arrow, game, version)
    texts = [field.name for field in expected if pa.types.is_string(field.type)]
    table = pq.ParquetFile(io.BytesIO(content), read_dictionary=texts).read(use_threads=False)
    table.validate(full=True)
    for name in texts:
        _check_texts(name, table[name])
    return completed(table.cast(expected), game, version)


def _check_size(content: bytes, most: int) -> None:
    values, plain = values_and_bytes(content)
    if (needed := VALUE * values + plain) > most:
        raise ValueError(f"to read it would take {needed / 2**20:,.0f} MiB, more than the {most // 2**20:,} allowed")


def _check_texts(name: str, values: pa.ChunkedArray) -> None:
    """A text may stand for many rows, so texts are read as dictionaries and looked at before they are written out."""
    for text in {text for part in values.chunks for text in part.dictionary.to_pylist()}:
        if len(text) > LONGEST:
            raise ValueError(f"{name} has at most {LONGEST} characters, not those of {shown(text)}")


def check_rows(table: pa.Table, game: GameRecord, runs: Iterable[Run]) -> None:
    """ValueError unless every row is of one of these runs and of this game, and has every value it must have."""
    for name, group in columns(game).items():
        _check_values(name, group, table[name])
        if pa.types.is_list(group.type):
            _check_lengths(name, table)
    check_players(table, runs)
    for environment in pc.unique(table["environment"]).to_pylist():
        if environment != game.environment:
            raise ValueError(f"its manifest is of {game.environment}, and some rows are of {shown(environment)}")


def check_players(table: pa.Table, runs: Iterable[Run]) -> None:
    """ValueError unless every row is of one of these runs."""
    players = table.select(PLAYER).group_by(PLAYER, use_threads=False).aggregate([]).to_pylist()
    for agent, seed, deterministic in sorted({tuple(each.values()) for each in players} - {run.key for run in runs}):
        acting = "argmax" if deterministic else "sampled"
        raise ValueError(f"no run of the manifest is {shown(agent)} with training seed {seed}, {acting} actions")


def _check_values(name: str, group: Group, values: pa.ChunkedArray) -> None:
    """ValueError where a value is missing or not finite; an older table lacks whole columns, which are null in full."""
    inner = pc.list_flatten(values) if pa.types.is_list(values.type) else values
    missing = values.null_count + (inner.null_count if inner is not values else 0)
    if missing and not group.optional and not (group.since > 1 and values.null_count == len(values)):
        raise ValueError(f"{name} must not be missing (null), as it is in {missing} places")
    if pa.types.is_floating(inner.type) and not pc.all(pc.is_finite(inner.drop_null()), min_count=0).as_py():
        raise ValueError(f"{name} must be finite")


def _check_lengths(name: str, table: pa.Table) -> None:
    if not pc.all(pc.equal(pc.list_value_length(table[name]), table["length"]), min_count=0).as_py():
        raise ValueError(f"{name} must have as many values as the episode has steps")
