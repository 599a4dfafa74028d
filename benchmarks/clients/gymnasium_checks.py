# /// script
# dependencies = ["gymnasium==1.4.0"]
# [tool.client]
# name = "Gymnasium"
# ///
"""Its own check of every id of every environment; its vector environments, wrappers and passive checker."""

import gymnasium as gym
from gymnasium.utils.env_checker import check_env

import goalgap
from goalgap.envs import ids

for game in goalgap.SUITE.values():
    for name in ids(game).values():
        check_env(gym.make(name).unwrapped)
        print("checked", name)

for mode in ("sync", "async", "vector_entry_point"):
    games = gym.make_vec("goalgap:goalgap/CheeseCorner-v0", num_envs=2, vectorization_mode=mode)
    games.reset(seed=0)
    for _ in range(100):
        games.step(games.action_space.sample())
    games.close()

env = gym.wrappers.RecordEpisodeStatistics(gym.wrappers.FlattenObservation(gym.make("goalgap/CheeseCorner-v0")))
env.reset(seed=0, options={"level_seed": 7})
done = False
while not done:
    _, _, terminated, truncated, info = env.step(env.action_space.sample())
    done = terminated or truncated
print(info["episode"], info["returns"])
