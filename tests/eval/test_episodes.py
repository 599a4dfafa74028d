"""Episodes on disk: whole or not there, and never half of both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from goalgap.agents.reference import reference
from goalgap.envs import task
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.table import episodes as module
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError, manifest_path
from goalgap.eval.table.runs import Run

TASK = task("CheeseCorner")


@pytest.fixture(scope="module")
def played() -> Episodes:
    return evaluate(TASK, reference("random"), 10, run=Run(agent="random", training_seed=1))


@pytest.fixture
def path(played: Episodes, tmp_path: Path) -> Path:
    played.write(tmp_path / "made" / "episodes.parquet")
    return tmp_path / "made" / "episodes.parquet"


def test_what_is_written_is_read(played: Episodes, path: Path) -> None:
    read = Episodes.read(path)
    assert (read.game, read.runs) == (played.game, played.runs)
    assert read.table.equals(played.table)
    assert sorted(each.name for each in path.parent.iterdir()) == ["episodes.json", "episodes.parquet"]


def test_nulls_are_missing_and_not_zero(played: Episodes) -> None:
    never = played.column("reached", "cheese") < 0
    assert never.any()
    assert played.table["reached.cheese"].null_count == never.sum()


@pytest.mark.parametrize("gone", ["episodes.json", "episodes.parquet"])
def test_a_missing_file_is_no_result(path: Path, gone: str) -> None:
    (path.parent / gone).unlink()
    with pytest.raises(EpisodesError, match=f"no finished result: .*{gone} is missing"):
        Episodes.read(path)


@pytest.mark.parametrize("kept", [0, 100, -1])
def test_a_truncated_table_is_no_result(path: Path, kept: int) -> None:
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(EpisodesError, match="half-written or changed"):
        Episodes.read(path)


def test_a_broken_manifest_is_no_result(path: Path) -> None:
    manifest_path(path).write_text(manifest_path(path).read_text()[:50])
    with pytest.raises(EpisodesError, match="is not a manifest"):
        Episodes.read(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [("schema_version", 4), ("schema_version", 0), ("format", "other"), ("rows", "many"), ("new", 1)],
)
def test_another_schema_is_refused(path: Path, field: str, value: Any) -> None:
    content = json.loads(manifest_path(path).read_text())
    manifest_path(path).write_text(json.dumps({**content, field: value}))
    with pytest.raises(EpisodesError, match=f"of another schema: .*{field}"):
        Episodes.read(path)


def test_a_crash_between_table_and_manifest_leaves_no_result(
    played: Episodes, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing over an older result and dying before the manifest: the old one does not vouch for the new table."""

    def die(place: Path, content: bytes) -> None:
        if place.suffix == ".json":
            raise OSError("no space left on device")
        place.write_bytes(content)

    monkeypatch.setattr(module, "write_whole", die)
    with pytest.raises(OSError, match="no space left"):
        played.where(split="train").write(path)
    with pytest.raises(EpisodesError, match="half-written"):
        Episodes.read(path)


def test_a_failed_write_leaves_nothing_behind(played: Episodes, tmp_path: Path) -> None:
    (tmp_path / "episodes.parquet").mkdir()
    with pytest.raises(OSError, match=r"episodes\.parquet"):
        played.write(tmp_path / "episodes.parquet")
    assert [each.name for each in tmp_path.iterdir()] == ["episodes.parquet"]


def test_columns_are_checked(played: Episodes) -> None:
    with pytest.raises(EpisodesError, match=r"columns that differ: .*margin"):
        Episodes(played.game, played.runs, played.table.drop_columns(["margin"]))
    odd = played.table.set_column(0, "agent", pa.array(range(len(played))))
    with pytest.raises(EpisodesError, match="agent"):
        Episodes(played.game, played.runs, odd)


def test_joining_needs_one_world_and_clear_runs(played: Episodes) -> None:
    other = evaluate(task("CheeseCorner", maze="perfect"), reference("random"), 2)
    with pytest.raises(EpisodesError, match="different games: arguments"):
        Episodes.join([played, other])
    with pytest.raises(EpisodesError, match="no episodes"):
        Episodes.join([])
    alike = evaluate(TASK, reference("random"), 2, run=Run(agent="random", training_seed=1, alpha=0.5))
    with pytest.raises(EpisodesError, match="two different runs are called random, training seed 1"):
        Episodes.join([played, alike])
