"""Entries with bundles of their agents: an agent that did not choose the recorded actions is found out."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from commands import goalgap
from forging import put
from recipes import TASK, TINY
from safetensors.numpy import load, save

from goalgap.agents.bundles.manifest import MANIFEST, README, WEIGHTS, Bundle, Card
from goalgap.agents.bundles.packing import pack
from goalgap.agents.loading import load_agent
from goalgap.agents.records import RECORD, ZIP, agent_file
from goalgap.agents.reference import reference
from goalgap.agents.training import train
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError
from goalgap.files import sha256_of
from goalgap.isolation import policies
from goalgap.isolation.backends import backends
from goalgap.isolation.limits import EntryError as FailedError
from goalgap.leaderboards import agents, entry
from goalgap.leaderboards.agents import CannotPlayError, check_agents, judged, played_again
from goalgap.leaderboards.bundles import LARGEST, Bundled
from goalgap.leaderboards.entry import Entry, EntryError, EntryInfo

FEW = 60
ABOUT = {"kind": "trained", "authors": "us", "description": "a test", "command": "true", "date": "2026-11-22"}
CARD = Card(name="Somebody", authors="us", description="a test", license="MIT")
GOOD = "degraded:cheese:0.4"  # what a forger plays


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board on which fewer levels count as all, and agents that play in this process."""
    monkeypatch.setattr(entry, "LEVELS", FEW)
    monkeypatch.setattr(policies, "backends", lambda: ())


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    place = tmp_path_factory.mktemp("agents")
    return train(TASK, TINY, 0, place / "0"), train(TASK, TINY, 1, place / "1")


@pytest.fixture(scope="module")
def bundles(trained: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundled, Bundled]:
    """The two agents, the second in half precision."""
    places = [tmp_path_factory.mktemp("bundles") / f"seed-{seed}" for seed in range(2)]
    for seed, (agent, place) in enumerate(zip(trained, places, strict=True)):
        pack(agent, CARD, place, half=seed == 1)
    return Bundled.read(places[0]), Bundled.read(places[1])


@pytest.fixture(scope="module")
def episodes(trained: tuple[Path, Path]) -> Episodes:
    """What the two agents play."""
    found = [load_agent(agent, TASK) for agent in trained]
    return Episodes.join(
        evaluate(TASK, policy, FEW, run=agents.Run(reward=TASK.reward, **_fields(policy))) for policy in found
    )


def _fields(policy: Any) -> dict[str, Any]:
    return {name: value for name, value in policy.run_fields.items() if name != "reward"}


def forged(episodes: Episodes, splits: tuple[str, ...] = ("train", "control", "deploy")) -> Episodes:
    """The runs of episodes, and on some splits what a reference policy plays."""
    parts = [
        evaluate(TASK, reference(GOOD, TASK.game, run.training_seed), FEW, run=run).where(split=split)
        if split in splits
        else episodes.where(training_seed=run.training_seed, split=split)
        for run in episodes.runs
        for split in ("train", "control", "deploy")
    ]
    return Episodes(episodes.game, episodes.runs, pa.concat_tables([part.table for part in parts]))


def entered(episodes: Episodes, *bundles: Bundled) -> Entry:
    return Entry(EntryInfo(name="PPO", **ABOUT), episodes, bundles=bundles)  # type: ignore[arg-type]


def said(capsys: pytest.CaptureFixture[str]) -> str:
    heard = capsys.readouterr()
    return " ".join(f"{heard.out} {heard.err}".split())


def test_agents_play_as_was_recorded(
    episodes: Episodes, bundles: tuple[Bundled, Bundled], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = entered(episodes, *bundles).write(tmp_path)
    again = Entry.read(place)
    assert [each.bundle for each in again.bundles] == [each.bundle for each in bundles]
    played = check_agents(again)
    assert [each.parted for each in played[:3]] == [0, 0, 0]
    assert all(each.steps > FEW and each.isolation == "none" for each in played)
    assert judged(again, played) == ("all", "none")
    assert judged(again, played[:3]) == ("some", "none")
    assert goalgap("verify", place, "--entries", tmp_path, "--record") == 0
    assert "track: agent; status: replayed" in (told := said(capsys))
    assert "alone" not in told
    assert Entry.read(place).standing.agents == "all"
    (place / "bundles" / "seed-0" / MANIFEST).write_bytes(_respoken(bundles[0], card={**ABOUTS, "name": "Other"}))
    assert Entry.read(place).standing.status == "self-reported"


ABOUTS = {"name": "Somebody", "authors": "us", "description": "a test", "license": "MIT"}


def _respoken(bundled: Bundled, **told: Any) -> bytes:
    """A manifest that says something else."""
    return json.dumps({**json.loads(bundled.bundle.model_dump_json()), **told}).encode()


@pytest.mark.parametrize("splits", [("train", "control", "deploy"), ("deploy",), ("train", "control")])
def test_episodes_of_a_reference_policy_are_not_the_agents(
    splits: tuple[str, ...], episodes: Episodes, bundles: tuple[Bundled, Bundled], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The replay of actions finds no fault with them, and the agent shows that they are not its own."""
    place = entered(forged(episodes, splits), *bundles).write(tmp_path)
    Entry.read(place).verify()
    assert {each.split for each in played_again(Entry.read(place)) if each.fault} == set(splits)
    assert goalgap("verify", place, "--entries", tmp_path, "--record") == 2
    assert f"seed 0, played again on {splits[0]}, takes another action than was recorded at" in said(capsys)
    standing = Entry.read(place).standing
    assert str(standing).startswith("quarantined: the agent of training seed 0, played again on")
    assert not standing.ranked


def test_the_board_lets_agents_play_again_where_it_is_asked_to(
    episodes: Episodes, bundles: tuple[Bundled, Bundled], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whose actions earn what is said, and are not theirs."""
    words = ("leaderboard", "--verify", "--entries", tmp_path)
    right = entered(episodes, *bundles).write(tmp_path)
    assert goalgap(*words, "--agents") == 0
    assert "1 entries replay as recorded, 2 of their agents too" in said(capsys)
    shutil.rmtree(right)
    entered(forged(episodes), *bundles).write(tmp_path)
    assert goalgap(*words) == 0
    assert goalgap(*words, "--agents") == 2
    assert "takes another action than was recorded" in said(capsys)
    assert goalgap("leaderboard", "--agents", "--entries", tmp_path) == 2
    assert "--agents is of --verify" in said(capsys)


def test_without_a_bundle_there_is_no_rank_however_good_the_actions(
    episodes: Episodes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = entered(forged(episodes)).write(tmp_path)
    assert goalgap("verify", place, "--entries", tmp_path, "--record") == 0
    assert "status: replayed, its actions alone" in said(capsys)
    assert goalgap("leaderboard", "--entries", tmp_path, "--markdown", tmp_path / "page.md") == 0
    (line,) = [line for line in (tmp_path / "page.md").read_text().splitlines() if "PPO" in line]
    assert line.startswith("| \N{EN DASH} | PPO |")
    assert "replayed, its actions alone" in line


def test_one_agent_is_no_two_training_seeds(
    episodes: Episodes, bundles: tuple[Bundled, Bundled], trained: tuple[Path, Path], tmp_path: Path
) -> None:
    """Whatever its file, its record and its card say."""
    record = json.loads((trained[0] / RECORD).read_text())
    (tmp_path / "other").mkdir()
    with zipfile.ZipFile(shutil.copy(trained[0] / ZIP, tmp_path / "other" / ZIP), "a") as file:
        file.comment = b"another"
    told = record | {"seed": 1, "sha256": sha256_of(tmp_path / "other" / ZIP)}
    (tmp_path / "other" / RECORD).write_text(json.dumps(told))
    pack(tmp_path / "other", CARD, tmp_path / "seed-1")
    first, second = episodes.runs
    other = second.model_copy(update={"details": second.details | {"sha256": told["sha256"]}})
    played = Episodes(episodes.game, (first, other), episodes.table)
    with pytest.raises(EntryError, match="two bundles hold the same"):
        entered(played, bundles[0], Bundled.read(tmp_path / "seed-1"))


def test_scores_that_move_one_way_are_no_rounding(
    episodes: Episodes, bundles: tuple[Bundled, Bundled], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agents, "PARTS", {True: 1.0, False: 1.0})
    faults = [each.fault for each in played_again(entered(forged(episodes), *bundles))]
    assert any(re.search(r"played again on deploy, earns -0\.\d+ cheese a level against", fault) for fault in faults)
    assert not any(each.fault for each in played_again(entered(episodes, *bundles)))


def test_the_chance_of_differences_is_a_bound() -> None:
    """It is not below what drawing their signs gives, and what is paid for by many small losses is seen as well."""
    rng = np.random.default_rng(0)
    for sizes in (np.ones(9), np.ones(40), rng.exponential(size=25), np.array([5.0, *np.full(30, 0.1)])):
        sums = np.abs((rng.choice([-1.0, 1.0], (20_000, len(sizes))) * sizes).sum(axis=1))
        for share in (0.1, 0.01):
            least = np.quantile(sums, 1 - share)
            same = np.sqrt(max(0.0, ((sizes**2).sum() - least**2) / 2))
            assert agents._chance(np.array([least, same, -same])) >= share * 0.9
    assert agents._chance(np.array([*np.ones(25), *np.full(25, -0.01)])) < 1e-4
    assert agents._chance(np.ones(10)) > 1e-3
    assert agents._chance(np.zeros(10)) == agents._chance(np.array([3.0, 0.0])) == 1.0


def test_a_few_steps_may_part_and_no_more(
    episodes: Episodes, bundles: tuple[Bundled, Bundled], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In full precision one; in half precision one in 500 besides."""
    played, one = list(played_again(entered(episodes, bundles[0]))), episodes.where(training_seed=0, split="train")
    was = one.table["actions"].to_pylist()
    for changed, fault in ((1, False), (2, True)):
        other = [[(taken[0] + 1) % 4, *taken[1:]] if k < changed else taken for k, taken in enumerate(was)]
        mine = Episodes(one.game, one.runs, put(one.table, "actions", other))
        assert bool(agents._compared(played[0], mine, one, half=False, comparisons=9).fault) is fault
        assert agents._compared(played[0], mine, one, half=True, comparisons=9).parted == changed


def test_a_bundle_of_another_agent_is_refused(episodes: Episodes, bundles: tuple[Bundled, Bundled]) -> None:
    for told, match in (
        ({"training": {"seed": 5}}, "training seed 5, with which nothing was played"),
        ({"training": {"seed": 1}}, "of training seed 1 is of another agent"),
        ({"training": {"alpha": 0.5}}, "says alpha 0.5, and its run 0.0"),
        ({"training": {"reward": "corner"}}, "says reward 'corner'"),
        ({"training": {"recipe": {}}}, "says recipe"),
        ({"algorithm": "A2C"}, "says algorithm 'A2C', and its run 'PPO'"),
        ({"environment": "goalgap/LavaLand-v0"}, "says environment"),
        ({"source": "0" * 64}, "of training seed 0 is of another agent"),
    ):
        known = json.loads(bundles[0].bundle.model_dump_json())
        changed = {name: {**known[name], **value} if isinstance(value, dict) else value for name, value in told.items()}
        other = Bundled(bundles[0].folder, Bundle.model_validate_json(_respoken(bundles[0], **changed)))
        with pytest.raises(EntryError, match=match):
            entered(episodes, other)
    with pytest.raises(EntryError, match="one bundle of each training seed at most"):
        entered(episodes, bundles[0], bundles[0])


def test_nor_can_it_pass_for_the_agent_under_its_name(
    episodes: Episodes, bundles: tuple[Bundled, Bundled], tmp_path: Path
) -> None:
    """The second agent's weights, in a bundle that claims to be packed from the first one's file."""
    place = Path(shutil.copytree(bundles[0].folder, tmp_path / "seed-0"))
    shutil.copy(bundles[1].folder / WEIGHTS, place)
    (place / MANIFEST).write_bytes(_respoken(bundles[0], weights=sha256_of(place / WEIGHTS)))
    with pytest.raises(EpisodesError, match="takes another action than was recorded"):
        check_agents(entered(episodes, Bundled.read(place)))


def nan(content: bytes) -> bytes:
    return save({name: np.full_like(array, np.nan) for name, array in load(content).items()})


def fewer(content: bytes) -> bytes:
    return save(dict(list(load(content).items())[1:]))


@pytest.mark.parametrize(
    "spoil", [nan, fewer, lambda _: b"", lambda _: b"\xff" * 100], ids=["nan", "fewer", "none", "no"]
)
@pytest.mark.parametrize("vouched", [True, False])
def test_weights_that_cannot_be_played_are_a_fault(
    spoil: Callable[[bytes], bytes], vouched: bool, episodes: Episodes, bundles: tuple[Bundled, Bundled], tmp_path: Path
) -> None:
    place = Path(shutil.copytree(bundles[0].folder, tmp_path / "seed-0"))
    (place / WEIGHTS).write_bytes(spoil((place / WEIGHTS).read_bytes()))
    if vouched:
        (place / MANIFEST).write_bytes(_respoken(bundles[0], weights=sha256_of(place / WEIGHTS)))
    with pytest.raises(EpisodesError, match="seed-0 is no agent that can be played"):
        check_agents(entered(episodes, Bundled.read(place)))


def test_what_goes_wrong_here_is_held_against_nobody(
    episodes: Episodes, bundles: tuple[Bundled, Bundled], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: Any, **__: Any) -> Any:
        raise FailedError("time", "it took too long")

    place = entered(episodes, *bundles).write(tmp_path)
    monkeypatch.setattr(agents, "isolated", late)
    with pytest.raises(CannotPlayError, match=r"could not be played here \(time\)"):
        check_agents(Entry.read(place))
    assert goalgap("verify", place, "--entries", tmp_path, "--record") == 2
    assert Entry.read(place).standing.status == "self-reported"


def spoiled(folder: Path, how: str) -> None:
    bundle = folder / "bundles" / "seed-0"
    match how:
        case "other name":
            bundle.rename(bundle.with_name("seed-7"))
        case "more":
            (bundle / "run.py").write_text("")
        case "less":
            (bundle / README).unlink()
        case "large":
            (bundle / README).write_bytes(bytes(LARGEST))
        case "link":
            (bundle / README).unlink()
            (bundle / README).symlink_to("/etc/passwd")
        case "no folder":
            shutil.rmtree(folder / "bundles")
            (folder / "bundles").write_text("")
        case "nothing":
            shutil.rmtree(bundle)
        case "no manifest":
            (bundle / MANIFEST).write_text("{}")
        case "folder":
            (bundle / WEIGHTS).unlink()
            (bundle / WEIGHTS).mkdir()


WRONG = ["other name", "more", "less", "large", "link", "no folder", "nothing", "no manifest", "folder"]


@pytest.mark.parametrize("how", WRONG)
def test_what_is_no_bundle_is_no_entry(
    how: str, episodes: Episodes, bundles: tuple[Bundled, Bundled], tmp_path: Path
) -> None:
    place = entered(episodes, bundles[0]).write(tmp_path)
    Entry.read(place)
    spoiled(place, how)
    with pytest.raises(EntryError):
        Entry.read(place)


def words(name: str, entries: Path) -> tuple[object, ...]:
    return (
        "--name",
        name,
        *(f"--{each}={ABOUT[each]}" for each in ("authors", "description", "command")),
        "--entries",
        entries,
    )


@pytest.mark.slow
def test_a_submission_becomes_an_entry_that_plays_again(
    bundles: tuple[Bundled, Bundled],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In the sandbox where there is one, which the register tells; with other bundles nothing is entered."""
    monkeypatch.setattr(policies, "backends", backends)
    out, board = tmp_path / "out", tmp_path / "entries"
    assert goalgap("submit", bundles[1].folder, "CheeseCorner", "--size", 5, "--levels", FEW, "--out", out) == 0
    assert goalgap("enter", out, *words("Theirs", board)) == 0
    read = Entry.read(board / "CheeseCorner" / "theirs")
    assert read.bundles[0].bundle == bundles[1].bundle
    assert read.standing.agents == "all"
    assert read.standing.isolation == str(next(iter(backends()), "none"))
    capsys.readouterr()
    assert goalgap("enter", out, "--bundle", bundles[0].folder, *words("Others", board)) == 2
    assert "training seed 0, with which nothing was played" in said(capsys)
    assert not (board / "CheeseCorner" / "others").exists()


def test_agents_that_do_not_play_so_are_not_entered(
    episodes: Episodes, bundles: tuple[Bundled, Bundled], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged(episodes).write(tmp_path / "forged.parquet")
    given = [each.folder for each in bundles]
    assert goalgap("enter", tmp_path / "forged.parquet", "--bundle", *given, *words("Mine", tmp_path / "entries")) == 2
    assert "takes another action than was recorded" in said(capsys)
    assert not (tmp_path / "entries").exists()


def test_the_bundle_names_the_file_it_was_packed_from(
    trained: tuple[Path, Path], bundles: tuple[Bundled, Bundled]
) -> None:
    for agent, bundled in zip(trained, bundles, strict=True):
        assert bundled.bundle.source == sha256_of(agent_file(agent)[0])
