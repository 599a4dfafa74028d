# /// script
# dependencies = ["minari[hdf5,create]==0.5.4"]
# [tool.client]
# name = "Minari"
# ///
"""A data set with infos is recorded, loaded, and makes its environment again, with its arguments."""

import os
from pathlib import Path

os.environ["MINARI_DATASETS_PATH"] = str(Path("datasets").resolve())

import gymnasium as gym
from minari import DataCollector, load_dataset

import goalgap

gym.register_envs(goalgap)
env = DataCollector(gym.make("goalgap/CheeseCorner-v0", alpha=0.5), record_infos=True)
for seed in range(5):
    env.reset(seed=seed)
    done = False
    while not done:
        _, _, terminated, truncated, _ = env.step(env.action_space.sample())
        done = terminated or truncated
env.create_dataset("goalgap/cheese-random-v0")

recorded = load_dataset("goalgap/cheese-random-v0")
episode = recorded[0]
assert len(episode.observations) == len(episode.actions) + 1
assert set(episode.infos["goals"]) >= {"cheese", "corner"}
assert recorded.recover_environment().unwrapped.spec.kwargs["alpha"] == 0.5
print(len(recorded), "episodes;", "returns", {goal: told[-1] for goal, told in episode.infos["returns"].items()})
