# /// script
# dependencies = ["rl_zoo3==2.9.2", "requests==2.34.2", "pygame-ce==2.5.8"]
# [tool.client]
# name = "rl-baselines3-zoo"
# version = "rl_zoo3 2.9.2"
# recipe = """
# `--gym-packages goalgap`, ids without a prefix, hyperparameters in a file of yours, and the packages
# `requests`, which the zoo imports and does not require, and `pygame-ce` for the window of `enjoy`"""
# ///
"""Trains by `train`, plays deployment levels by `enjoy`, and puts the zoo's zip into `goalgap eval`."""

import os
import subprocess
import sys
from pathlib import Path

ENV = "goalgap/CheeseCorner-v0"
Path("ppo.yml").write_text(f"{ENV}:\n  n_timesteps: 2048\n  policy: MlpPolicy\n  n_envs: 4\n  n_steps: 128\n")


def zoo(command: str, *options: str) -> None:
    common = ["--algo", "ppo", "--env", ENV, "--gym-packages", "goalgap"]
    subprocess.run([sys.executable, "-m", f"rl_zoo3.{command}", *common, *options], check=True)


zoo("train", "-conf", "ppo.yml", "-f", "logs", "--env-kwargs", "size:9", "alpha:0.5")
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # where there is a screen, leave this out
zoo("enjoy", "-f", "logs", "-n", "50", "--env-kwargs", "split:'deploy'", "alpha:0")

agent = next(Path("logs").rglob("goalgap-CheeseCorner-v0.zip"))
evaluate = ["eval", "CheeseCorner", str(agent), "--size", "9", "--alpha", "0.5", "--reward", "cheese", "--levels", "50"]
subprocess.run([sys.executable, "-m", "goalgap", *evaluate], check=True)
