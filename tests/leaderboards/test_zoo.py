"""The zoo: every agent in it is small, opens by its name, and plays as its entry recorded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from commands import goalgap

from goalgap import task, zoo
from goalgap.agents.bundles.manifest import MANIFEST, WEIGHTS
from goalgap.agents.loading import AgentPolicy, load_agent
from goalgap.agents.reading.errors import AgentError
from goalgap.envs import SUITE
from goalgap.eval.play.replay import recorded
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.report import Report
from goalgap.eval.table.episodes import Episodes
from goalgap.leaderboards.bundles import SMALL, read_bundles, run_of
from goalgap.leaderboards.entry import Entry
from goalgap.leaderboards.folders import ENTRIES
from goalgap.terms import SPLITS

NAME, FEW = "CheeseDish/ppo/seed-0", 20
ALL = 25_000_000  # bytes


def test_the_zoo_is_small() -> None:
    sizes = {name: sum(path.stat().st_size for path in zoo.find(name).iterdir()) for name in zoo.names()}
    assert {name: size for name, size in sizes.items() if size > SMALL} == {}
    assert sum(sizes.values()) < ALL
    assert len(sizes) > 10


def test_every_name_is_of_a_bundle_that_says_whose_it_is() -> None:
    for name in zoo.names():
        entry, _, agent = name.rpartition("/")
        bundled = {each.name: each for each in read_bundles(ENTRIES / entry)}[agent]
        told = json.loads((ENTRIES / entry / "entry.json").read_text())
        assert bundled.bundle.card.description == told["description"]
        assert bundled.bundle.environment == SUITE[name.partition("/")[0]].id


def test_an_agent_is_opened_by_its_name_and_plays_as_recorded() -> None:
    agent = zoo.load(NAME)
    assert isinstance(agent, AgentPolicy)
    assert agent.record["bundle"] == read_bundles(ENTRIES / "CheeseDish/ppo")[0].bundle.digest
    assert not zoo.load(NAME, sampled=False).sampled
    entry = Entry.read(ENTRIES / "CheeseDish" / "ppo").episodes.where(training_seed=0)
    played = evaluate(task("CheeseDish"), agent, FEW)
    for split in SPLITS:
        was, again = (recorded(each.where(split=split)) for each in (entry, played))
        same = [np.array_equal(was[level], again[level]) for level in range(FEW)]
        assert sum(same) >= FEW - 1, split


def test_what_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=r"unknown agent of the zoo 'CheeseDish/ppo/seed-9': .*CheeseDish/ppo/seed-0"):
        zoo.load("CheeseDish/ppo/seed-9")
    with pytest.raises(ValueError, match="unknown agent of the zoo"):
        zoo.load("../CheeseDish/ppo/seed-0")
    with pytest.raises(FileNotFoundError, match=r"there are no agents below .*: the zoo is in .*; clone it"):
        zoo.load(NAME, entries=tmp_path)
    assert goalgap("zoo", "--entries", tmp_path) == 2
    assert "there are no agents below" in capsys.readouterr().err
    assert goalgap("zoo", "FollowMe") == 2
    assert "unknown environment" in capsys.readouterr().err


def test_an_environment_without_agents_is_told_with_those_that_have_some(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(zoo.find(NAME), tmp_path / "CheeseDish" / "ppo" / "bundles" / "seed-0")
    assert goalgap("zoo", "CheeseCorner", "--entries", tmp_path) == 2
    assert "the zoo has no agent of CheeseCorner: there are some of CheeseDish" in capsys.readouterr().err


def test_commands_take_its_name_where_they_take_an_agent_or_its_episodes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "250")
    for words in (("CheeseDish", NAME), (NAME, "CheeseDish"), (NAME,)):
        assert goalgap("eval", *words, "--levels", 2) == 0
        assert "PPO  CheeseDish-v0" in capsys.readouterr().out
    assert goalgap("watch", NAME, "CheeseDish", "--levels", 1, "--split", "deploy") == 0
    assert "PPO on CheeseDish" in capsys.readouterr().out
    assert goalgap("report", NAME, "--csv", "recorded.csv") == 0
    own = Report.of(zoo.recorded(NAME))
    assert own.verdict.headline in capsys.readouterr().out
    assert goalgap("compare", NAME, "CheeseDish/ppo") == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["recorded.csv", "watch.html"]
    capsys.readouterr()


@pytest.mark.parametrize("name", ["CheeseDish/pppo/seed-0", "CheesDish/ppo/seed-0"])
def test_a_name_that_is_mistyped_is_told_with_those_that_there_are(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ("eval", "CheeseDish", name),
        ("watch", name, "CheeseDish"),
        ("report", name),
        ("compare", name, NAME),
    ):
        assert goalgap(*words) == 2
        told = capsys.readouterr().err
        assert f"unknown agent of the zoo '{name}': choose from CheeseDish/ppo" in told
        assert f"did you mean '{NAME}'?" in told
        assert "ValueCue" not in told
    assert goalgap("eval", "CheeseDish", "CheeseDish/ppo") == 2
    assert "names that `goalgap zoo` lists" in capsys.readouterr().err


def test_what_is_a_path_stays_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert zoo.is_name(NAME)
    (tmp_path / NAME).mkdir(parents=True)
    assert not zoo.is_name(NAME)
    assert goalgap("eval", "CheeseDish", NAME) == 2, "an empty folder is no agent"
    assert not any(
        map(zoo.is_name, ("CheeseDish", "CheeseDish/ppo", "oracle:cheese", "hf://a/b", "results/ppo/seed-0"))
    )


@pytest.mark.parametrize(
    ("arguments", "match"), [({"size": 10**9}, "size"), ({"x": 1}, "unexpected keyword"), ({"size": [1]}, "size")]
)
def test_a_bundle_of_no_environment_is_refused(arguments: object, match: str, tmp_path: Path) -> None:
    place = Path(shutil.copytree(zoo.find(NAME), tmp_path / "CheeseDish" / "ppo" / "bundles" / "seed-0"))
    told = json.loads((place / MANIFEST).read_text())
    told["training"]["arguments"] = arguments
    (place / MANIFEST).write_text(json.dumps(told))
    with pytest.raises(AgentError, match=match):
        zoo.load(NAME, entries=tmp_path)
    shutil.copy(zoo.find(NAME) / MANIFEST, place)
    (place / WEIGHTS).write_bytes(b"")
    with pytest.raises(AgentError, match="is damaged"):
        zoo.load(NAME, entries=tmp_path)


def test_the_list_says_what_each_goes_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    assert goalgap("zoo", "CheeseDish", "--json", tmp_path / "zoo.json") == 0
    said, mine = capsys.readouterr().out, [name for name in zoo.names() if name.startswith("CheeseDish/")]
    lines = [line.split() for line in said.splitlines() if line.strip().startswith("CheeseDish/")]
    assert [line[0] for line in lines] == mine
    assert all(name in (tmp_path / "zoo.json").read_text() for name in mine)
    assert f"open one: goalgap eval CheeseDish {mine[0]}, or goalgap.zoo.load('{mine[0]}') in Python" in said
    entry = Entry.read(ENTRIES / "CheeseDish" / "ppo")
    own = Report.of(Episodes(entry.episodes.game, entry.episodes.runs[:1], entry.episodes.where(training_seed=0).table))
    goal = own.verdict.findings[0].goal
    assert goal in next(line for line in lines if line[0] == NAME)


@pytest.mark.slow
@pytest.mark.parametrize("name", zoo.names())
def test_every_agent_has_scores_within_the_intervals_of_its_entry(name: str) -> None:
    """In half precision, as they are committed; `make entries` holds their actions to what was recorded."""
    entry = Entry.read(zoo.find(name).parents[1])
    run = run_of(next(each for each in entry.bundles if each.name == name.rpartition("/")[2]), entry.episodes.runs)
    own = entry.episodes.where(training_seed=run.training_seed).table
    was = Report.of(Episodes(entry.episodes.game, (run,), own)).main
    played = task(entry.episodes.game.environment, **entry.episodes.game.arguments)
    again = Report.of(evaluate(played, load_agent(zoo.find(name), played))).main
    for split in SPLITS:
        for goal in (reward.name for reward in entry.episodes.game.rewards):
            before, after = was.score(split, goal), again.score(split, goal).mean
            if before.mean is None or after is None:
                assert before.mean == after
            elif before.low is None or before.high is None:
                assert after == pytest.approx(before.mean, abs=0.01), (split, goal)
            else:
                assert before.low <= after <= before.high, (split, goal)
