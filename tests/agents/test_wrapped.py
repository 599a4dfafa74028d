"""Agents that were trained under wrappers are shown what these made of observations, where their spaces tell."""

from __future__ import annotations

from types import SimpleNamespace

import gymnasium
import numpy as np
import pytest
from commands import goalgap as command
from gymnasium.spaces import Box, Discrete, flatten_space
from gymnasium.wrappers import FlattenObservation
from stable_baselines3 import PPO
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnvWrapper, VecFrameStack, VecNormalize, VecTransposeImage

import goalgap
from goalgap.agents.loading import AgentError, load_agent
from goalgap.agents.wrapped import PLAIN, Shown, how_shown
from goalgap.envs.engine.batch import Batch

TASK = goalgap.task("CheeseCorner", size=5)
TINY = {"n_steps": 16, "batch_size": 16, "n_epochs": 1, "seed": 0, "policy_kwargs": {"net_arch": [8]}}


def flattened():
    make = lambda: FlattenObservation(gymnasium.make("goalgap/CheeseCorner-v0", size=5))  # noqa: E731
    return DummyVecEnv([make] * 2)


def stacked(task=TASK, frames=4):
    return VecFrameStack(goalgap.vec_env(task, n_envs=8), frames)


@pytest.fixture(scope="module", params=[flattened, stacked], ids=["flattened", "stacked"])
def trained(request, tmp_path_factory):
    """A model, its games, and its zip."""
    games, file = request.param(), tmp_path_factory.mktemp("agents") / "mine.zip"
    model = PPO("MlpPolicy", games, **TINY).learn(32)
    model.save(file)
    return model, games, file


def test_stacks_are_what_stable_baselines3_stacks():
    """Over many episodes, each of which begins with nothing before it."""
    games, rng = stacked(), np.random.default_rng(0)
    shown, seen, past = Shown(frames=4), games.reset(), None
    starts, ended = np.ones(8, bool), 0
    for _ in range(150):
        told, past = shown(games.venv.batch.observe(), past, starts)
        np.testing.assert_array_equal(told, seen)
        seen, _, starts, _ = games.step(rng.integers(0, 4, 8))
        ended += starts.sum()
    assert ended > 8


def test_a_loaded_agent_does_what_its_model_does(trained):
    model, _, file = trained
    games, batch, state = stacked(), Batch.of(TASK, np.arange(8)), None
    policy, shown = load_agent(file, TASK, sampled=False), how_shown(model.observation_space, TASK.observation_space)
    past, starts, actions_taken = None, np.ones(8, bool), set()
    for _ in range(8):
        seen, past = shown(batch.observe(), past, starts)
        actions, state = policy(batch.observe(), state, starts)
        np.testing.assert_array_equal(actions, model.predict(seen, deterministic=True)[0])
        batch.step(actions)
        starts[:] = False
        actions_taken |= set(actions.tolist())
    assert seen.shape == (8, *model.observation_space.shape) != games.venv.observation_space.shape
    assert policy.run_fields["details"]["observations"] == str(shown)


def test_such_agents_are_evaluated_as_zips_as_models_and_on_the_command_line(trained, tmp_path):
    model, _, file = trained
    from_zip, from_memory = goalgap.evaluate(TASK, file, levels=8), goalgap.evaluate(TASK, model, levels=8)
    assert from_zip.table["actions"].equals(from_memory.table["actions"])
    told = ["--size", 5, "--alpha", 0, "--reward", "cheese", "--levels", 8, "--out", tmp_path / "out"]
    assert command("eval", "CheeseCorner", file, *told) == 0


def test_normalized_observations_of_flattened_ones_are_seen_by_a_model_in_memory():
    model = PPO("MlpPolicy", VecNormalize(flattened(), norm_reward=False), **TINY).learn(32)
    assert len(goalgap.evaluate(TASK, model, levels=8).table) == 24


@pytest.mark.parametrize("frames", [1, 2])
def test_pictures_are_shown_with_their_channels_first_as_in_training(frames, tmp_path):
    """Two frames of pictures have as many channels as a grid of Probation has layers, and are no such grid."""
    task = goalgap.task("ColourShape")
    model = PPO("MlpPolicy", stacked(task, frames) if frames > 1 else goalgap.vec_env(task, 8), **TINY).learn(32)
    model.save(tmp_path / "mine.zip")
    policy, state, batch = load_agent(tmp_path / "mine.zip", task, sampled=False), None, Batch.of(task, np.arange(8))
    assert policy.shown == how_shown(VecTransposeImage.transpose_space(shown_by(model)), task.observation_space)
    assert policy.shown == Shown(frames=frames)
    seen, starts = np.zeros((8, 33, 33, 3 * frames), np.uint8), np.ones(8, bool)
    for _ in range(5):
        seen = np.concatenate([seen[..., 3:], batch.observe()], axis=-1)
        actions, state = policy(batch.observe(), state, starts)
        np.testing.assert_array_equal(actions, model.predict(seen, deterministic=True)[0])
        batch.step(actions)
        starts[:] = False
    from_zip, from_memory = (goalgap.evaluate(task, agent, levels=8) for agent in (tmp_path / "mine.zip", model))
    assert from_zip.table["actions"].equals(from_memory.table["actions"])


def shown_by(model):
    """The space of what stable-baselines3 transposes for a model."""
    return model.env.venv.observation_space


def test_spaces_tell_how_observations_are_shown(name):
    ours = goalgap.task(name).observation_space
    assert how_shown(ours, ours) == PLAIN
    assert how_shown(flatten_space(ours), ours) == (PLAIN if len(ours.shape) == 1 else Shown(flat=True))
    other = Box(0, 1, (ours.shape[0] + 1, *ours.shape[1:]), np.uint8)
    stack = VecFrameStack(goalgap.vec_env(name), 7).observation_space
    assert how_shown(stack, ours) == (None if len(ours.shape) == 1 else Shown(frames=7))
    assert how_shown(other, ours) is how_shown(flatten_space(stack), ours) is None


def test_where_a_space_does_not_tell_an_error_says_what_to_do(tmp_path):
    """Two frames of CheeseCorner have the layers of one of Probation."""
    PPO("MlpPolicy", stacked(frames=2), **TINY).save(tmp_path / "two.zip")
    with pytest.raises(AgentError, match=r"\(7, 7, 6\).*VecFrameStack.*callable \(obs, state, episode_start\)"):
        load_agent(tmp_path / "two.zip", TASK)


class Centred(VecEnvWrapper):
    """Shows -1 and 1 in place of 0 and 1."""

    def __init__(self, games):
        super().__init__(games)
        self.observation_space = Box(-1, 1, games.observation_space.shape, np.float32)

    def reset(self):
        return 2.0 * self.venv.reset() - 1

    def step_wait(self):
        obs, *told = self.venv.step_wait()
        return 2.0 * obs - 1, *told


def refused(model, told):
    """By an evaluation and while it learns, before anything is played."""
    for plays in (
        lambda: goalgap.evaluate(TASK, model, levels=4),
        lambda: model.learn(32, goalgap.GoalCallback(TASK, levels=4)),
    ):
        with pytest.raises(ValueError, match=told):
            plays()


def test_a_model_in_memory_is_refused_where_it_is_not_known_what_it_was_shown():
    """It played on other observations than it had learned from, and had a verdict."""
    refused(PPO("MlpPolicy", Centred(goalgap.vec_env(TASK, 4)), **TINY), "Centred changes observations in a way")
    refused(PPO("MlpPolicy", goalgap.vec_env("CheeseCorner", 4), **TINY), "name the task that it is trained on")
    refused(PPO("MlpPolicy", stacked(frames=2), **TINY), r"\(7, 7, 6\).*more layers than any environment has")
    refused(PPO("MlpPolicy", goalgap.vec_env("IrishElk", 4), **TINY), "actions")


class Shielded(PPO):
    def predict(self, *given, **named):
        return np.zeros_like(super().predict(*given, **named)[0]), None


class Shield(ActorCriticPolicy):
    def predict(self, *given, **named):
        return np.zeros_like(super().predict(*given, **named)[0]), None


def test_a_model_that_predicts_in_a_way_of_its_own_is_not_evaluated_by_its_network():
    """What was played under its name was not what it does."""
    refused(Shielded("MlpPolicy", goalgap.vec_env(TASK, 4), **TINY), "Shielded predicts in a way of its own")
    refused(PPO(Shield, goalgap.vec_env(TASK, 4), **TINY), "Shield predicts in a way of its own")
    model = PPO("MlpPolicy", goalgap.vec_env(TASK, 4), **TINY)
    alike = SimpleNamespace(predict=model.predict, observation_space=TASK.observation_space, action_space=Discrete(4))
    with pytest.raises(ValueError, match=r"SimpleNamespace predicts .* evaluate a callable \(obs, state"):
        goalgap.evaluate(TASK, alike, levels=4)
