"""How fast it is, through public faces only, fresh levels included: `make bench`.

Steps are counted on one core in processor time, so that other programs disturb little. Numbers of one
run can be compared with each other, and those of different machines cannot: hence the ratios. Tests
fail on ratios alone; the other numbers stand in the table at the end beside what is asked for.
"""

from __future__ import annotations

import time

import gymnasium
import numpy as np
import pytest
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv

import goalgap
from goalgap import SUITE
from goalgap.agents.vec_env import GoalGapVecEnv
from goalgap.envs import ids

ID, SIZE, GAMES, STEPS = "goalgap/CheeseCorner-v0", 13, 1024, 300
SPEED: dict[str, float] = {}

pytestmark = pytest.mark.benchmark(timer=time.process_time, warmup=False)


def measure(benchmark, play, begin, steps, rounds=7):
    """Steps a second, of the best round; each round begins anew."""
    benchmark.pedantic(play, setup=begin, rounds=rounds, warmup_rounds=1)
    return steps / benchmark.stats.stats.min


def playing(env, tape):
    def play():
        for actions in tape:
            env.step(actions)

    return play


def make_vec(mode):
    return gymnasium.make_vec(ID, num_envs=GAMES, size=SIZE, autoreset_mode=mode)


def tape_of_the_oracle(env):
    """The actions of a perfect agent, recorded first so that planning is not timed."""
    env.reset(seed=0)
    tape = []
    for _ in range(STEPS):
        tape.append(env.batch.best_actions(0))
        env.step(tape[-1])
    return tape


def test_random_play(benchmark, report):
    env = make_vec("NextStep")
    tape = list(np.random.default_rng(0).integers(0, 4, (STEPS, GAMES)))
    SPEED["random"] = measure(benchmark, playing(env, tape), lambda: env.reset(seed=0) and None, GAMES * STEPS)
    report(f"VectorEnv, {GAMES} games of 13x13, random play", f"{SPEED['random']:,.0f}/s", "10,000,000/s")


@pytest.mark.parametrize("split", ["train", "deploy"])
@pytest.mark.parametrize("name", SUITE)
def test_random_play_of_every_environment(benchmark, report, name, split):
    """By default arguments; on deployment levels each must be proved to tell the goals apart."""
    env = gymnasium.make_vec(ids(SUITE[name])[split], num_envs=GAMES)
    tape = list(np.random.default_rng(0).integers(0, len(SUITE[name].actions), (100, GAMES)))
    speed = measure(benchmark, playing(env, tape), lambda: env.reset(seed=0) and None, GAMES * 100, rounds=3)
    report(f"{name}, {split}, {GAMES} games, random play", f"{speed:,.0f}/s", "2,000,000/s" if split == "train" else "")


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_play_of_a_trained_agent(benchmark, report, mode):
    """Its episodes are short, so that drawing fresh levels takes a larger part."""
    env = make_vec(mode)
    tape = tape_of_the_oracle(env)
    env.reset(seed=0)
    ends = sum((env.step(actions)[2]).sum() for actions in tape)
    speed = SPEED[mode] = measure(benchmark, playing(env, tape), lambda: env.reset(seed=0) and None, GAMES * STEPS)
    report(
        f"the same, perfect play, {mode}: episodes of {GAMES * STEPS / ends:.1f} steps",
        f"{speed:,.0f}/s",
        "1,500,000/s",
    )


def test_a_single_game(benchmark, report):
    env = gymnasium.make(ID, size=SIZE)
    actions = np.random.default_rng(0).integers(0, 4, 20_000).tolist()

    def play():
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()

    speed = measure(benchmark, play, lambda: env.reset(seed=0) and None, len(actions), rounds=5)
    report("gymnasium.make, one game of 13x13, random play", f"{speed:,.0f}/s", "60,000/s")
    if "random" in SPEED:
        report("VectorEnv in relation to that", f"{SPEED['random'] / speed:.0f} x")
        assert SPEED["random"] > 20 * speed


def frames_per_second(benchmark, env, frames):
    """PPO with a multilayer perceptron, updates of the network included."""
    batch = min(2048, 32 * env.num_envs)
    settings = {"n_steps": 32, "n_epochs": 3, "batch_size": batch, "seed": 0, "device": "cpu"}
    agent = PPO("MlpPolicy", env, **settings)
    benchmark.pedantic(agent.learn, (frames,), rounds=3, warmup_rounds=1)
    return frames / benchmark.stats.stats.min


def test_ppo_over_our_vec_env(benchmark, report):
    torch.set_num_threads(1)
    SPEED["ours"] = frames_per_second(benchmark, GoalGapVecEnv(goalgap.task("CheeseCorner"), 256), 32 * 256 * 4)
    report("PPO, 256 games of 9x9 in our VecEnv", f"{SPEED['ours']:,.0f}/s")


def test_ppo_over_single_games(benchmark, report):
    torch.set_num_threads(1)
    env = DummyVecEnv([lambda: Monitor(gymnasium.make(ID))] * 8)
    speed = frames_per_second(benchmark, env, 32 * 8 * 12)
    report("PPO, 8 single games in a DummyVecEnv", f"{speed:,.0f}/s")
    if "ours" in SPEED:
        report("our VecEnv in relation to that", f"{SPEED['ours'] / speed:.1f} x", "10 x")
        assert SPEED["ours"] > 4 * speed
