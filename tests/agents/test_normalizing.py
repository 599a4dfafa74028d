"""Agents that learned from normalized observations are told of before they are evaluated on plain ones."""

from __future__ import annotations

import warnings

import pytest
from recipes import TASK
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecNormalize

import goalgap
from goalgap.agents.loading import AgentPolicy
from goalgap.agents.normalizing import UnnormalizedWarning


def model_in(env):
    return PPO("MlpPolicy", env, n_steps=8, batch_size=16)


def test_a_model_in_its_vec_normalize():
    with pytest.warns(UnnormalizedWarning, match=r"PPO was trained in a VecNormalize; .*VecNormalize.normalize_obs"):
        goalgap.evaluate(TASK, model_in(VecNormalize(goalgap.vec_env(TASK, 2))), levels=2, splits=["deploy"])


def test_normalized_rewards_do_not_matter_and_plain_models_are_no_news():
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnnormalizedWarning)
        AgentPolicy("PPO", model_in(VecNormalize(goalgap.vec_env(TASK, 2), norm_obs=False)))
        AgentPolicy("PPO", model_in(goalgap.vec_env(TASK, 2)))


@pytest.mark.parametrize("place", ["vecnormalize.pkl", "mine/vecnormalize.pkl", "mine_vecnormalize_32_steps.pkl"])
def test_statistics_beside_a_zip(place, tmp_path):
    env = VecNormalize(goalgap.vec_env(TASK, 2))
    model_in(env).save(tmp_path / "mine.zip")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnnormalizedWarning)
        goalgap.load_agent(tmp_path / "mine.zip", TASK)
    (tmp_path / place).parent.mkdir(exist_ok=True)
    env.save(str(tmp_path / place))
    with pytest.warns(UnnormalizedWarning, match=f"{place} lies beside mine.zip, so that agent was likely trained in"):
        goalgap.load_agent(tmp_path / "mine.zip", TASK)
