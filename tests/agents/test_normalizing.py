"""Agents that learned from normalized observations are not evaluated on plain ones."""

from __future__ import annotations

import pytest
from commands import goalgap as command
from recipes import TASK, TINY
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecNormalize

import goalgap
from goalgap.agents.loading import AgentError
from goalgap.agents.training import train
from goalgap.isolation.limits import EntryError
from goalgap.isolation.policies import isolated


def model_in(env):
    return PPO("MlpPolicy", env, n_steps=8, batch_size=16)


def test_a_model_in_its_vec_normalize_sees_as_it_does(tmp_path):
    """Also where it was put together again from its files, as the error advises."""
    env = VecNormalize(goalgap.vec_env(TASK, 2))
    model = model_in(env).learn(64)
    model.save(tmp_path / "mine.zip")
    env.save(str(tmp_path / "mine.pkl"))
    again = PPO.load(tmp_path / "mine.zip", VecNormalize.load(str(tmp_path / "mine.pkl"), goalgap.vec_env(TASK)))
    first, second = (goalgap.evaluate(TASK, each, levels=8).table["actions"] for each in (model, again))
    assert first.equals(second)
    assert not first.equals(goalgap.evaluate(TASK, tmp_path / "mine.zip", levels=8).table["actions"])


@pytest.mark.parametrize("place", ["vecnormalize.pkl", "mine/vecnormalize.pkl", "mine_vecnormalize.pkl"])
def test_a_zip_whose_statistics_lie_beside_it_is_refused(place, tmp_path, capsys):
    env = VecNormalize(goalgap.vec_env(TASK, 2))
    model_in(env).save(tmp_path / "mine.zip")
    goalgap.load_agent(tmp_path / "mine.zip", TASK)
    (tmp_path / place).parent.mkdir(exist_ok=True)
    env.save(str(tmp_path / place))
    told = f"{place} lies beside mine.zip, so that agent was likely trained in .*mine\\.zip'"
    with pytest.raises(AgentError, match=told):
        goalgap.load_agent(tmp_path / "mine.zip", TASK)
    said = ("--size", TASK.arguments["size"], "--levels", 4, "--alpha", 0, "--reward", "cheese")
    for words in (("eval", "CheeseCorner", tmp_path / "mine.zip"), ("submit", tmp_path / "mine.zip", "CheeseCorner")):
        assert command(*words, *said) == 2
        assert "lies beside mine.zip" in " ".join(capsys.readouterr().err.split())


def test_each_checkpoint_has_statistics_of_its_own(tmp_path):
    """As stable-baselines3's CheckpointCallback names them."""
    env = VecNormalize(goalgap.vec_env(TASK, 2))
    model = model_in(env)
    for steps in (64, 100, 32000):
        model.save(tmp_path / f"mine_{steps}_steps.zip")
        env.save(str(tmp_path / f"mine_vecnormalize_{steps}_steps.pkl"))
    model.save(tmp_path / "other.zip")
    with pytest.raises(AgentError, match=r"mine_vecnormalize_64_steps\.pkl lies beside mine_64_steps\.zip"):
        goalgap.load_agent(tmp_path / "mine_64_steps.zip", TASK)
    goalgap.load_agent(tmp_path / "other.zip", TASK)
    with (
        pytest.raises(EntryError, match=r"lies beside mine_100_steps\.zip"),
        isolated(tmp_path / "mine_100_steps.zip", TASK),
    ):
        pass


def test_what_goalgap_has_trained_needs_no_statistics(tmp_path):
    folder = train(TASK, TINY, 0, tmp_path / "agent")
    (folder / "vecnormalize.pkl").write_bytes(b"of something else")
    goalgap.load_agent(folder, TASK)
