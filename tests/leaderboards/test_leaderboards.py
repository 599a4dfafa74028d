"""Entries are held to their rules, and the committed board to the committed episodes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from goalgap import task
from goalgap.agents.recipes import default_algorithm
from goalgap.agents.reference import reference
from goalgap.envs import SUITE
from goalgap.eval.curves import course, rise
from goalgap.eval.episodes import Episodes, EpisodesError
from goalgap.eval.replay import verify
from goalgap.eval.rollout import evaluate
from goalgap.leaderboards import board, entry
from goalgap.leaderboards.entry import ENTRIES, Entry, EntryError, Submission, submissions

PAGE = ENTRIES.parent / "README.md"
ABOUT = {"kind": "reference", "authors": "us", "description": "a test", "command": "true", "date": "2026-11-22"}


def made(levels: int, name: str = "A test") -> Submission:
    episodes = evaluate(task("CheeseCorner"), reference("random"), levels)
    return Submission(Entry(name=name, **ABOUT), episodes)  # type: ignore[arg-type]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """A board on which fewer levels count as all."""
    monkeypatch.setattr(entry, "LEVELS", 40)
    return 40


@pytest.fixture(scope="module")
def committed() -> list[Submission]:
    return submissions()


def test_the_committed_board_is_what_the_committed_episodes_say(committed: list[Submission]) -> None:
    assert board.markdown(board.boards(committed)) == PAGE.read_text(), "run `make docs`"


def test_every_environment_has_reference_policies_and_a_trained_agent(committed: list[Submission]) -> None:
    for name, game in SUITE.items():
        mine = [each for each in committed if each.episodes.world.environment == name]
        assert {each.entry.kind for each in mine} == {"trained", "reference"}
        agents = {run.agent for each in mine for run in each.episodes.runs}
        assert agents >= {f"oracle:{goal.name}" for goal in game.goals} | {"random", default_algorithm(name)}
        assert max(len(each.episodes.runs) for each in mine) >= 3


@pytest.mark.parametrize("name", SUITE)
def test_entries_replay_as_recorded(name: str, committed: list[Submission]) -> None:
    """Every recorded episode of some levels, played again, gives what was recorded, whoever played it."""
    mine = [each for each in committed if each.episodes.world.environment == name]
    for each in mine:
        verify(each.episodes, levels=25)
        for run in each.episodes.runs:
            low = each.episodes.where(training_seed=run.training_seed).column("level_seed") < 25
            assert low.sum() == 75


def named(committed: list[Submission], environment: str, name: str) -> Episodes:
    return next(
        each.episodes
        for each in committed
        if each.episodes.world.environment == environment and each.entry.name == name
    )


def test_without_its_memory_the_searcher_does_not_search(committed: list[Submission]) -> None:
    """Trained agents with frozen weights improve within the episode; memory reset at every step flattens the curve."""
    rises = {}
    for name in ("RecurrentPPO", "RecurrentPPO, memory ablated", "random"):
        played = named(committed, "ChimeBandit", name).where(split="train")
        rises[name] = rise(course(played, "payoffs"))
    assert rises["RecurrentPPO"] > 0.2
    assert rises["RecurrentPPO, memory ablated"] < rises["RecurrentPPO"] / 3
    assert abs(rises["random"]) < 0.05


def test_the_lover_of_matings_dies_out_and_the_lover_of_descendants_does_not(committed: list[Submission]) -> None:
    herds = {goal: course(named(committed, "IrishElk", f"oracle:{goal}").where(split="deploy"), "herd")[-1]
             for goal in ("matings", "descendants")}  # fmt: skip
    assert herds["matings"] == 0 < herds["descendants"]


def test_an_entry_comes_back_as_it_was_written(few: int, tmp_path: Path) -> None:
    submission = made(few)
    folder = submission.write(tmp_path)
    assert folder == tmp_path / "CheeseCorner" / "a-test"
    again = Submission.read(folder)
    assert again.entry == submission.entry
    assert again.episodes.table.equals(submission.episodes.table)
    again.verify()
    with pytest.raises(EntryError, match="exists already"):
        submission.write(tmp_path)


def test_an_entry_must_play_every_level(few: int) -> None:
    with pytest.raises(EntryError, match=r"levels 0 \.\. 39 of train"):
        made(few - 1)


def test_a_changed_return_does_not_replay(few: int) -> None:
    submission = made(few)
    table = submission.episodes.table
    column = table.column_names.index("return.cheese")
    values = table["return.cheese"].to_pylist()
    forged = table.set_column(column, "return.cheese", pa.array([min(v + 0.5, 1.0) for v in values]))
    lying = Submission(submission.entry, Episodes(submission.episodes.world, submission.episodes.runs, forged))
    with pytest.raises(EpisodesError, match=r"does not replay: return\.cheese"):
        lying.verify()


def test_faults_in_a_folder_are_named(few: int, tmp_path: Path) -> None:
    folder = made(few).write(tmp_path)
    about = json.loads((folder / "entry.json").read_text())
    (folder / "entry.json").write_text(json.dumps({**about, "kind": "magic"}))
    with pytest.raises(EntryError, match="kind"):
        Submission.read(folder)
    (folder / "entry.json").write_text("{")
    with pytest.raises(EntryError, match="not JSON"):
        Submission.read(folder)
    (folder / "entry.json").unlink()
    with pytest.raises(EntryError, match=r"entry\.json is missing"):
        Submission.read(folder)
    shutil.rmtree(folder)
    with pytest.raises(EntryError, match="no entries"):
        submissions(tmp_path)


def test_better_agents_stand_higher(few: int) -> None:
    world = task("CheeseCorner")
    names = ["random", "oracle:corner", "oracle:cheese"]
    entered = [Submission(Entry(name=name, **ABOUT), evaluate(world, reference(name), few)) for name in names]  # type: ignore[arg-type]
    rows = board.boards(entered)["CheeseCorner"]
    assert [row.cells[1] for row in rows] == ["oracle:cheese", "random", "oracle:corner"]
    assert "*oracle:cheese*" in board.markdown({"CheeseCorner": rows})
