"""Recipes that train in a second, one for each algorithm, and the small task they are tried on."""

from __future__ import annotations

import pytest

import goalgap
from goalgap.agents.algorithms import ALGORITHMS
from goalgap.agents.algorithms.a2c import A2CRecipe
from goalgap.agents.algorithms.ars import ARSRecipe
from goalgap.agents.algorithms.dqn import DQNRecipe
from goalgap.agents.algorithms.ppo import PPORecipe
from goalgap.agents.algorithms.qrdqn import QRDQNRecipe
from goalgap.agents.algorithms.recipe import Recipe
from goalgap.agents.algorithms.recurrent_ppo import RecurrentPPORecipe
from goalgap.agents.algorithms.trpo import TRPORecipe

TASK = goalgap.task("CheeseCorner", size=5)
TINY = PPORecipe(steps=1024, n_envs=16, n_steps=16, minibatch=128, epochs=1, hidden=(16,))
SMALL: dict[str, Recipe] = {
    "PPO": TINY,
    "RecurrentPPO": RecurrentPPORecipe(steps=512, n_envs=16, n_steps=16, minibatch=128, epochs=1, hidden=(16,), lstm=8),
    "A2C": A2CRecipe(steps=1024, n_envs=16, n_steps=8, hidden=(16,)),
    "TRPO": TRPORecipe(steps=1024, n_envs=16, n_steps=16, minibatch=128, critic_updates=1, hidden=(16,)),
    "DQN": DQNRecipe(steps=1024, n_envs=16, buffer=1000, minibatch=32, warmup=64, hidden=(16,)),
    "QRDQN": QRDQNRecipe(steps=1024, n_envs=16, buffer=1000, minibatch=32, warmup=64, hidden=(16,), quantiles=5),
    "ARS": ARSRecipe(steps=4000, n_envs=4, directions=3, top=2, patch=3),
}
every_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS)
