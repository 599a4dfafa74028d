"""Training in sight: what is recorded is what a report says, and training stays as it is, to the bit."""

from __future__ import annotations

import csv
import random
from itertools import pairwise

import gymnasium
import numpy as np
import pytest
import torch
from recipes import SMALL, TASK
from sb3_contrib import ARS, RecurrentPPO
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.logger import configure
from stable_baselines3.common.torch_layers import FlattenExtractor
from stable_baselines3.common.vec_env import DummyVecEnv, VecFrameStack, VecMonitor, VecNormalize

import goalgap
from goalgap.agents.acting import AgentPolicy
from goalgap.agents.sight import GoalCallback, undisturbed
from goalgap.eval.play.rollout import rollout
from goalgap.eval.report import Report
from goalgap.eval.table.episodes import Episodes
from goalgap.terms import SPLITS


class Noisy(FlattenExtractor):
    """Draws from every global generator whenever it looks, and from torch's once more while it learns."""

    def forward(self, observations):
        seen = super().forward(observations)
        noise = torch.rand(1) + random.random() + np.random.random()  # noqa: NPY002, S311
        return torch.nn.functional.dropout(seen + 0.01 * noise, 0.1, self.training)


def dummy(games=2):
    return DummyVecEnv([lambda: gymnasium.make("goalgap/CheeseCorner-v0", size=5)] * games)


def normalized():
    return VecNormalize(VecMonitor(dummy()))


SHORT = {"n_steps": 16, "batch_size": 32, "n_epochs": 2, "seed": 0, "device": "cpu"}
MODELS = {
    "PPO": lambda: PPO("MlpPolicy", goalgap.vec_env(TASK, 8), **SHORT),
    "PPO, noisy": lambda: PPO(
        "MlpPolicy", dummy(), policy_kwargs={"features_extractor_class": Noisy, "net_arch": [8]}, **SHORT
    ),
    "PPO, normalized": lambda: PPO("MlpPolicy", normalized(), **SHORT),
    "A2C": lambda: A2C("MlpPolicy", goalgap.vec_env(TASK, 8), seed=0, device="cpu"),
    "DQN": lambda: DQN("MlpPolicy", dummy(), learning_starts=20, buffer_size=200, seed=0, device="cpu"),
    "RecurrentPPO": lambda: RecurrentPPO(
        "MlpLstmPolicy", goalgap.vec_env(TASK, 8), policy_kwargs={"lstm_hidden_size": 8, "net_arch": [8]}, **SHORT
    ),
    "ARS": lambda: ARS("LinearPolicy", normalized(), n_delta=2, n_top=1, seed=0, device="cpu"),
    "our ARS": lambda: SMALL["ARS"].build(TASK, 0),
}
STEPS = {"our ARS": 4000}


@pytest.mark.parametrize("name", MODELS)
def test_training_is_the_same_with_it_and_without(name, tmp_path):
    ends = []
    for callback in (None, GoalCallback(TASK, levels=6, every=150)):
        model = MODELS[name]()
        model.set_logger(configure(str(tmp_path), ["csv"]))
        model.learn(STEPS.get(name, 400), callback)
        norm = model.get_vec_normalize_env()
        ends.append(
            {**model.policy.state_dict(), "seen": torch.tensor(model.env.reset()), "next": torch.rand(3)}
            | ({"mean": torch.tensor(norm.obs_rms.mean)} if norm else {})
        )
    assert all(torch.equal(ends[0][part], ends[1][part]) for part in ends[0])
    steps = [int(row["time/total_timesteps"]) for row in recorded(tmp_path)]
    assert steps[0] == 0
    assert len(steps) >= 3
    assert all(early < late for early, late in pairwise(steps))
    assert steps[-1] == model.num_timesteps


def recorded(folder):
    """The rows that tell of goals."""
    with (folder / "progress.csv").open() as file:
        return [row for row in csv.DictReader(file) if row.get("goalgap/score_deploy")]


def test_what_is_recorded_is_what_a_report_says(tmp_path):
    task = goalgap.task("CheeseCorner", size=5, alpha=0.25, reward="corner")
    model = PPO("MlpPolicy", goalgap.vec_env(task, 8), **SHORT)
    model.set_logger(configure(str(tmp_path), ["csv"]))
    model.learn(500, GoalCallback(task, levels=40))
    seeds, policy = 1000 + np.arange(40), AgentPolicy("PPO", model, rows=40)
    played = goalgap.evaluate(task, policy, levels=1).runs[0]
    report = Report.of(Episodes.join(rollout(task.on(split), policy, seeds, run=played) for split in SPLITS))
    told = {
        name.removeprefix("goalgap/"): float(value)
        for name, value in recorded(tmp_path)[-1].items()
        if name.startswith("goalgap/")
    }
    expected = {f"score_{split}": report.main.score(split, "cheese").mean for split in SPLITS}
    expected |= {f"pursuit_{name}": report.main.pursuit(name).mean for name in ("cheese", "corner", "none")}
    expected |= {f"{name}_gap": report.main.gap(name).mean for name in report.gaps}
    assert "outer_gap" in expected
    assert told == pytest.approx(expected)


def test_a_normalized_model_is_shown_what_it_is_used_to():
    """And so it is by `goalgap.evaluate`, which is given the model with its games."""
    model = MODELS["PPO, normalized"]().learn(64)
    obs = np.stack([TASK.observation_space.sample() for _ in range(5)])
    with torch.no_grad():
        seen = model.policy.obs_to_tensor(model.env.normalize_obs(obs))[0]
        expected = model.policy.get_distribution(seen).distribution.logits
    logits, _ = AgentPolicy("PPO", model).network(obs, None, np.ones(5, bool))
    np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_what_cannot_be_shown_to_a_model_is_refused_before_it_learns():
    stacked = PPO("MlpPolicy", VecFrameStack(dummy(), 2), **SHORT)
    with pytest.raises(ValueError, match=r"name the task that it is trained on.*more layers than any"):
        stacked.learn(64, GoalCallback(TASK, levels=2))
    with pytest.raises(ValueError, match=r"name the task that it is trained on"):
        MODELS["PPO"]().learn(64, GoalCallback("CheeseCorner", levels=2))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"levels": 0}, "levels is a whole number"), ({"every": 0}, "every is a whole"), ({"share": 0}, r"in \(0, 1\]")],
)
def test_wrong_arguments_are_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        goalgap.GoalCallback("CheeseCorner", **wrong)
    with pytest.raises(ValueError, match="did you mean 'CheeseCorner'"):
        goalgap.GoalCallback("CheeseCornr")


def test_parts_of_a_network_keep_their_modes_and_generators_their_place():
    model = MODELS["PPO, noisy"]()
    model.policy.action_net.eval()
    model.policy.mlp_extractor.train()
    modes, after = [part.training for part in model.policy.modules()], torch.get_rng_state()
    with undisturbed(model):
        model.policy.set_training_mode(False)
        torch.rand(3)
    assert [part.training for part in model.policy.modules()] == modes
    assert torch.equal(torch.get_rng_state(), after)


def test_more_levels_than_are_played_at_once_are_played_in_parts():
    callback = GoalCallback(TASK, levels=300)
    assert [len(part) for part in callback.parts] == [256, 44]
    np.testing.assert_array_equal(np.concatenate(callback.parts), 1000 + np.arange(300))
