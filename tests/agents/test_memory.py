"""Memory lasts as long as an episode: nothing leaks from one to the next, and it can be taken away."""

from __future__ import annotations

import json
import shutil
import zlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from commands import goalgap as command
from recipes import TINY
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy

import goalgap
from goalgap.agents.algorithms.recurrent_ppo import RecurrentPPORecipe
from goalgap.agents.loading import load_agent
from goalgap.agents.recurrence import SequencePolicy
from goalgap.agents.training import train
from goalgap.envs.engine.batch import Batch
from goalgap.eval.play.rollout import rollout

TASK = goalgap.task("CheeseCorner", size=5, horizon=30)
SMALL = RecurrentPPORecipe(steps=1024, n_envs=16, n_steps=16, minibatch=128, epochs=1, hidden=(16,), lstm=16)
LEVELS = np.arange(40)


class Elephant:
    """Acts by a digest of everything it has seen since its state was None, each game by its own."""

    name = "elephant"

    def __call__(self, obs, state, episode_start):
        state = state or [0] * len(obs)
        kept = [0 if new else old for old, new in zip(state, episode_start, strict=True)]
        state = [zlib.crc32(grid.tobytes(), old) for grid, old in zip(obs, kept, strict=True)]
        return np.array([digest % 4 for digest in state]), state


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A recurrent agent, hardly trained, and beside it one with other weights, whose memory decides what it does."""
    place = train(TASK, SMALL, 0, tmp_path_factory.mktemp("agents") / "agent")
    model = load_agent(place, TASK).model
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(0)
        model.policy.lstm_actor.weight_hh_l0.normal_(0, 2)
        model.policy.action_net.weight.normal_()
        model.policy.action_net.bias.zero_()
    model.save(place.parent / "strong.zip")
    return place


@pytest.fixture
def agent(folder):
    return load_agent(folder.parent / "strong.zip", TASK, sampled=False, algorithm="RecurrentPPO")


def episodes(policy, seeds=LEVELS, **chosen):
    """The actions of each level's episode, by its seed."""
    table = rollout(TASK, policy, seeds, **chosen).table
    return dict(zip(table["level_seed"].to_pylist(), table["actions"].to_pylist(), strict=True))


def forgetful(policy):
    return replace(policy, memory=False)


@pytest.mark.parametrize("who", ["elephant", "agent"])
def test_an_episode_is_the_same_whatever_is_played_before_and_beside_it(who, request):
    """Games of a batch end early at many different times, and the others go on undisturbed."""
    policy = Elephant() if who == "elephant" else request.getfixturevalue("agent")
    alone = episodes(policy, batch_size=1)
    assert len({len(actions) for actions in alone.values()}) > 3
    rng = np.random.default_rng(0)
    for size in (3, 16, len(LEVELS)):
        assert episodes(policy, rng.permutation(LEVELS), batch_size=size) == alone


def test_the_memory_decides_what_the_agents_of_these_tests_do(agent):
    """Or the tests around this one could not fail."""
    remembering = episodes(agent)
    assert sum(actions != remembering[seed] for seed, actions in episodes(forgetful(agent)).items()) > 5


def walk(policy, steps=25, fresh_state=False, all_start=False):
    """Actions and observations of games that are asked for actions when they are over, too."""
    batch, state, taken = Batch.of(TASK, np.arange(32)), None, []
    for t in range(steps):
        chosen, state = policy(batch.observe(), None if fresh_state else state, np.full(32, all_start or t == 0))
        batch.step(chosen)
        taken.append(chosen)
    return np.array(taken)


def test_a_start_at_every_step_is_a_new_state_at_every_step_is_no_memory(agent):
    remembered, started = walk(agent), walk(agent, all_start=True)
    np.testing.assert_array_equal(started, walk(agent, fresh_state=True))
    np.testing.assert_array_equal(started, walk(forgetful(agent)))
    assert (remembered != started).any()


def test_an_episode_that_starts_in_one_game_leaves_the_memory_of_the_others(agent):
    obs, some = Batch.of(TASK, np.arange(8)).observe(), np.arange(8) % 2 == 0
    _, state = agent(obs, None, np.ones(8, bool))
    _, (_, carried, _) = agent(obs, state, np.zeros(8, bool))
    _, (_, mixed, _) = agent(obs, state, some)
    np.testing.assert_allclose(mixed[0][:, ~some], carried[0][:, ~some], atol=1e-6)
    np.testing.assert_allclose(mixed[0][:, some], state[1][0][:, some], atol=1e-6)
    assert not np.allclose(carried[0], state[1][0])


def test_without_memory_chance_still_differs_from_step_to_step(folder):
    policy = forgetful(load_agent(folder, TASK))
    obs, state, drawn = np.repeat(Batch.of(TASK, np.arange(1)).observe(), 64, axis=0), None, []
    for _ in range(3):
        chosen, state = policy(obs, state, np.zeros(64, bool))
        drawn.append(chosen.tolist())
    assert drawn[0] != drawn[1] != drawn[2] != drawn[0]
    np.testing.assert_array_equal(walk(policy), walk(forgetful(load_agent(folder, TASK))))
    told, kept = policy(obs, None, np.ones(64, bool))[1], load_agent(folder, TASK)(obs, None, np.ones(64, bool))[1]
    again, remembered = (
        policy(obs, told, np.zeros(64, bool))[1],
        load_agent(folder, TASK)(obs, kept, np.zeros(64, bool))[1],
    )
    np.testing.assert_array_equal(again[1][0], told[1][0])
    assert (remembered[1][0] != kept[1][0]).any()


@pytest.mark.parametrize("inside", [False, True])
def test_reading_a_sequence_at_once_is_what_sb3_contrib_does_step_by_step(inside):
    rng, lstm = np.random.default_rng(0), torch.nn.LSTM(6, 5)
    starts = rng.random((7, 9)) < 0.3
    starts[:, 1:] &= inside
    features, states = torch.randn(63, 6), (torch.randn(1, 7, 5), torch.randn(1, 7, 5))
    given = (features, states, torch.as_tensor(starts).float().flatten(), lstm)
    with torch.no_grad():
        mine, after = SequencePolicy._process_sequence(*given)
        theirs, expected = RecurrentActorCriticPolicy._process_sequence(*given)
    assert starts.any()
    assert not starts.all()
    torch.testing.assert_close(mine, theirs)
    torch.testing.assert_close(after, expected)


def test_training_never_has_to_read_step_by_step(monkeypatch):
    """The sequences that RecurrentPPO learns from begin where episodes do, also of games far shorter than a round."""
    monkeypatch.setattr(RecurrentActorCriticPolicy, "_process_sequence", lambda *_: pytest.fail("step by step"))
    SMALL.build(goalgap.task("CheeseCorner", size=5, horizon=5), 0).learn(SMALL.rollout_size)


def test_a_recurrent_agent_is_trained_by_its_recipe(folder):
    record = json.loads((folder / "agent.json").read_text())
    model = load_agent(folder, TASK).model
    assert record["steps"] == 1024
    assert model.policy.lstm_actor.hidden_size == SMALL.lstm
    assert load_agent(folder, TASK).remembers


def test_an_agent_is_evaluated_without_its_memory_from_the_command_line(folder, tmp_path):
    told = ("eval", "CheeseCorner", folder, "--size", 5, "--set", "horizon=30", "--levels", 20, "--out")
    assert command(*told, tmp_path / "as-it-is") == 0
    assert command(*told, tmp_path / "ablated", "--forget") == 0
    names = [json.loads((tmp_path / place / "report.json").read_text())["agent"] for place in ("as-it-is", "ablated")]
    assert names == ["RecurrentPPO", "RecurrentPPO, memory ablated"]
    assert command(*told, tmp_path / "as-it-is", "--forget") == 2  # a folder is of one agent


def test_what_has_no_memory_cannot_forget(tmp_path, capsys):
    with pytest.raises(ValueError, match="PPO seed 0 has no memory to forget: only recurrent agents have one"):
        load_agent(train(TASK, TINY, 0, tmp_path / "agent"), TASK, memory=False)
    shutil.rmtree(tmp_path / "agent")
    assert command("eval", "CheeseCorner", "random", "--forget", "--out", tmp_path / "out") == 2
    assert "random has no memory to forget" in " ".join(capsys.readouterr().err.split())
    assert not list(tmp_path.iterdir())
