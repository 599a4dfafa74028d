"""ONNX policies on the board: entered with their bundles, played again, and found out where they did not play."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import goalgap
from onnx_files import numpy_helper, policy

from goalgap import task
from goalgap.agents.bundles.manifest import MANIFEST, Card
from goalgap.agents.onnx.packing import pack_onnx
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError
from goalgap.isolation import policies
from goalgap.leaderboards import entry
from goalgap.leaderboards.agents import check_agents, judged
from goalgap.leaderboards.bundles import Bundled
from goalgap.leaderboards.entry import Entry, EntryError, EntryInfo
from goalgap.players import players

FEW = 20
ABOUT: dict[str, Any] = {
    "kind": "trained", "authors": "us", "description": "a test", "command": "true", "date": "2026-11-27",
}  # fmt: skip


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board on which fewer levels count as all, and agents that play in this process."""
    monkeypatch.setattr(entry, "LEVELS", FEW)
    monkeypatch.setattr(policies, "backends", lambda: ())


def packed(place: Path, seed: int, outputs: str) -> Path:
    """A linear policy of a training seed, that says logits, or values of actions."""
    place.mkdir(parents=True)
    made = policy(task("CheeseCorner"))
    tensor = made.graph.initializer[0]
    rng = np.random.default_rng(seed)
    tensor.CopyFrom(numpy_helper.from_array(rng.normal(size=tuple(tensor.dims)).astype(np.float32), tensor.name))
    made.graph.output[0].name = made.graph.node[-1].output[0] = outputs
    (place / "policy.onnx").write_bytes(made.SerializeToString())
    card = Card(name="Mine", authors="us", description="x", license="MIT", environment="CheeseCorner", reward="cheese",
                alpha=0, training_seed=seed, algorithm="Rainbow")  # fmt: skip
    pack_onnx(place / "policy.onnx", card, place / "bundle")
    return place / "bundle"


def played(bundles: list[Path]) -> Episodes:
    game = task("CheeseCorner")
    given = {Bundled.read(each).seed: each for each in bundles}
    return Episodes.join(evaluate(game, player, FEW, run=run) for player, run in players(given, game, "Rainbow"))


@pytest.mark.parametrize("outputs", ["logits", "q_values"])
def test_agents_of_onnx_files_play_again_as_was_recorded(tmp_path: Path, outputs: str) -> None:
    bundles = [packed(tmp_path / str(seed), seed, outputs) for seed in range(2)]
    info = EntryInfo(name="Rainbow", **ABOUT)
    place = Entry(info, played(bundles), bundles=tuple(map(Bundled.read, bundles))).write(tmp_path / "entries")
    again = Entry.read(place)
    found = check_agents(again)
    assert judged(again, found) == ("all", "none")
    assert [each.parted for each in found] == [0] * 6
    assert goalgap("verify", place) == 0


def test_likeliest_actions_do_not_pass_for_those_of_a_policy_that_draws_none(tmp_path: Path) -> None:
    """By a manifest that says so, or a run."""
    place, game = packed(tmp_path / "0", 0, "logits"), task("CheeseCorner")
    told = json.loads((place / MANIFEST).read_text())
    told["training"]["recipe"]["outputs"] = "q_values"
    (place / MANIFEST).write_text(json.dumps(told))
    ((player, run),) = players(place, game, "Rainbow", sampled=False)
    episodes = evaluate(game, player, FEW, run=run)
    with pytest.raises(EntryError, match="says outputs 'logits', and its run 'q_values'"):
        Entry(EntryInfo(name="Rainbow", **ABOUT), episodes, bundles=(Bundled.read(place),))
    honest = run.model_copy(update={"details": run.details | {"recipe": {"algorithm": "Rainbow"}}})
    with pytest.raises(EntryError, match="not with argmax actions"):
        Entry(EntryInfo(name="Rainbow", **ABOUT), Episodes(episodes.game, (honest,), episodes.table))


def test_another_policy_under_its_name_is_found_out(tmp_path: Path) -> None:
    bundles = [packed(tmp_path / str(seed), seed, "logits") for seed in range(2)]
    episodes = played(bundles)
    other = packed(tmp_path / "other", 2, "logits")
    (run,) = (run for run in episodes.runs if run.training_seed == 0)
    forged = evaluate(task("CheeseCorner"), players(other, task("CheeseCorner"))[0][0], FEW, run=run)
    info = EntryInfo(name="Rainbow", **ABOUT)
    claimed = Entry(info, Episodes(episodes.game, (run,), forged.table), bundles=(Bundled.read(bundles[0]),))
    with pytest.raises(EpisodesError, match="takes another action than was recorded"):
        check_agents(claimed)
