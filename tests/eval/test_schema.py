"""Tables of older schemas: read with what they lack as missing, and still held to what they had."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forging import doctor

from goalgap.agents.reference import reference
from goalgap.envs import task
from goalgap.eval.play import replay
from goalgap.eval.play.games import game_record
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.report import Report
from goalgap.eval.table import columns as module
from goalgap.eval.table.columns import SCHEMA, Group, columns
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError, read_manifest
from goalgap.terms import Event

NEWER = (Group("effort", pa.float64(), "channel", since=2), Group("calm", pa.bool_(), since=2))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A result of schema 1."""
    played, path = evaluate(task("Probation"), reference("random"), 5), tmp_path / "episodes.parquet"
    played.write(path)
    doctor(path, as_of_schema_1(played))
    manifest = json.loads(path.with_suffix(".json").read_text())
    game = manifest.pop("game")
    events = [
        {**event, "role": "recorded", "discount": 1.0, "kind": "", "signed": False} for event in game.pop("events")
    ]
    world = {**game, "rewards": game["rewards"] + events}
    path.with_suffix(".json").write_text(json.dumps({**manifest, "schema_version": 1, "world": world}))
    return path


def as_of_schema_1(played: Episodes) -> pa.Table:
    """The table as it was then: with a column that is no longer written, and without what random play goes for."""
    names = list(columns(played.game, 1))
    table = played.table.append_column("random_capability", pa.array(np.zeros(len(played))))
    return table.select(names)


def test_a_manifest_of_schema_1_says_the_same_as_one_of_today(old: Path) -> None:
    read = Episodes.read(old)
    assert read.game == game_record(task("Probation"))
    read.write(old)
    assert read_manifest(old).schema_version == SCHEMA == 3
    again = Episodes.read(old)
    assert (again.game, again.table) == (read.game, read.table)
    assert "random_capability" not in again.table.schema.names
    assert np.isnan(again.column("chance", "coins")).all()
    assert Report.of(again, resamples=20).verdict.kind == "missing"
    assert isinstance(again.game.events[0], Event)


@pytest.mark.parametrize("broken", [{"world": None}, {"world": {"rewards": [{"name": "a"}]}}, {"world": {}}])
def test_a_broken_manifest_of_schema_1_is_no_result(old: Path, broken: dict[str, Any]) -> None:
    doctor(old, pq.read_table(old, use_threads=False), **broken)
    with pytest.raises(EpisodesError, match="is not a manifest"):
        Episodes.read(old)


def test_columns_newer_than_a_table_are_missing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Report.of(Episodes.read(old), resamples=20)
    monkeypatch.setattr(module, "GROUPS", (*module.GROUPS, *NEWER))
    read = Episodes.read(old)
    for name in read.game.channels:
        assert np.isnan(read.column("effort", name)).all()
    assert np.isnan(read.column("calm")).all()
    assert Report.of(read, resamples=20).modes == before.modes
    read.write(old)
    assert Episodes.read(old).table.equals(read.table)


def test_a_newer_column_is_compared_where_it_was_recorded(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GROUPS", (*module.GROUPS, Group("effort", pa.float64(), since=2)))
    now, play = module.columns, replay.rollout

    def rollout(*arguments: Any, **options: Any) -> Any:
        """Today's rollout, which fills the new column."""
        monkeypatch.setattr(module, "GROUPS", tuple(group for group in module.GROUPS if group.name != "effort"))
        played = play(*arguments, **options)
        monkeypatch.setattr(module, "GROUPS", (*module.GROUPS, Group("effort", pa.float64(), since=2)))
        table = played.table.append_column("effort", pa.array(np.full(len(played), 0.5)))
        return Episodes(played.game, played.runs, table.select(list(now(played.game))))

    monkeypatch.setattr(replay, "rollout", rollout)
    read = Episodes.read(old)
    replay.verify(read)
    index = read.table.schema.get_field_index("effort")
    for efforts, same in ((0.5, True), (0.25, False)):
        filled = read.table.set_column(index, "effort", pa.array(np.full(len(read), efforts)))
        claimed = Episodes(read.game, read.runs, filled)
        if same:
            replay.verify(claimed)
        else:
            with pytest.raises(EpisodesError, match=r"effort is 0\.25, should be 0\.5"):
                replay.verify(claimed)


def test_an_old_column_that_is_missing_and_an_unknown_one_are_refused(old: Path) -> None:
    table = pq.read_table(old, use_threads=False)
    doctor(old, table.drop_columns(["return.coins"]))
    with pytest.raises(EpisodesError, match=r"columns that differ: .*return\.coins"):
        Episodes.read(old)
    doctor(old, table.append_column("zeal", pa.nulls(len(table), pa.float64())))
    with pytest.raises(EpisodesError, match=r"columns that differ: .*zeal"):
        Episodes.read(old)


def test_a_table_of_today_must_have_the_columns_of_today(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Episodes.read(old).write(old)
    monkeypatch.setattr(module, "GROUPS", (*module.GROUPS, *NEWER))
    with pytest.raises(EpisodesError, match=r"columns that differ: .*calm.*effort"):
        Episodes.read(old)
