"""Agents that learned from normalized observations are told of before they are evaluated on plain ones."""

from __future__ import annotations

import warnings

import pytest
from recipes import TASK
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecNormalize

import goalgap
from goalgap.agents.normalizing import UnnormalizedWarning


def model_in(env):
    return PPO("MlpPolicy", env, n_steps=8, batch_size=16)


def test_a_model_in_its_vec_normalize_sees_as_it_does_and_needs_no_warning(tmp_path):
    """Also where it was put together again from its files, as the warning advises."""
    env = VecNormalize(goalgap.vec_env(TASK, 2))
    model = model_in(env).learn(64)
    model.save(tmp_path / "mine.zip")
    env.save(str(tmp_path / "mine.pkl"))
    again = PPO.load(tmp_path / "mine.zip", VecNormalize.load(str(tmp_path / "mine.pkl"), goalgap.vec_env(TASK)))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnnormalizedWarning)
        first, second = (goalgap.evaluate(TASK, each, levels=8).table["actions"] for each in (model, again))
    assert first.equals(second)
    assert not first.equals(goalgap.evaluate(TASK, tmp_path / "mine.zip", levels=8).table["actions"])


@pytest.mark.parametrize("place", ["vecnormalize.pkl", "mine/vecnormalize.pkl", "mine_vecnormalize_32_steps.pkl"])
def test_statistics_beside_a_zip(place, tmp_path):
    env = VecNormalize(goalgap.vec_env(TASK, 2))
    model_in(env).save(tmp_path / "mine.zip")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnnormalizedWarning)
        goalgap.load_agent(tmp_path / "mine.zip", TASK)
    (tmp_path / place).parent.mkdir(exist_ok=True)
    env.save(str(tmp_path / place))
    with pytest.warns(
        UnnormalizedWarning, match=f"{place} lies beside mine.zip, so that agent was likely trained in .*mine\\.zip'"
    ):
        goalgap.load_agent(tmp_path / "mine.zip", TASK)
