# /// script
# dependencies = ["pufferlib==3.0.0"]
# [tool.client]
# name = "PufferLib"
# ///
"""Its emulation layer around an environment, and a vector of them."""

import gymnasium as gym
import pufferlib.emulation
import pufferlib.vector


def make(**_):
    return pufferlib.emulation.GymnasiumPufferEnv(gym.make("goalgap:goalgap/CheeseCorner-v0"))


games = pufferlib.vector.make(make, num_envs=4, backend=pufferlib.vector.Serial)
games.reset(seed=0)
for _ in range(100):
    games.step(games.action_space.sample())
