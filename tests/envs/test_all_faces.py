"""Every environment keeps the contracts of Gymnasium and stable-baselines3, under every id."""

from __future__ import annotations

import json
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from helpers import own, pickled
from stable_baselines3.common.env_checker import check_env as check_env_of_sb3

import goalgap
from goalgap import SUITE
from goalgap.envs import ids
from goalgap.envs.engine.faces.single import GoalGapEnv
from goalgap.envs.engine.faces.vector import GoalGapVectorEnv
from goalgap.terms import SPLITS

FOR_CNN_POLICIES_ONLY = ("It seems that your observation space  is an image", "The minimal resolution for an image is")


@pytest.fixture
def strict():
    """Every warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_stable_baselines3s_checker_accepts_it(env, strict):
    for advice in FOR_CNN_POLICIES_ONLY:
        warnings.filterwarnings("ignore", message=advice)
    check_env_of_sb3(env)
    check_env_of_sb3(env.unwrapped)


def test_every_id_is_registered_and_no_other():
    registered = {env_id for env_id in gymnasium.registry if env_id.startswith("goalgap/")}
    assert registered == {env_id for game in SUITE.values() for env_id in ids(game).values()}


def test_paired_ids_name_the_splits():
    game = SUITE["CheeseCorner"]
    assert list(ids(game)) == list(SPLITS)
    assert ids(game)["train"] == game.id == "goalgap/CheeseCorner-v0"
    assert ids(game)["control"] == "goalgap/CheeseCornerControl-v0"
    assert ids(game)["deploy"] == "goalgap/CheeseCornerDeploy-v0"


@pytest.mark.parametrize("prefix", ["", "goalgap:"])
def test_every_id_makes_its_environment(name, split, env_id, prefix, strict):
    single, vector = gymnasium.make(prefix + env_id), gymnasium.make_vec(prefix + env_id, num_envs=3)
    assert isinstance(single.unwrapped, GoalGapEnv)
    assert isinstance(vector, GoalGapVectorEnv)
    assert single.unwrapped.task == vector.task == goalgap.task(name, split=split) == goalgap.task(prefix + env_id)
    assert vector.single_observation_space == single.observation_space == goalgap.task(name).observation_space
    assert vector.observation_space.shape == (3, *single.observation_space.shape)
    assert vector.reset(seed=0)[0].shape == vector.observation_space.shape
    single.close()
    vector.close()


def test_arguments_pass_through_gymnasium(name, same):
    arguments = {**own(name).SMALL, "horizon": 40, "alpha": 0.25, "reward": SUITE[name].proxies[0].name}
    task = goalgap.task(name, **arguments)
    for env in (gymnasium.make(task.game.id, **arguments), gymnasium.make_vec(task.game.id, **arguments)):
        assert env.unwrapped.task == task
    assert task.arguments["horizon"] == 40
    assert task.channels[task.channel] == arguments["reward"]


def test_specs_are_plain_data(name, env_id):
    """So that another process, or a file, can make the very same environment."""
    arguments = {**own(name).SMALL, "horizon": 21}
    spec = gymnasium.make(env_id, **arguments).spec
    json.dumps(spec.kwargs)
    again = [pickled(spec).make(), EnvSpec.from_json(spec.to_json()).make()]
    for other in again:
        assert other.unwrapped.task == spec.make().unwrapped.task
        assert arguments.items() <= other.unwrapped.task.arguments.items()


def test_infos_tell_every_reward_and_event_and_nothing_else(env, name):
    names = list(SUITE[name].channels)
    _, info = env.reset(seed=0)
    assert info["goals"] == info["returns"] == dict.fromkeys(names, 0.0)
    over = False
    while True:
        assert list(info) == ["level_seed", "margin", "goals", "returns", "is_success"]
        assert list(info["goals"]) == list(info["returns"]) == names
        assert type(info["is_success"]) is bool
        if over:
            break
        assert not info["is_success"]
        _, _, terminated, truncated, info = env.step(env.action_space.sample())
        over = terminated or truncated


def test_the_reward_is_the_one_asked_for(name):
    """As the oracle of each reward that can be asked for plays, slipping now and then, until it has earned some."""
    game, rng = SUITE[name], np.random.default_rng(1)
    for channel, goal in enumerate(game.rewards):
        env, told = gymnasium.make(ids(game)["deploy"], reward=goal.name), []
        env.reset(seed=0)
        while len(told) < 100 or not any(told):
            best, slips = env.unwrapped.batch.best_actions(channel)[0], rng.random() < 0.1
            _, reward, terminated, truncated, info = env.step(rng.integers(0, len(game.actions)) if slips else best)
            assert reward == info["goals"][goal.name]
            told.append(reward)
            if terminated or truncated:
                env.reset()
