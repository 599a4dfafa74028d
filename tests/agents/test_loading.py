"""Loaded agents act as they were trained to, and files that cannot be used are refused with the reason."""

from __future__ import annotations

import json
import random
import shutil
import zipfile

import numpy as np
import pytest
import torch

import goalgap
from goalgap.agents.algorithms import ALGORITHMS
from goalgap.agents.algorithms.ars import ARSRecipe
from goalgap.agents.algorithms.ppo import PPORecipe
from goalgap.agents.loading import AgentError, load_agent, open_model
from goalgap.agents.training import train
from goalgap.agents.weights import weights_digest
from goalgap.envs.engine.batch import Batch

TINY = PPORecipe(steps=512, n_envs=16, n_steps=16, minibatch=128, epochs=1, hidden=(16,))
TASK = goalgap.task("CheeseCorner", size=5)
N = 64
LEVELS = np.arange(N, dtype=np.uint64)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return train(TASK, TINY, 4, tmp_path_factory.mktemp("agents") / "agent")


@pytest.fixture
def agent(trained, tmp_path):
    """A copy that a test may spoil."""
    return shutil.copytree(trained, tmp_path / "agent")


def play(policy, task=TASK, first=0, steps=12):
    """The actions of a few steps on N levels."""
    batch, state, taken = Batch.of(task, np.arange(first, first + N)), None, []
    for t in range(steps):
        actions, state = policy(batch.observe(), state, np.full(N, t == 0))
        batch.step(actions)
        taken.append(actions)
    return np.array(taken)


def test_a_rollout_is_reproducible_and_leaves_the_callers_generators_alone(trained):
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002
    random.seed(0)
    expected = torch.rand(3).tolist(), np.random.rand(), random.random()  # noqa: NPY002, S311
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002
    random.seed(0)
    policy = load_agent(trained, TASK)
    first = play(policy)
    assert (torch.rand(3).tolist(), np.random.rand(), random.random()) == expected  # noqa: NPY002, S311
    np.testing.assert_array_equal(first, play(policy))
    np.testing.assert_array_equal(first, play(load_agent(trained, TASK)))
    assert (first != play(load_agent(trained, TASK, seed=1))).any()
    assert first.dtype == np.int64


def test_chance_differs_between_steps_games_levels_and_seeds(trained):
    """All games look the same all the time: what they do differs by chance alone."""
    policy, same = load_agent(trained, TASK), np.repeat(Batch.of(TASK, np.arange(1)).observe(), N, axis=0)

    def drawn(policy, state=None):
        return policy(same, state, np.full(N, state is None))

    first, state = drawn(policy)
    variants = [first, drawn(policy, state)[0], drawn(load_agent(trained, TASK, seed=5))[0]]
    variants += [drawn(policy.on_levels(keys))[0] for keys in (LEVELS + N, LEVELS + 2 * N)]
    assert len({actions.tobytes() for actions in variants}) == len(variants)
    assert all(len(set(actions)) > 1 for actions in variants)
    np.testing.assert_array_equal(first, drawn(policy.on_levels(LEVELS))[0])


def test_sampled_actions_follow_the_policy_and_argmax_takes_the_likeliest(trained):
    obs = np.repeat(Batch.of(TASK, np.arange(1)).observe(), 4000, axis=0)
    policy = load_agent(trained, TASK)
    with torch.no_grad():
        chances = policy.model.policy.get_distribution(torch.as_tensor(obs[:1])).distribution.probs[0].numpy()
    drawn, _ = policy(obs, None, np.ones(4000, bool))
    np.testing.assert_allclose(np.bincount(drawn, minlength=4) / 4000, chances, atol=0.03)
    likeliest, _ = load_agent(trained, TASK, sampled=False)(obs, None, np.ones(4000, bool))
    assert set(likeliest) == {chances.argmax()}


def test_other_splits_and_a_bare_zip_can_be_played(trained):
    assert play(load_agent(trained, TASK.on("deploy")), TASK.on("deploy")).max() < 4
    bare = load_agent(trained / "agent.zip", TASK, seed=4)
    np.testing.assert_array_equal(play(bare), play(load_agent(trained, TASK)))
    assert bare.record == {}
    assert load_agent(trained / "agent.zip", TASK).seed == 0
    assert load_agent(trained, TASK).record["seed"] == 4
    assert (bare.name, load_agent(trained, TASK).name) == ("agent", "PPO seed 4")


def test_agents_of_evolution_are_loaded_and_draw_their_actions(tmp_path):
    small = ARSRecipe(steps=4000, n_envs=4, directions=3, top=2, patch=3, hidden=(4,))
    policy = load_agent(train(TASK, small, 0, tmp_path / "agent"), TASK)
    assert policy.name == "ARS seed 0"
    np.testing.assert_array_equal(play(policy), play(policy))
    assert (play(policy) != play(load_agent(tmp_path / "agent", TASK, seed=1))).any()
    obs = np.repeat(Batch.of(TASK, np.arange(1)).observe(), 4000, axis=0)
    with torch.no_grad():
        seen = policy.model.policy.extract_features(torch.as_tensor(obs[:1]), policy.model.policy.features_extractor)
        chances = policy.model.policy.action_net(seen).softmax(1)[0].numpy()
    drawn, _ = policy(obs, None, np.ones(4000, bool))
    np.testing.assert_allclose(np.bincount(drawn, minlength=4) / 4000, chances, atol=0.03)
    likeliest, _ = load_agent(tmp_path / "agent", TASK, sampled=False)(obs, None, np.ones(4000, bool))
    assert set(likeliest) == {chances.argmax()}


def test_missing_files_are_named(agent, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no agent at .*nowhere"):
        load_agent(tmp_path / "nowhere", TASK)
    shutil.copytree(agent, tmp_path / "run" / "seed-0")
    with pytest.raises(FileNotFoundError, match=r"is a run with 1 agents: name one of them, such as .*seed-0"):
        load_agent(tmp_path / "run", TASK)
    (agent / "agent.zip").unlink()
    with pytest.raises(FileNotFoundError, match=r"agent\.zip is missing"):
        load_agent(agent, TASK)


def test_a_changed_or_cut_file_is_corrupt(agent):
    whole = (agent / "agent.zip").read_bytes()
    for broken in (whole[:-100], whole[:500] + b"x" + whole[501:], b""):
        (agent / "agent.zip").write_bytes(broken)
        with pytest.raises(AgentError, match="checksum"):
            load_agent(agent, TASK)


WRONG = '{"environment": "x", "sha256": "x", "recipe": {"algorithm": ["PPO"]}, "seed": 1}'


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"environment": "goalgap/CheeseCorner-v0"}', '"x"', WRONG, pytest.param("[" * 10**5, id="deep")],
)
def test_a_broken_record_is_corrupt(agent, text):
    (agent / "agent.json").write_text(text)
    with pytest.raises(AgentError, match=r"agent\.json is corrupt"):
        load_agent(agent, TASK)


def test_what_is_no_agent_is_refused(tmp_path):
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(AgentError, match="no zip file"):
        load_agent(tmp_path / "text.zip", TASK)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("data", "{}")
    with pytest.raises(AgentError, match="cannot be read as a PPO agent"):
        load_agent(tmp_path / "other.zip", TASK)
    with pytest.raises(ValueError, match=f"choose from {', '.join(ALGORITHMS)}"):
        open_model(tmp_path / "other.zip", b"", "SAC")


def test_another_environment_or_other_spaces_are_refused_and_both_are_named(agent):
    with pytest.raises(AgentError, match=r"was trained with .*size=5 and cannot play .*: give the environment these"):
        load_agent(agent, goalgap.task("CheeseCorner", size=9))
    record = json.loads((agent / "agent.json").read_text())
    (agent / "agent.json").write_text(json.dumps({**record, "environment": "goalgap/Other-v0"}))
    with pytest.raises(AgentError, match="goalgap/Other-v0 and cannot play goalgap/CheeseCorner-v0"):
        load_agent(agent, TASK)


def test_an_agent_that_was_opened_for_another_task_says_so(trained):
    opened = load_agent(trained, TASK)
    with pytest.raises(ValueError, match=r"of shape \(7, 7, 3\), not \(11, 11, 3\): play the task that it was opened"):
        goalgap.evaluate(goalgap.task("CheeseCorner", size=9), opened, 4)


def test_a_policy_says_what_is_recorded_of_it(trained):
    agent = load_agent(trained, TASK, sampled=False)
    record = json.loads((trained / "agent.json").read_text())
    details = {name: record[name] for name in ("recipe", "sha256", "device", "steps", "seconds", "processor_seconds")}
    described = {"agent": "PPO", "training_seed": 4, "reward": "cheese", "alpha": 0.0, "deterministic": True}
    assert agent.run_fields == {**described, "details": details}
    bare = load_agent(trained / "agent.zip", TASK).run_fields
    known = {"algorithm": "PPO", "sha256": record["sha256"], "weights": weights_digest(agent.model.policy)}
    assert bare == {"agent": "agent", "deterministic": False, "details": known}


def test_a_digest_of_weights_outlives_saving_and_tells_weights_apart(trained, tmp_path):
    """Two zips of one agent differ, since a zip holds the time; one weight more or less is another agent."""
    model = load_agent(trained, TASK).model
    digest = weights_digest(model.policy)
    model.save(tmp_path / "again.zip")
    again = load_agent(tmp_path / "again.zip", TASK)
    assert again.run_fields["details"]["weights"] == digest
    with torch.no_grad():
        next(again.model.policy.parameters()).view(-1)[0] += 1
    assert weights_digest(again.model.policy) != digest


def test_agents_of_earlier_versions_are_read(agent):
    """What their records called otherwise is not needed."""
    record = json.loads((agent / "agent.json").read_text())
    older = {"goalgap": "0.1.0", "python": "3.11.7", "stable_baselines3": "2.9.0", "sb3_contrib": "2.9.0"}
    record = {**record, "cell": record.pop("run_key"), "versions": older}
    (agent / "agent.json").write_text(json.dumps(record))
    assert load_agent(agent, TASK).record == record
