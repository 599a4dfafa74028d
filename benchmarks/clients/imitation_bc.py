# /// script
# dependencies = ["datasets==5.0.1", "tqdm==4.70.1", "sacred==0.8.7", "huggingface_sb3==3.0"]
# [tool.client]
# name = "imitation"
# no-deps = ["imitation==1.0.1"]
# recipe = """
# `--no-deps`, and what it imports beside it: it pins gymnasium 0.29 and stable-baselines3 2.2, too old for GoalGap; and
# `unwrap=False` in `rollout`"""
# ///
"""Rollouts of a PPO agent, behavioral cloning of them, and GAIL against them."""

import numpy as np
from imitation.algorithms.adversarial.gail import GAIL
from imitation.algorithms.bc import BC
from imitation.data import rollout
from imitation.rewards.reward_nets import BasicRewardNet
from stable_baselines3 import PPO

import goalgap

games, rng = goalgap.vec_env("CheeseCorner", n_envs=8), np.random.default_rng(0)
expert = PPO("MlpPolicy", games, n_steps=64, seed=0).learn(2048)
episodes = rollout.rollout(expert, games, rollout.make_sample_until(min_episodes=16), rng=rng, unwrap=False)
shown = rollout.flatten_trajectories(episodes)

cloned = BC(observation_space=games.observation_space, action_space=games.action_space, demonstrations=shown, rng=rng)
cloned.train(n_epochs=1)

learner = PPO("MlpPolicy", games, n_steps=64, seed=1)
judge = BasicRewardNet(games.observation_space, games.action_space)
given = {"venv": games, "gen_algo": learner, "reward_net": judge, "allow_variable_horizon": True}
gail = GAIL(demonstrations=shown, demo_batch_size=64, **given)
gail.train(1024)
print(goalgap.Report.of(goalgap.evaluate("CheeseCorner", learner, levels=20)).verdict.headline)
