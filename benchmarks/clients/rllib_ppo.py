# /// script
# dependencies = ["ray[rllib]==2.60.0"]
# [tool.client]
# name = "RLlib"
# recipe = "`FlattenObservation`, and float32 by `DtypeObservation`: it has no network for small grids, nor for uint8"
# ///
"""PPO with one remote runner, which makes its environments by a registered function; its network is measured."""

import gymnasium as gym
import numpy as np
import torch
from gymnasium.wrappers import DtypeObservation, FlattenObservation
from ray.rllib.algorithms.ppo import PPOConfig
from ray.tune import register_env
from torch.distributions import Categorical

import goalgap


def make(arguments):
    env = gym.make("goalgap:goalgap/CheeseCorner-v0", **arguments)
    return DtypeObservation(FlattenObservation(env), np.float32)


register_env("cheese", make)
config = PPOConfig().environment("cheese", env_config={"size": 9, "alpha": 0.5})
config = config.env_runners(num_env_runners=1, num_envs_per_env_runner=4)
algorithm = config.training(train_batch_size=512, minibatch_size=128, num_epochs=2).build_algo()
for _ in range(2):
    told = algorithm.train()["env_runners"]
    print("return", told["episode_return_mean"], "of", told["num_episodes"], "episodes")


class Agent:
    name = "RLlib's PPO"

    def __call__(self, obs, state, episode_start):
        seen = torch.as_tensor(obs, dtype=torch.float32).flatten(1)
        with torch.no_grad():
            told = algorithm.get_module().forward_inference({"obs": seen})
        return Categorical(logits=told["action_dist_inputs"]).sample().numpy(), state


task = goalgap.task("CheeseCorner", size=9, alpha=0.5)
print(goalgap.Report.of(goalgap.evaluate(task, Agent(), levels=20)).verdict.headline)
algorithm.stop()
