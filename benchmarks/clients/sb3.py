# /// script
# dependencies = ["stable-baselines3==2.9.2"]
# [tool.client]
# name = "stable-baselines3"
# ///
"""PPO, A2C and DQN train on `goalgap.vec_env`, are saved, loaded and evaluated; and `SubprocVecEnv`."""

import gymnasium
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.env_checker import check_env
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import SubprocVecEnv

import goalgap

if __name__ == "__main__":
    for split in ("", "Control", "Deploy"):
        check_env(gymnasium.make(f"goalgap/CheeseCorner{split}-v0"))

    for algorithm in (PPO, A2C, DQN):
        model = algorithm("MlpPolicy", goalgap.vec_env("CheeseCorner", n_envs=8), seed=0).learn(2048)
        model.save("agent.zip")
        loaded = algorithm.load("agent.zip")
        evaluate_policy(loaded, goalgap.vec_env("CheeseCorner", n_envs=8), n_eval_episodes=8)
        episodes = goalgap.evaluate("CheeseCorner", loaded, levels=20)
        print(algorithm.__name__, goalgap.Report.of(episodes).verdict.headline)

    games = make_vec_env("goalgap:goalgap/CheeseCorner-v0", n_envs=2, vec_env_cls=SubprocVecEnv)
    PPO("MlpPolicy", games, n_steps=128).learn(256)
    games.close()
