"""Entries are held to their rules, and the committed board to the committed episodes."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from commands import goalgap
from forging import put
from rich.console import Console, RenderableType

from goalgap import task
from goalgap.agents.recipes import default_algorithm
from goalgap.agents.reference import reference
from goalgap.envs import SUITE
from goalgap.eval.measures.traces import traces
from goalgap.eval.play.replay import verify
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError
from goalgap.leaderboards import board, entry
from goalgap.leaderboards.entry import Entry, EntryError, EntryInfo
from goalgap.leaderboards.folders import ENTRIES, entry_folders, read_entries
from goalgap.leaderboards.status import Register, Standing

PAGE = ENTRIES.parent / "README.md"
ABOUT = {"kind": "reference", "authors": "us", "description": "a test", "command": "true", "date": "2026-11-22"}


REPLAYED = Standing(status="replayed", date="2026-11-22", digest="0" * 64, agents="all")


def made(levels: int, name: str = "random, a test") -> Entry:
    return entered(name, evaluate(task("CheeseCorner"), reference("random"), levels))


def entered(name: str, episodes: Episodes) -> Entry:
    """An entry that has been replayed."""
    return Entry(EntryInfo(name=name, **ABOUT), episodes, REPLAYED)  # type: ignore[arg-type]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """A board on which fewer levels count as all."""
    monkeypatch.setattr(entry, "LEVELS", 40)
    return 40


@pytest.fixture(scope="module")
def committed() -> list[Entry]:
    return read_entries()


def test_the_committed_board_is_what_the_committed_episodes_say(committed: list[Entry]) -> None:
    """As a page and on terminals, where the name of each entry stands in one line, whole."""
    tables = board.boards(committed)
    assert board.markdown(tables) == PAGE.read_text(), "run `make docs`"
    for width in (80, board.WIDE):
        lines = printed(board.render(tables, width), width).splitlines()
        assert max(map(len, lines)) <= width
        for each in committed:
            assert any(re.match(rf" +\d+  {re.escape(each.info.name)}", line) for line in lines), each.info.name


def test_entries_of_other_arguments_are_ranked_among_themselves_behind_the_standard_ones(few: int) -> None:
    episodes = evaluate(task("CheeseCorner", region=3), reference("random"), few)
    wide = entered("random, region 3", episodes)
    tables = board.boards([wide, made(few)])
    assert list(tables) == ["CheeseCorner", "CheeseCorner, region 3"]
    assert [len(table.rows) for table in tables.values()] == [1, 1]
    assert "## CheeseCorner, region 3" in board.markdown(tables)


def printed(rendered: RenderableType, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(rendered)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_every_committed_entry_was_replayed_as_it_is(committed: list[Entry]) -> None:
    assert {each.standing.status for each in committed} == {"replayed"}
    assert len(committed) == len(Register.read(ENTRIES).entries)


def test_every_environment_has_reference_policies_and_a_trained_agent(committed: list[Entry]) -> None:
    for name, game in SUITE.items():
        mine = [each for each in committed if each.episodes.game.environment == name]
        agents = {run.agent for each in mine for run in each.episodes.runs}
        assert agents >= {f"oracle:{goal.name}" for goal in game.goals} | {"random"}
        assert {each.info.kind for each in mine} == {"trained", "reference"}
        assert default_algorithm(name) in agents
        assert max(len(each.episodes.runs) for each in mine) >= 3


@pytest.mark.parametrize("name", SUITE)
def test_entries_replay_as_recorded(name: str) -> None:
    """Every recorded episode of some levels, played again, gives what was recorded, whoever played it."""
    for each in map(Entry.read, entry_folders(environment=name)):
        verify(each.episodes, levels=25)
        for run in each.episodes.runs:
            low = each.episodes.where(training_seed=run.training_seed).column("level_seed") < 25
            assert low.sum() == 75


def named(committed: list[Entry], environment: str, name: str) -> Episodes:
    return next(
        each.episodes for each in committed if each.episodes.game.environment == environment and each.info.name == name
    )


def test_without_its_memory_the_searcher_does_not_search(committed: list[Entry]) -> None:
    """Trained agents with frozen weights improve within the episode; memory reset at every step flattens the curve."""
    rises = {}
    for name in ("RecurrentPPO", "RecurrentPPO, memory ablated", "random"):
        played = named(committed, "ChimeBandit", name).where(split="train")
        rises[name] = next(each for each in traces(played) if each.curve == "payoffs").improvement
    assert rises["RecurrentPPO"] > 0.2
    assert rises["RecurrentPPO, memory ablated"] < rises["RecurrentPPO"] / 3
    assert abs(rises["random"]) < 0.05


def test_the_lover_of_matings_dies_out_and_the_lover_of_descendants_does_not(committed: list[Entry]) -> None:
    herds = {
        goal: traces(named(committed, "IrishElk", f"oracle:{goal}"), ("deploy",))[0].values[-1]
        for goal in ("matings", "descendants")
    }
    assert herds["matings"] == 0 < herds["descendants"]


def test_an_entry_comes_back_as_it_was_written(few: int, tmp_path: Path) -> None:
    first = made(few)
    folder = first.write(tmp_path)
    assert folder == tmp_path / "CheeseCorner" / "random-a-test"
    again = Entry.read(folder)
    assert again.info == first.info
    assert again.episodes.table.equals(first.episodes.table)
    again.verify()
    with pytest.raises(EntryError, match="exists already"):
        first.write(tmp_path)


def test_an_entry_must_play_every_level(few: int) -> None:
    with pytest.raises(EntryError, match=r"levels 0 \.\. 39 of train"):
        made(few - 1)


def test_a_changed_return_does_not_replay(few: int) -> None:
    honest = made(few)
    table = honest.episodes.table
    forged = put(table, "return.cheese", [min(value + 0.5, 1.0) for value in table["return.cheese"].to_pylist()])
    lying = Entry(honest.info, Episodes(honest.episodes.game, honest.episodes.runs, forged))
    with pytest.raises(EpisodesError, match=r"does not replay: return\.cheese"):
        lying.verify()


def test_faults_in_a_folder_are_named(few: int, tmp_path: Path) -> None:
    folder = made(few).write(tmp_path)
    about = json.loads((folder / "entry.json").read_text())
    (folder / "entry.json").write_text(json.dumps({**about, "kind": "magic"}))
    with pytest.raises(EntryError, match="kind"):
        Entry.read(folder)
    (folder / "entry.json").write_text("{")
    with pytest.raises(EntryError, match="not JSON"):
        Entry.read(folder)
    (folder / "entry.json").unlink()
    with pytest.raises(EntryError, match=r"entry\.json is missing"):
        Entry.read(folder)
    shutil.rmtree(folder)
    with pytest.raises(EntryError, match="no entries"):
        read_entries(tmp_path)


def test_better_agents_stand_higher(few: int) -> None:
    world = task("CheeseCorner")
    names = ["random", "oracle:corner", "oracle:cheese"]
    section = board.boards(entered(name, evaluate(world, reference(name), few)) for name in names)["CheeseCorner"]
    assert [row.cells[1].text for row in section.rows] == ["oracle:cheese", "random", "oracle:corner"]
    page = board.markdown({"CheeseCorner": section})
    assert "| *oracle:cheese* |" in page
    assert "\n## CheeseCorner\n" in page


def test_a_narrow_terminal_cuts_nothing_off(few: int) -> None:
    tables = board.boards([made(few, name) for name in ("random, of-many-letters", "random")])
    text = printed(board.render(tables), 80)
    assert "…" not in text
    assert "random" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_board_of_one_environment_reads_no_other(
    few: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(few, "random, mine").write(tmp_path)
    damaged = tmp_path / "IrishElk" / "x"
    damaged.mkdir(parents=True)
    (damaged / "entry.json").write_text("{")
    assert goalgap("leaderboard", "--entries", tmp_path) == 2
    capsys.readouterr()
    page = tmp_path / "page.md"
    assert goalgap("leaderboard", "goalgap/CheeseCorner-v0", "--entries", tmp_path, "--markdown", page) == 0
    said = capsys.readouterr()
    assert "mine" in said.out
    assert "page: " in said.out
    assert "read entries: 100 %" in said.err
    assert goalgap("leaderboard", "Probation", "--entries", tmp_path) == 2
    assert "no entries below" in capsys.readouterr().err


def test_an_entry_without_a_score_ranks_last_and_says_that_it_is_missing(few: int) -> None:
    """A missing score is not 0: it does not stand above one that is worse than random play."""
    names = ["oracle:corner, nothing", "oracle:corner"]
    section = board.boards(map(entered, names, both(few)))["CheeseCorner"]
    assert [row.cells[1].text for row in section.rows] == ["oracle:corner", "oracle:corner, nothing"]
    shown = dict(zip([column.title for column in board.COLUMNS], map(str, section.rows[1].cells), strict=True))
    assert shown["score in deployment"] == shown["goal gap"] == "missing"
    assert str(section.rows[0].cells[5]).startswith("\N{MINUS SIGN}0.")


def both(levels: int) -> list[Episodes]:
    """Episodes of the corner's oracle, first as if no optimum of the intended goal were known, then as they are."""
    played = evaluate(task("CheeseCorner"), reference("oracle:corner"), levels)
    index = played.table.schema.get_field_index("oracle.cheese")
    unknown = played.table.set_column(index, "oracle.cheese", pa.nulls(len(played), pa.float64()))
    return [Episodes(played.game, played.runs, unknown), played]
