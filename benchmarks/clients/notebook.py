# /// script
# dependencies = ["nbclient==0.11.0", "ipykernel==7.4.0", "nbformat==5.11.1"]
# [tool.client]
# name = "Jupyter"
# recipe = "processes need the prefix: `make_vec_env(\"goalgap:goalgap/CheeseCorner-v0\", vec_env_cls=SubprocVecEnv)`"
# ///
"""A notebook trains, shows a picture and a report, and starts environments in processes; run by nbclient."""

from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

CELLS = """
import gymnasium, goalgap
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import SubprocVecEnv
env = gymnasium.make("goalgap/CheeseCorner-v0", render_mode="rgb_array"); env.reset(seed=0); env.render().shape
---
model = PPO("MlpPolicy", goalgap.vec_env("CheeseCorner", n_envs=8), n_steps=64).learn(1024)
goalgap.Report.of(goalgap.evaluate("CheeseCorner", model, levels=20))
---
goalgap.SUITE
---
games = make_vec_env("goalgap:goalgap/CheeseCorner-v0", n_envs=2, vec_env_cls=SubprocVecEnv); games.reset().shape
"""

notebook = new_notebook(cells=[new_code_cell(cell.strip()) for cell in CELLS.split("---")])
NotebookClient(notebook, timeout=300).execute()
for cell in notebook.cells:
    shown = [output for output in cell.outputs if output.output_type == "execute_result"][-1].data
    print({kind: len(text) for kind, text in shown.items()}, shown["text/plain"][:60])
    assert len(shown["text/plain"]) < 2000
