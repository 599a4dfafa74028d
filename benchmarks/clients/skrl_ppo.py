# /// script
# dependencies = ["skrl==2.1.1", "tensorboard==2.21.0"]
# [tool.client]
# name = "skrl"
# ///
"""PPO on a vector environment by its trainer; `wrap_env` flattens observations itself."""

import gymnasium as gym
import torch
from skrl.agents.torch.ppo import PPO, PPO_CFG
from skrl.envs.wrappers.torch import wrap_env
from skrl.memories.torch import RandomMemory
from skrl.models.torch import CategoricalMixin, DeterministicMixin, Model
from skrl.trainers.torch import SequentialTrainer

import goalgap

gym.register_envs(goalgap)


class Policy(CategoricalMixin, Model):
    def __init__(self, games, outputs=4):
        Model.__init__(self, observation_space=games.observation_space, action_space=games.action_space)
        CategoricalMixin.__init__(self)
        self.layer = torch.nn.Linear(self.num_observations, outputs)

    def compute(self, inputs, role=""):
        return self.layer(inputs["observations"].float()), {}


class Value(DeterministicMixin, Model):
    def __init__(self, games):
        Model.__init__(self, observation_space=games.observation_space, action_space=games.action_space)
        DeterministicMixin.__init__(self)
        self.layer = torch.nn.Linear(self.num_observations, 1)

    def compute(self, inputs, role=""):
        return self.layer(inputs["observations"].float()), {}


games = wrap_env(gym.make_vec("goalgap/CheeseCorner-v0", num_envs=8))
agent = PPO(
    models={"policy": Policy(games), "value": Value(games)},
    memory=RandomMemory(memory_size=16, num_envs=8, device=games.device),
    cfg=PPO_CFG(),
    observation_space=games.observation_space,
    action_space=games.action_space,
    device=games.device,
)
SequentialTrainer(env=games, agents=agent, cfg={"timesteps": 64, "headless": True}).train()
