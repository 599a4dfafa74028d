"""Agents of every algorithm act as stable-baselines3's own loader has them act, though nothing of them is unpickled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from recipes import SMALL, TASK
from sb3_contrib import ARS, QRDQN, TRPO, RecurrentPPO
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.torch_layers import NatureCNN
from torch import nn

import goalgap
from goalgap.agents.algorithms import ALGORITHMS
from goalgap.agents.features import PatchFeatures, SmallCnn
from goalgap.agents.loading import AgentError, AgentPolicy, load_agent
from goalgap.agents.recipes import default_recipe
from goalgap.agents.wrapped import how_shown
from goalgap.envs.engine.task import Task
from goalgap.eval.play.rollout import rollout

PIXELS = goalgap.task("ColourShape", size=13, horizon=6)
FEW = {"buffer_size": 10}
BRANCHES = {"net_arch": {"pi": [8], "vf": [4, 4]}, "activation_fn": nn.ReLU}
PATCH = {"features_extractor_class": PatchFeatures, "features_extractor_kwargs": {"patch": 3, "far": 3, "hidden": (8,)}}
NATURE = {"features_extractor_class": NatureCNN, "features_extractor_kwargs": {"features_dim": 8}}
MEMORY = {"lstm_hidden_size": 8, "n_lstm_layers": 2}


def of(kind: Any, policy: str = "MlpPolicy", task: Task = TASK, **options: Any) -> Callable[[], BaseAlgorithm]:
    return lambda: kind(policy, goalgap.vec_env(task, 2), device="cpu", seed=0, **options)


def recipe(algorithm: str, task: Task = TASK, **changes: Any) -> Callable[[], BaseAlgorithm]:
    made = default_recipe(task, algorithm, **changes) if changes else SMALL[algorithm]
    return lambda: made.build(task, 0)


MODELS: dict[str, Callable[[], BaseAlgorithm]] = {
    "PPO": of(PPO, policy_kwargs=BRANCHES, learning_rate=lambda left: left * 1e-3),
    "PPO, plain": of(PPO),
    "PPO, unshared": of(PPO, policy_kwargs=PATCH | {"share_features_extractor": False}),
    "PPO, convolutions": of(PPO, policy_kwargs={"features_extractor_class": SmallCnn}),
    "PPO, images": of(PPO, "CnnPolicy", PIXELS),
    "PPO, recipe": recipe("PPO"),
    "PPO, pixels": recipe("PPO", PIXELS, patch=3, far=3, hidden=(8,)),
    "A2C": of(A2C, use_rms_prop=True),
    "TRPO": of(TRPO, policy_kwargs={"net_arch": []}),
    "DQN": of(DQN, policy_kwargs=PATCH, **FEW),
    "DQN, images": of(DQN, "CnnPolicy", PIXELS, policy_kwargs=NATURE, **FEW),
    "QRDQN": of(QRDQN, policy_kwargs={"n_quantiles": 5, "net_arch": [8]}, **FEW),
    "QRDQN, images": of(QRDQN, "CnnPolicy", PIXELS, policy_kwargs=NATURE | {"n_quantiles": 5}, **FEW),
    "RecurrentPPO": of(RecurrentPPO, "MlpLstmPolicy", policy_kwargs=MEMORY | {"enable_critic_lstm": False}),
    "RecurrentPPO, images": of(RecurrentPPO, "CnnLstmPolicy", PIXELS, policy_kwargs=MEMORY | NATURE),
    "RecurrentPPO, recipe": recipe("RecurrentPPO"),
    "ARS": of(ARS, "LinearPolicy"),
    "ARS, layers": of(ARS, policy_kwargs={"net_arch": [8], "activation_fn": nn.Tanh}),
    "ARS, recipe": recipe("ARS"),
    "ARS, pixels": recipe("ARS", PIXELS, patch=3, far=3),
}


@pytest.mark.parametrize("name", MODELS)
def test_loaded_agents_act_as_those_that_stable_baselines3_loads(name: str, tmp_path: Path) -> None:
    model, algorithm, file = MODELS[name](), name.partition(",")[0], tmp_path / "agent.zip"
    task = PIXELS if name.endswith(("images", "pixels")) else TASK
    with torch.no_grad():
        for weights in model.policy.parameters():  # as if it had learned something: some begin at zero
            weights.normal_(0, weights.shape[-1] ** -0.5, generator=torch.Generator().manual_seed(weights.numel()))
    model.save(file)
    unpickled = (ARS if algorithm == "ARS" else type(model)).load(file, device="cpu")
    shown = how_shown(unpickled.observation_space, task.observation_space)
    assert shown is not None
    for sampled in (True, False):
        loaded = replace(load_agent(file, task, sampled=sampled, algorithm=algorithm), rows=4)
        other = AgentPolicy(loaded.name, unpickled, sampled, rows=4, shown=shown)
        first, second = (rollout(task, each, range(4)).table for each in (loaded, other))
        assert first.equals(second)
    assert loaded.run_fields["details"]["weights"] == other.run_fields["details"]["weights"]


def test_every_algorithm_is_among_them() -> None:
    assert {name.partition(",")[0] for name in MODELS} == set(ALGORITHMS)


def test_a_loaded_model_can_be_saved_and_loaded_again(tmp_path: Path) -> None:
    MODELS["PPO, unshared"]().save(tmp_path / "first.zip")
    model = load_agent(tmp_path / "first.zip", TASK).model
    model.save(tmp_path / "second.zip")
    again, weights = load_agent(tmp_path / "second.zip", TASK).model, model.policy.state_dict()
    assert all(value.equal(weights[name]) for name, value in again.policy.state_dict().items())


def test_an_agent_of_another_algorithm_is_told_which_it_may_be(tmp_path: Path) -> None:
    MODELS["DQN"]().save(tmp_path / "mine.zip")
    with pytest.raises(
        AgentError, match=r"'DQNPolicy'.*such agents have one of ARSPolicy.*--algorithm says which it is"
    ):
        load_agent(tmp_path / "mine.zip", TASK, algorithm="ARS")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large.zip").open("wb") as file:
        file.truncate(2**28 + 1)
    with pytest.raises(AgentError, match="too large for an agent: 256 MiB are allowed"):
        load_agent(tmp_path / "large.zip", TASK)
