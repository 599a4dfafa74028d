# /// script
# dependencies = ["sbx-rl==0.28.0"]
# [tool.client]
# name = "sbx"
# recipe = "evaluate its models from Python, as here: `goalgap eval` opens zips of stable-baselines3 and sb3-contrib"
# ///
"""PPO and DQN in JAX train on `goalgap.vec_env`, are saved and loaded, and are measured as callables."""

from sbx import DQN, PPO

import goalgap


class Agent:
    """Draws actions, as stable-baselines3's agents are evaluated."""

    def __init__(self, model):
        self.name, self.model = f"sbx {type(model).__name__}", model

    def __call__(self, obs, state, episode_start):
        return self.model.predict(obs, state, episode_start, deterministic=False)


for algorithm, options in ((PPO, {"n_steps": 64}), (DQN, {"learning_starts": 100})):
    games = goalgap.vec_env("CheeseCorner", n_envs=8)
    algorithm("MlpPolicy", games, seed=0, **options).learn(2048).save("agent.zip")
    episodes = goalgap.evaluate("CheeseCorner", Agent(algorithm.load("agent.zip")), levels=50)
    print(goalgap.Report.of(episodes).verdict.headline)
