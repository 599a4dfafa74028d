# /// script
# dependencies = ["sb3-contrib==2.9.2"]
# [tool.client]
# name = "sb3-contrib"
# ///
"""QRDQN, TRPO, ARS and, with a memory, RecurrentPPO train on `goalgap.vec_env` and are evaluated."""

from sb3_contrib import ARS, QRDQN, TRPO, RecurrentPPO

import goalgap


def measured(environment, model):
    report = goalgap.Report.of(goalgap.evaluate(environment, model, levels=20))
    print(type(model).__name__, report.verdict.headline)


for algorithm in (QRDQN, TRPO, ARS):
    games = goalgap.vec_env("CheeseCorner", n_envs=8)
    measured("CheeseCorner", algorithm("MlpPolicy", games, seed=0).learn(4096))

bandits = goalgap.vec_env("ChimeBandit", n_envs=8)
measured("ChimeBandit", RecurrentPPO("MlpLstmPolicy", bandits, n_steps=64, seed=0).learn(2048))
