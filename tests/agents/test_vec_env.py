"""The stable-baselines3 face: the same games as a DummyVecEnv over single environments, step by step."""

from __future__ import annotations

from types import SimpleNamespace

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from helpers import own
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.callbacks import BaseCallback, EvalCallback
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor, VecNormalize

import goalgap
from goalgap.agents.streams import stream_seeds
from goalgap.agents.vec_env import GoalGapVecEnv
from goalgap.envs import ids
from goalgap.envs.engine.kernels.rng import GOLDEN, level_seed, mix
from goalgap.envs.engine.levels import draw_levels
from goalgap.terms import SPLITS

GAMES = 5


def pair(name, split, **arguments):
    """Our face and stable-baselines3's own over single environments, both monitored."""
    registered = ids(goalgap.SUITE[name])[split]
    ours = GoalGapVecEnv(goalgap.task(name, split=split, **arguments), GAMES)
    theirs = DummyVecEnv([lambda: Monitor(gymnasium.make(registered, **arguments)) for _ in range(GAMES)])
    return ours, theirs


def seed_alike(ours, theirs, seed):
    """Seed our face, and the single environments with what it says that they are to be given."""
    theirs._seeds = list(ours.seed(seed))


def assert_same_infos(ours, theirs):
    """Ours tell what came of an episode at its end, and spare the time before."""
    for mine, other in zip(ours, theirs, strict=True):
        if "episode" not in mine:
            assert set(other.pop("returns")) == set(other["goals"])
            assert not other.pop("is_success")
        assert mine.keys() == other.keys()
        np.testing.assert_array_equal(mine.pop("terminal_observation", 0), other.pop("terminal_observation", 0))
        assert {**mine.pop("episode", {}), "t": 0} == {**other.pop("episode", {}), "t": 0}
        assert mine == other


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", goalgap.SUITE)
def test_agrees_with_dummy_vec_env_step_by_step(name, split):
    horizon = max(23, getattr(own(name), "BRIEF", 0))
    ours, theirs = pair(name, split, horizon=horizon)
    seed_alike(ours, theirs, 7)
    np.testing.assert_array_equal(ours.reset(), theirs.reset())
    assert_same_infos(ours.reset_infos, [dict(info) for info in theirs.reset_infos])
    rng, ends = np.random.default_rng(0), 0
    for _ in range(max(120, 3 * horizon)):
        actions = rng.integers(0, ours.action_space.n, GAMES)
        (obs, rewards, dones, infos), expected = ours.step(actions), theirs.step(actions)
        np.testing.assert_array_equal(obs, expected[0])
        np.testing.assert_array_equal(rewards, expected[1])
        np.testing.assert_array_equal(dones, expected[2])
        assert (obs.dtype, rewards.dtype, dones.dtype) == tuple(each.dtype for each in expected[:3])
        assert_same_infos(infos, expected[3])
        assert_same_infos(ours.reset_infos, [dict(info) for info in theirs.reset_infos])
        ends += dones.sum()
    assert ends > GAMES


def test_truncated_and_terminated_ends_are_told_apart():
    env = GoalGapVecEnv(goalgap.task("CheeseCorner", size=5, horizon=9), 64)
    env.seed(0)
    env.reset()
    rng, seen = np.random.default_rng(0), set()
    for _ in range(30):
        _, rewards, dones, infos = env.step(rng.integers(0, 4, 64))
        for i in np.flatnonzero(dones):
            assert infos[i]["TimeLimit.truncated"] == (rewards[i] == 0)
            assert infos[i]["terminal_observation"].shape == (7, 7, 3)
            seen.add(infos[i]["TimeLimit.truncated"])
        assert not any("terminal_observation" in infos[i] for i in np.flatnonzero(~dones))
    assert seen == {True, False}


def test_seeds_and_options_apply_to_the_next_reset_only():
    ours, theirs = pair("CheeseCorner", "deploy")
    seed_alike(ours, theirs, 3)
    for env in (ours, theirs):
        env.set_options([{"level_seed": 11}, {}, {"level_seed": 12}, {}, {}])
    for _ in range(3):
        np.testing.assert_array_equal(ours.reset(), theirs.reset())
        assert_same_infos(ours.reset_infos, theirs.reset_infos)
    ours.set_options({"levelseed": 1})
    with pytest.raises(ValueError, match="level_seed"):
        ours.reset()


def test_a_game_is_played_again_by_the_single_environment():
    env = GoalGapVecEnv(goalgap.task("CheeseCorner"), 6)
    env.seed(5)
    obs = env.reset()
    for games in (4, 6):
        again, _ = gymnasium.make("goalgap/CheeseCorner-v0").reset(seed=stream_seeds(5, games)[3])
        np.testing.assert_array_equal(obs[3], again)


def test_no_two_games_of_the_first_hundred_seeds_share_a_level():
    """A game's levels are numbered words of one sequence of 2^64, from a place on that its seed decides."""
    streams = np.array([stream_seeds(seed, 256) for seed in range(100)], np.uint64).flatten()
    assert len(np.unique(streams)) == 25_600
    places = np.sort(mix(streams + GOLDEN) * np.uint64(pow(int(GOLDEN), -1, 2**64)))
    assert np.diff(places, append=places[:1]).min() > 10**9  # levels of one game before the first of another
    levels = np.concatenate([level_seed(streams, np.array([episode])) for episode in range(40)])
    assert len(np.unique(levels)) == 40 * 25_600


def test_neighbouring_seeds_share_no_level_and_fresh_ones_are_drawn():
    env, seen = GoalGapVecEnv(goalgap.task("CheeseCorner", horizon=1), 64), set()
    for seed in (0, 1, 2, None, None):
        env.seed(seed)
        env.reset()
        for _ in range(3):
            seen |= {info["level_seed"] for info in env.reset_infos}
            env.step(np.zeros(64, np.int64))
    assert len(seen) == 5 * 3 * 64


@pytest.mark.parametrize("kind", [PPO, A2C, DQN])
def test_neighbouring_seeds_of_a_users_own_script_share_no_level(kind):
    """However stable-baselines3 is told the seed, and also through its wrappers; by itself it would share 15 of 16."""
    task, seen = goalgap.task("CheeseCorner", horizon=4), []
    few = {"learning_starts": 8, "buffer_size": 100} if kind is DQN else {"n_steps": 8}

    def play(model):
        started = Started()
        model.learn(128, started)
        seen.append(started.levels)

    for seed in (0, 1):
        games = VecNormalize(VecMonitor(goalgap.vec_env(task, 16)), norm_reward=False)
        play(kind("MlpPolicy", games, seed=seed, device="cpu", **few))
    model = kind("MlpPolicy", goalgap.vec_env(task, 16), device="cpu", **few)
    model.set_random_seed(2)
    play(model)
    assert all(len(levels) >= 32 for levels in seen)
    assert len(set().union(*seen)) == sum(map(len, seen))


class Started(BaseCallback):
    """Which levels were played, by their seeds."""

    def _on_training_start(self):
        self.levels = {info["level_seed"] for info in self.training_env.unwrapped.reset_infos}

    def _on_step(self):
        self.levels |= {info["level_seed"] for info in self.locals["infos"]}
        return True


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(ValueError, match=r"a seed is an integer in 0 \.\. 2\^63-1"):
        GoalGapVecEnv(goalgap.task("CheeseCorner"), 2).seed(seed)


def test_unseeded_games_differ_from_run_to_run():
    envs = [GoalGapVecEnv(goalgap.task("CheeseCorner"), 4) for _ in range(2)]
    for env in envs:
        env.reset()
    seeds = {info["level_seed"] for env in envs for info in env.reset_infos}
    assert len(seeds) == 8


def test_the_reward_is_the_one_asked_for():
    env = GoalGapVecEnv(goalgap.task("CheeseCorner", split="deploy", reward="corner", size=5), 32)
    env.seed(0)
    env.reset()
    rng, earned = np.random.default_rng(1), 0.0
    for _ in range(60):
        _, rewards, _, infos = env.step(rng.integers(0, 4, 32))
        assert rewards.tolist() == [info["goals"]["corner"] for info in infos]
        earned += rewards.sum()
    assert earned > 0


def test_nothing_returned_changes_later():
    env = GoalGapVecEnv(goalgap.task("CheeseCorner", size=5, horizon=4), 8)
    env.seed(0)
    obs = env.reset()
    kept, rng = [(obs, obs.copy())], np.random.default_rng(0)
    for _ in range(20):
        obs, rewards, dones, infos = env.step(rng.integers(0, 4, 8))
        kept += [(each, each.copy()) for each in (obs, rewards, dones)]
        last = [info["terminal_observation"] for info in infos if "episode" in info]
        kept += [(each, each.copy()) for each in last]
        infos[0]["goals"].clear()
        infos[1].clear()
    for array, copy in kept:
        np.testing.assert_array_equal(array, copy)


def test_attributes_and_methods():
    env = GoalGapVecEnv(goalgap.task("CheeseCorner"), 3, render_mode="rgb_array")
    env.seed(0)
    env.reset()
    assert env.get_attr("render_mode") == ["rgb_array"] * 3
    assert env.get_attr("task", 1) == [env.task]
    assert not env.has_attr("action_masks")
    assert [image.shape[2] for image in env.get_images()] == [3, 3, 3]
    np.testing.assert_array_equal(env.env_method("render", indices=[2])[0], env.get_images()[2])
    env.set_attr("note", "x")
    assert env.get_attr("note") == ["x"] * 3
    assert env.env_is_wrapped(Monitor) == [True] * 3
    assert env.env_is_wrapped(gymnasium.wrappers.TimeLimit, [0]) == [False]
    with pytest.raises(AttributeError, match="no method 'fly', only render"):
        env.env_method("fly")
    with pytest.raises(ValueError, match="for all of them"):
        env.set_attr("note", "y", 0)
    with pytest.raises(ValueError, match="fixed"):
        env.set_attr("task", None)


@pytest.mark.parametrize(
    ("actions", "told"),
    [
        (np.array([0.0, 1.0, 2.0]), "not float64 of shape"),
        (np.array([0.9, 1.2, 2.7], np.float32), "not float32 of shape"),
        (np.array([True, False, True]), "not bool of shape"),
        (np.array([0, 1]), r"actions are 3 integers, one a game, not int64 of shape \(2,\)"),
        (np.array([0, 1, 4]), "CheeseCorner has no action 4"),
        (np.array([0, 1, -1]), "CheeseCorner has no action -1"),
    ],
)
def test_actions_that_do_not_exist_are_refused_and_no_game_moves(actions, told):
    env = GoalGapVecEnv(goalgap.task("CheeseCorner"), 3)
    env.seed(0)
    before = env.reset()
    with pytest.raises(ValueError, match=told):
        env.step(actions)
    np.testing.assert_array_equal(env.batch.observe(), before)
    assert not env.batch.states["t"].any()


def test_some_games_are_observed_as_all_are():
    env = GoalGapVecEnv(goalgap.task("Probation"), 6)
    env.seed(0)
    env.reset()
    env.step(np.arange(6) % 4)
    where = np.array([4, 1])
    np.testing.assert_array_equal(env.batch.observe(where), env.batch.observe()[where])
    assert env.batch.observe(where[:0]).shape == (0, *env.observation_space.shape)


def test_bad_arguments_are_named():
    task = goalgap.task("CheeseCorner")
    with pytest.raises(ValueError, match="n_envs"):
        GoalGapVecEnv(task, 0)
    with pytest.raises(ValueError, match="rgb_array"):
        GoalGapVecEnv(task, 1, render_mode="human")
    silent = SimpleNamespace(next_levels=len)
    for sampler in (5, silent, Replaying):
        with pytest.raises(TypeError, match=r"has the methods next_levels\(n\), .* and tell\(results\), unlike"):
            GoalGapVecEnv(task, 1, sampler=sampler)


def test_stable_baselines3_tools_accept_it():
    class Up:
        def predict(self, obs, state=None, episode_start=None, deterministic=True):
            return np.zeros(len(obs), np.int64), state

    env = GoalGapVecEnv(goalgap.task("CheeseCorner", horizon=12), 4)
    env.seed(0)
    returns, lengths = evaluate_policy(Up(), env, n_eval_episodes=8, return_episode_rewards=True)
    assert len(returns) == 8
    assert max(lengths) <= 12
    with pytest.warns(UserWarning, match="already wrapped"):
        VecMonitor(env)


class Replaying:
    """A curriculum of one level: it is given again and again, and what came of it is kept."""

    def __init__(self, task):
        self.level, self.told = draw_levels(task, [7]), []

    def next_levels(self, n):
        return self.level.repeat(n)

    def tell(self, results):
        self.told += zip(results.levels["seed"].tolist(), results.truncated.tolist(), strict=True)


def test_a_sampler_chooses_what_training_plays_and_hears_how_it_ended():
    task = goalgap.task("CheeseCorner", horizon=12)
    sampler = Replaying(task)
    env = goalgap.vec_env(task, 4, sampler=sampler)
    env.reset()
    ends = 0
    for _ in range(30):
        _, _, dones, infos = env.step(np.zeros(4, np.int64))
        ends += int(dones.sum())
        assert {info["level_seed"] for info in infos} == {7}
    assert ends == len(sampler.told) == 8
    assert set(sampler.told) == {(7, True)}


def test_nothing_is_played_before_the_first_reset():
    env = GoalGapVecEnv(goalgap.task("CheeseCorner"), 3)
    env.seed(0)
    with pytest.raises(ResetNeeded, match=r"call reset\(\) first"):
        env.step(np.zeros(3, np.int64))
    env.reset()
    env.step(np.zeros(3, np.int64))


def test_what_a_single_environment_is_asked_for_can_be_asked_here():
    env = goalgap.vec_env(goalgap.task("CheeseCorner", split="deploy", size=5), 3, render_mode="rgb_array")
    env.reset()
    assert env.metadata["render_fps"] == gymnasium.make("goalgap/CheeseCorner-v0").metadata["render_fps"] == 8
    for spec in env.get_attr("spec"):
        assert spec.make().unwrapped.task == env.task
        assert spec.max_episode_steps == 40
    assert env.env_method("get_wrapper_attr", "task", indices=[0, 2]) == [env.task] * 2
    assert env.env_method("has_wrapper_attr", "action_masks") == [False] * 3
    env.env_method("set_wrapper_attr", "note", "x")
    assert env.get_attr("note") == ["x"] * 3
    assert env.env_method("get_keys_to_action")[0] == env.spec.make().unwrapped.get_keys_to_action()
    with pytest.raises(AttributeError, match=r"no method 'step', only render, .* by the methods of this VecEnv itself"):
        env.env_method("step", 0)


def test_success_is_logged_by_stable_baselines3():
    """Of the oracle's episodes all, of others' none, and nothing where it is not judged."""
    task, rates = goalgap.task("KeysAndChests", split="deploy", **own("KeysAndChests").SMALL), {}
    for goal in ("chests", "keys"):
        env = GoalGapVecEnv(task, 16)
        env.seed(0)
        env.reset()
        ended = {}
        while len(ended) < 16:
            _, _, dones, infos = env.step(env.batch.best_actions(task.channels.index(goal)))
            ended |= {i: infos[i]["is_success"] for i in np.flatnonzero(dones).tolist() if i not in ended}
        rates[goal] = np.mean(list(ended.values()))
    assert rates["chests"] == 1
    assert rates["keys"] < 0.5
    env = GoalGapVecEnv(task, 2, judged=False)
    env.reset()
    assert not any("is_success" in info for info in env.step(np.zeros(2, np.int64))[3])
    model = PPO("MlpPolicy", GoalGapVecEnv(goalgap.task("CheeseCorner", horizon=4), 8), n_steps=8, batch_size=64)
    model.learn(
        64, callback=EvalCallback(goalgap.vec_env("CheeseCorner", 4), n_eval_episodes=4, eval_freq=8, verbose=0)
    )
    assert 0 <= model.logger.name_to_value["eval/success_rate"] <= 1
