"""Tables that anybody may have made: each is read as it is, or refused with its reason before it can do harm."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forging import doctor, put, with_first

from goalgap.agents.reference import reference
from goalgap.choices import check_name
from goalgap.envs import task
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.table.checking import check_rows
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError


@pytest.fixture(scope="module")
def played() -> Episodes:
    """Episodes of an environment that records a curve."""
    return evaluate(task("ChimeBandit"), reference("random"), 4)


@pytest.fixture
def path(played: Episodes, tmp_path: Path) -> Path:
    played.write(tmp_path / "episodes.parquet")
    return tmp_path / "episodes.parquet"


REQUIRED = (
    "agent", "training_seed", "deterministic", "environment", "split", "level_seed", "margin", "length", "terminated",
    "actions", "return.payoffs", "random.payoffs", "chance.payoffs", "bits_limit.payoffs", "curve.payoffs",
)  # fmt: skip


@pytest.mark.parametrize("name", REQUIRED)
def test_what_every_episode_has_is_not_missing(name: str, played: Episodes, path: Path) -> None:
    doctor(path, with_first(played.table, name, None))
    with pytest.raises(EpisodesError, match=rf"{name} must not be missing \(null\), as it is in 1 places"):
        Episodes.read(path)


@pytest.mark.parametrize("name", ["actions", "curve.payoffs"])
def test_nothing_is_missing_within_an_episode(name: str, played: Episodes, path: Path) -> None:
    first = played.table[name][0].as_py()
    doctor(path, with_first(played.table, name, [None, *first[1:]]))
    with pytest.raises(EpisodesError, match=f"{name} must not be missing"):
        Episodes.read(path)
    doctor(path, with_first(played.table, name, first[1:]))
    with pytest.raises(EpisodesError, match=f"{name} must have as many values as the episode has steps"):
        Episodes.read(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_are_finite(value: float, played: Episodes, path: Path) -> None:
    for name in ("return.payoffs", "oracle.payoffs", "margin"):
        doctor(path, with_first(played.table, name, value))
        with pytest.raises(EpisodesError, match=f"{name} must be finite"):
            Episodes.read(path)


@pytest.mark.parametrize(
    ("name", "value"), [("agent", "a ghost"), ("training_seed", 7), ("training_seed", -1), ("deterministic", True)]
)
def test_rows_of_no_run_are_refused(name: str, value: Any, played: Episodes, path: Path) -> None:
    for forged in (put(played.table, name, value), with_first(played.table, name, value)):
        doctor(path, forged)
        with pytest.raises(EpisodesError, match="no run of the manifest is"):
            Episodes.read(path)
        with pytest.raises(ValueError, match="no run of the manifest is"):
            check_rows(forged, played.game, played.runs)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("environment", "CheeseCorner", "some rows are of 'CheeseCorner'"),
        ("split", "secret", "unknown split 'secret'"),
        ("agent", "x" * 10**6, "agent has at most 200 characters"),
    ],
)
def test_words_are_those_of_the_manifest(name: str, value: str, reason: str, played: Episodes, path: Path) -> None:
    doctor(path, with_first(played.table, name, value))
    with pytest.raises(EpisodesError, match=reason):
        Episodes.read(path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rows": 13}, "it has 12 rows, and its manifest counts 13"),
        ({"rows": -12}, "rows must be at least 0, not -12"),
        ({"runs": []}, "no run of the manifest is 'random'"),
    ],
)
def test_the_manifest_is_of_the_table(changes: dict[str, Any], reason: str, played: Episodes, path: Path) -> None:
    doctor(path, played.table, **changes)
    with pytest.raises(EpisodesError, match=reason):
        Episodes.read(path)


RUNS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"reward": "applause"}, "unknown reward of a run 'applause'"),
    ({"alpha": 1.5}, "alpha must be at most 1, not 1.5"),
    ({"alpha": -0.1}, "alpha must be at least 0, not -0.1"),
    ({"alpha": float("nan")}, "alpha"),
    ({"training_seed": 2**63}, "training_seed must be"),
    ({"seconds": -1}, "seconds must be at least 0"),
    ({"agent": None}, "agent must be a text, not nothing"),
    ({"agent": "\u3164"}, "a text of characters that can be printed"),
    ({"agent": "x" * 201}, "agent must be a text of length 200 or less"),
    ({"zeal": 1}, r"unknown field 'runs\[0\].zeal'"),
)


@pytest.mark.parametrize(("changes", "reason"), RUNS)
def test_runs_are_held_to_what_runs_can_be(changes: dict[str, Any], reason: str, path: Path) -> None:
    manifest = json.loads(path.with_suffix(".json").read_text())
    manifest["runs"][0] |= changes
    path.with_suffix(".json").write_text(json.dumps(manifest))
    with pytest.raises(EpisodesError, match=reason):
        Episodes.read(path)


def test_a_run_is_listed_once(path: Path) -> None:
    manifest = json.loads(path.with_suffix(".json").read_text())
    path.with_suffix(".json").write_text(json.dumps({**manifest, "runs": manifest["runs"] * 2}))
    with pytest.raises(EpisodesError, match="two runs have the same agent, training seed"):
        Episodes.read(path)


@pytest.mark.parametrize("field", ["environment", "blurb", "curves", "twice"])
def test_a_game_is_told_in_words_that_can_be_shown(field: str, path: Path) -> None:
    manifest = json.loads(path.with_suffix(".json").read_text())
    game, evil = manifest["game"], "\x1b[31mred"
    game["rewards"][0]["blurb"] = evil if field == "blurb" else ""
    changed = {"environment": evil, "curves": [evil], "twice": ["payoffs", "payoffs"], "blurb": None}
    game |= {"curves" if field == "twice" else field: changed[field]} if changed[field] else {}
    path.with_suffix(".json").write_text(json.dumps(manifest))
    with pytest.raises(EpisodesError, match="two rewards, events or curves" if field == "twice" else "can be printed"):
        Episodes.read(path)


@pytest.mark.parametrize("text", ["[" * 10**5, '{"a":' * 10**5, "9" * 5000, "\ud800", "null", ""])
def test_what_is_no_manifest_is_said_to_be_none(text: str, path: Path) -> None:
    path.with_suffix(".json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(EpisodesError, match=r"episodes\.json is (not a manifest|of another schema)"):
        Episodes.read(path)


def test_large_files_are_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with path.with_suffix(".json").open("ab") as file:
        file.truncate(2**40)
    with pytest.raises(EpisodesError, match="larger than the 16 MiB"):
        Episodes.read(path)


def rows_of_nothing(played: Episodes, rows: int) -> bytes:
    """A Parquet file of a few bytes that stands for many rows."""
    packed = io.BytesIO()
    with pq.ParquetWriter(packed, played.table.schema, compression="zstd") as writer:
        table = pa.Table.from_batches([played.table.slice(0, 1).combine_chunks().to_batches()[0]])
        writer.write_table(table.take(np.zeros(rows, int)))
    return packed.getvalue()


def test_a_table_that_grows_is_refused_before_it_is_read(
    played: Episodes, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether its manifest tells how many rows there are, or not."""
    content = rows_of_nothing(played, 20_000)
    assert len(content) < 100_000
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_, **__: pytest.fail("it is read"))
    doctor(path, content)
    with pytest.raises(EpisodesError, match="it has 20000 rows, and its manifest counts 12"):
        Episodes.read(path)
    doctor(path, content, rows=20_000)
    with pytest.raises(EpisodesError, match=r"to read it would take .* MiB, more than the 2 allowed"):
        Episodes.read(path, most=2 * 2**20)


def test_other_columns_are_refused_before_they_are_read(
    played: Episodes, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_, **__: pytest.fail("it is read"))
    for forged in (played.table.append_column("more", played.table["agent"]), played.table.drop_columns(["margin"])):
        doctor(path, forged)
        with pytest.raises(EpisodesError, match=r"columns that differ: .*(more|margin)"):
            Episodes.read(path)


@pytest.mark.parametrize("text", ["\u200b", "a\u202eb", "\x1b[2J", "a\nb", "\u3164", "a\ufe0f", "\u2800", "\u034f"])
def test_a_name_is_made_of_what_is_seen(text: str) -> None:
    with pytest.raises(ValueError, match="characters that can be printed"):
        check_name("a name", text)
