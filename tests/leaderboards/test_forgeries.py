"""Entries that claim what is not so: each is refused with its reason, and takes nobody else down."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from commands import goalgap
from forging import doctor, put

from goalgap.agents.chance import shares
from goalgap.agents.reference import reference
from goalgap.envs import task
from goalgap.envs.engine.batch import Batch
from goalgap.eval.play.policy import Policy
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.table.columns import schema
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError
from goalgap.eval.table.runs import Run
from goalgap.leaderboards import entry
from goalgap.leaderboards.entry import Entry, EntryError, EntryInfo
from goalgap.leaderboards.folders import entry_folders
from goalgap.leaderboards.status import record_replay

TASK, FEW = task("CheeseCorner"), 24
ABOUT = {"authors": "us", "description": "a test", "command": "true", "date": "2026-11-22"}
ORACLE = "every episode of .* is one of oracle:cheese"


class Clumsy:
    """A policy that follows an oracle but for some steps: stands for a trained agent that is good."""

    name = "PPO"

    def __init__(self, seed: int, slips: float = 0.2) -> None:
        self.seed, self.slips = seed, slips

    def bind(self, batch: Batch) -> Policy:
        self.batch, self.oracle = batch, reference("oracle:cheese").bind(batch)
        return self

    def __call__(self, obs: Any, state: Any, episode_start: Any) -> tuple[Any, Any]:
        best, _ = self.oracle(obs, state, episode_start)
        drawn = shares(self.seed, self.batch.levels["seed"], self.batch.states["t"], 9)
        return np.where(drawn < self.slips, (drawn * 1000).astype(int) % 4, best), state


def trained(policies: Iterable[Any], changes: Callable[[int], dict[str, Any]] = lambda _: {}) -> Episodes:
    """Episodes of agents that claim to be of one method."""
    runs = [
        Run(**{"agent": "PPO", "training_seed": seed, "reward": "cheese", **changes(seed)})
        for seed, _ in enumerate(list(policies))
    ]
    return Episodes.join(evaluate(TASK, policy, FEW, run=run) for policy, run in zip(policies, runs, strict=True))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board on which fewer levels count as all."""
    monkeypatch.setattr(entry, "LEVELS", FEW)


@pytest.fixture(scope="module")
def honest() -> Episodes:
    return trained([Clumsy(0), Clumsy(1)])


def told(seed: int) -> dict[str, Any]:
    """What the record of a training says."""
    return {"details": {"recipe": {"algorithm": "PPO"}, "sha256": f"{seed:064}"}}


def entered(episodes: Episodes, kind: str = "trained", name: str = "") -> Entry:
    name = name or ("PPO" if kind == "trained" else episodes.runs[0].agent)
    return Entry(EntryInfo(name=name, kind=kind, **ABOUT), episodes)  # type: ignore[arg-type]


def test_an_honest_entry_is_taken(honest: Episodes) -> None:
    assert entered(honest).track == "agent"
    entered(honest).verify()


def test_rows_of_no_run_are_refused(honest: Episodes) -> None:
    """Ghosts: wholly forged rows of seeds, agents or ways to act that no run names."""
    table = honest.table
    best = put(
        put(table, "return.cheese", 1.0), "training_seed", [seed + 7 for seed in table["training_seed"].to_pylist()]
    )
    for forged in (
        best,
        pa.concat_tables([table, best]),
        put(table, "agent", "ghost"),
        put(table, "deterministic", [True] * len(table)),
    ):
        with pytest.raises(EntryError, match="no run of the manifest is"):
            entered(Episodes(honest.game, honest.runs, forged))


def test_a_run_without_rows_is_refused(honest: Episodes) -> None:
    ghost = Run(agent="PPO", training_seed=5, reward="cheese")
    with pytest.raises(EntryError, match="seed 5 plays 0"):
        entered(Episodes(honest.game, (*honest.runs, ghost), honest.table))


def test_the_same_episodes_do_not_count_twice(honest: Episodes) -> None:
    one = honest.where(training_seed=0)
    run = one.runs[0]
    copies = [run.model_copy(update={"training_seed": seed}) for seed in range(5)]
    tables = [put(one.table, "training_seed", seed) for seed in range(5)]
    with pytest.raises(EntryError, match="training seeds 0 and 1 took the same actions on every level of train"):
        entered(Episodes(honest.game, tuple(copies), pa.concat_tables(tables)))


def test_of_agents_that_draw_nothing_all_may_have_learned_the_same() -> None:
    """Neither those, nor agents that do one thing only, are copies of each other."""
    told = {"recipe": {"algorithm": "ARS"}}
    alike = trained([Clumsy(0)] * 2, lambda seed: {"details": {**told, "sha256": str(seed)}})
    entered(alike).verify()
    with pytest.raises(EntryError, match="two runs tell the same sha256"):
        entered(trained([Clumsy(0)] * 2, lambda _: {"details": {**told, "sha256": "1"}}))
    entered(trained([reference("noop")] * 2)).verify()


@pytest.mark.parametrize("name", ["oracle:cheese", "degraded:cheese", "mixture:cheese:corner", "random"])
def test_reference_policies_are_no_trained_agents(name: str) -> None:
    with pytest.raises(EpisodesError, match=r"every episode of PPO .* is one of .*which looks at the state"):
        entered(trained([reference(name)])).verify()
    entered(evaluate(TASK, reference(name), FEW), "reference").verify()


def test_oracles_by_turns_are_no_trained_agent_either() -> None:
    """A mixture that draws by another seed, and an oracle on one split only."""
    with pytest.raises(EpisodesError, match=r"oracle:c.* and oracle:c"):
        entered(trained([reference("mixture:cheese:corner:0.3", seed=9)])).verify()
    parts = [
        evaluate(TASK, Clumsy(0) if split == "train" else reference("oracle:cheese"), FEW, splits=[split],
                 run=Run(agent="PPO"))
        for split in ("train", "control", "deploy")
    ]  # fmt: skip
    with pytest.raises(EpisodesError, match=f"^{ORACLE}"):
        entered(Episodes.join(parts)).verify()


def test_trained_agents_are_no_reference_policies(honest: Episodes) -> None:
    run = Run(agent="oracle:cheese")
    with pytest.raises(EpisodesError, match="oracle:cheese plays the levels of train otherwise"):
        entered(evaluate(TASK, Clumsy(0), FEW, run=run), "reference").verify()
    with pytest.raises(EpisodesError, match="no reference policy: unknown reference policy 'PPO'"):
        entered(evaluate(TASK, Clumsy(0), FEW), "reference").verify()
    with pytest.raises(EntryError, match="entered once, not as 2 seeds"):
        entered(honest, "reference")


@pytest.mark.parametrize(
    "changes", [{"alpha": 0.5}, {"reward": "corner"}, {"agent": "A2C"}, {"details": {"recipe": {"steps": 1}}}]
)
def test_the_runs_of_an_entry_are_one_method(changes: dict[str, Any]) -> None:
    with pytest.raises(EntryError, match="not by agent, reward, alpha or recipe"):
        entered(trained([Clumsy(0), Clumsy(1)], lambda seed: changes if seed else {}))


def test_argmax_actions_are_refused_but_of_agents_that_have_no_others(honest: Episodes) -> None:
    best = trained([Clumsy(0)], lambda _: {"deterministic": True})
    with pytest.raises(EntryError, match="not with argmax actions"):
        entered(best)
    entered(trained([Clumsy(0)], lambda _: {"deterministic": True, "details": {"algorithm": "DQN"}}))


def test_a_game_of_ones_own_is_refused(honest: Episodes) -> None:
    """Worlds in which the goals have changed their roles, or that this code does not play."""
    rewards = tuple(reversed(honest.game.rewards))
    for changes in ({"version": 9}, {"fingerprint": "0" * 16}, {"rewards": rewards}, {"arguments": {}}):
        forged = honest.game.model_copy(update=changes)
        with pytest.raises(EntryError, match="has changed since"):
            entered(Episodes(forged, honest.runs, honest.table.select(schema(forged).names)))


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A folder of two entries that were replayed, the agents of the first as well, as far as its register says."""
    place = tmp_path / "entries"
    entered(trained([Clumsy(0), Clumsy(1)], told)).write(place)
    entered(evaluate(TASK, reference("random"), FEW), "reference", "random").write(place)
    assert goalgap("verify", place / "CheeseCorner" / "ppo", "random", "--entries", place, "--record") == 2
    assert goalgap("verify", place / "CheeseCorner" / "ppo", "CheeseCorner/random", "--entries", place, "--record") == 0
    record_replay(place / "CheeseCorner" / "ppo", "all")
    return place


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    heard = capsys.readouterr()
    return " ".join(f"{heard.out} {heard.err}".split())


def change(folder: Path, **changes: Any) -> None:
    told = json.loads((folder / "entry.json").read_text())
    (folder / "entry.json").write_text(json.dumps(told | changes))


def test_a_bad_entry_takes_no_other_down(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = Path(shutil.copytree(board / "CheeseCorner" / "ppo", board / "CheeseCorner" / "bad"))
    capsys.readouterr()
    assert goalgap("leaderboard", "--entries", board) == 2
    said = shown(capsys)
    assert "CheeseCorner/bad: the entry PPO belongs in the folder CheeseCorner/ppo" in said
    assert "1 of 3 entries cannot stand on the board" in said
    assert "PPO" in said.partition("CheeseCorner/bad")[0]
    change(bad, name="bad")
    doctor(bad / "episodes.parquet", b"PAR1")
    assert goalgap("leaderboard", "--entries", board) == 2
    assert "CheeseCorner/bad: " in shown(capsys)
    shutil.rmtree(bad)
    assert goalgap("leaderboard", "--entries", board) == 0


def test_only_what_was_replayed_has_a_rank(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = board / "page.md"
    assert goalgap("leaderboard", "--entries", board, "--markdown", page) == 0
    assert "status" not in page.read_text()
    change(board / "CheeseCorner" / "ppo", description="another")
    assert goalgap("leaderboard", "--entries", board, "--markdown", page) == 0
    lines = page.read_text().splitlines()
    assert "| status |" in lines[-4]
    assert lines[-2].startswith("| 1 | *random* |")
    assert lines[-1].startswith("| \N{EN DASH} | PPO |")
    assert "self-reported: has changed since it was replayed on" in lines[-1]
    assert goalgap("verify", "CheeseCorner/ppo", "--entries", board, "--record") == 0
    assert "status: replayed, its actions alone: without a rank" in shown(capsys)
    assert not Entry.read(board / "CheeseCorner" / "ppo").standing.ranked


def test_a_reference_policy_is_entered_by_its_own_name() -> None:
    with pytest.raises(EntryError, match="bears its name: call it random"):
        entered(evaluate(TASK, reference("random"), FEW), "reference", "Somebody's PPO")


def test_what_does_not_say_what_acted_is_entered_and_has_no_rank(
    board: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = board / "CheeseCorner" / "ppo" / "episodes.json"
    said = json.loads(place.read_text())
    for run in said["runs"]:
        del run["details"]["sha256"]
    place.write_text(json.dumps(said))
    assert goalgap("verify", "CheeseCorner/ppo", "--entries", board, "--record") == 0
    assert "status: self-reported" in shown(capsys)


def test_links_and_the_same_episodes_under_another_name_are_refused(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = board / "CheeseCorner" / "ppo"
    again = shutil.copytree(mine, mine.with_name("better"))
    change(again, name="better")
    assert goalgap("leaderboard", "--entries", board) == 2
    assert "it holds the episodes of CheeseCorner/better, which cannot count twice" in shown(capsys)
    shutil.rmtree(again)
    mine.rename(tmp_path / "ppo")
    mine.symlink_to(tmp_path / "ppo")
    assert goalgap("leaderboard", "--entries", board) == 2
    assert "holds links, or is one" in shown(capsys)


@pytest.mark.parametrize("status", ["quarantined", "withdrawn"])
def test_what_is_under_suspicion_stays_so_whatever_it_holds(
    status: str, board: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register = json.loads((board / "register.json").read_text())
    register["entries"]["CheeseCorner/ppo"] = {"status": status, "reason": "reads seeds", "date": "2026-11-22"}
    (board / "register.json").write_text(json.dumps(register))
    change(board / "CheeseCorner" / "ppo", description="another")
    assert goalgap("verify", "CheeseCorner/ppo", "--entries", board, "--record") == 0
    assert f"status: {status}: reads seeds" in shown(capsys)
    assert not Entry.read(board / "CheeseCorner" / "ppo").standing.ranked


@pytest.mark.parametrize(
    "standing",
    [{"status": "replayed"}, {"status": "quarantined"}, {"status": "best"}, {"date": "2026-02-30"}, {"reason": "\x1b"}],
)
def test_a_register_that_is_wrong_is_refused(standing: dict[str, str], board: Path) -> None:
    register = {"entries": {"CheeseCorner/ppo": standing}}
    (board / "register.json").write_text(json.dumps(register))
    with pytest.raises(EpisodesError, match=r"register\.json: entries\.CheeseCorner/ppo"):
        Entry.read(board / "CheeseCorner" / "ppo")


def test_verify_says_what_differs(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = board / "CheeseCorner" / "ppo"
    played = Episodes.read(folder / "episodes.parquet").table
    doctor(folder / "episodes.parquet", put(played, "margin", [0.5, *played["margin"].to_pylist()[1:]]))
    capsys.readouterr()
    assert goalgap("verify", folder) == 2
    said = shown(capsys)
    assert said.count("agrees") == 5
    assert said.count("differs") == 1
    assert "level 0 of train, played by PPO with training seed 0, does not replay: margin is 0.5" in said
    assert goalgap("leaderboard", "--verify", "--entries", board) == 2
    assert "CheeseCorner/ppo: level 0 of train" in shown(capsys)


def test_what_is_half_written_or_hidden_is_no_entry(board: Path) -> None:
    shutil.copytree(board / "CheeseCorner", board / ".trash")
    shutil.copytree(board / "CheeseCorner" / "ppo", board / "CheeseCorner" / ".goalgap-0123abcd")
    assert len(entry_folders(board)) == 2


def test_a_table_of_an_entry_that_is_too_large_is_not_read(board: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = board / "CheeseCorner" / "ppo"
    manifest = json.loads((folder / "episodes.json").read_text())
    (folder / "episodes.json").write_text(json.dumps({**manifest, "rows": 10**9}))
    monkeypatch.setattr(Episodes, "read", lambda *_: pytest.fail("it is read"))
    with pytest.raises(EntryError, match="its 2 runs are 144 episodes, and its manifest counts 1000000000"):
        Entry.read(folder)


NAMES = {
    "a\u202eb": "characters that can be printed", "\x1b[31mred": "characters that can be printed",
    "a\n| 1 | **fake** |": "characters that can be printed", "a\u200bb": "characters that can be printed",
    "a\u3164": "characters that can be printed", "a  b": "single spaces", " a": "single spaces",
    "e\u0301lan": "usual form", "a\u0334\u0334\u0334\u0334": "has at most 3 marks", "=cmd()": "begins with a letter",
    "\u65e5\u672c": "a letter a-z or a digit", "***": "a letter a-z or a digit", "x" * 61: "at most 60",
    "": "at least 1",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_that_are_not_what_they_seem_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=NAMES[name]):
        EntryInfo(name=name, kind="trained", **ABOUT)  # type: ignore[arg-type]


WORDS = {"authors": "a\u202e", "description": "\x1b]0;x\x07", "command": "a\nb", "date": "2026-02-30",
         "url": "javascript:alert(1)"}  # fmt: skip


@pytest.mark.parametrize("field", WORDS)
def test_so_is_all_else_that_is_shown(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        EntryInfo(**{"name": "a", "kind": "trained", **ABOUT, field: WORDS[field]})


HOSTILE = (
    "x[/]y",
    "a[bold]b",
    "a|b",
    "a<script>alert(1)</script>",
    "x![](//evil)",
    "a[b](//evil)",
    "a`b",
    "a&lt;b",
    "a*_b",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_as_they_are(
    name: str, honest: Episodes, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the terminal, and in Markdown as text: no markup, cell, tag or link comes of them."""
    monkeypatch.setenv("COLUMNS", "250")
    entered(honest, name=name).write(tmp_path)
    page = tmp_path / "page.md"
    assert goalgap("leaderboard", "--entries", tmp_path, "--markdown", page) == 0
    assert name in capsys.readouterr().out
    (line,) = [line for line in page.read_text().splitlines() if "self-reported" in line]
    cell = line.split(" | ")[1]
    for mark in "|<`*_&":
        assert cell.count(mark) == cell.count(f"\\{mark}") == name.count(mark)
    assert not re.search(r"(?<!\\)\]\(", cell)
