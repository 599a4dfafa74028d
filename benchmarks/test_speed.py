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
from goalgap.terms import SPLITS

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


def make_vec(mode="NextStep", games=GAMES):
    return gymnasium.make_vec(ID, num_envs=games, size=SIZE, autoreset_mode=mode)


def random_tape(env, steps, actions=4):
    return list(np.random.default_rng(0).integers(0, actions, (steps, env.num_envs)))


def vector_speed(benchmark, env, steps, rounds=5, actions=4):
    tape = random_tape(env, steps, actions)
    return measure(benchmark, playing(env, tape), lambda: env.reset(seed=0) and None, env.num_envs * steps, rounds)


def tape_of_the_oracle(env):
    """The actions of a perfect agent, recorded first so that planning is not timed."""
    env.reset(seed=0)
    tape = []
    for _ in range(STEPS):
        tape.append(env.batch.best_actions(0))
        env.step(tape[-1])
    return tape


def test_copying_observations(benchmark, report):
    """What NumPy needs to copy what a step hands out: no step can be faster."""
    env = make_vec()
    observations, _ = env.reset(seed=0)
    SPEED["copy"] = measure(benchmark, lambda: [observations.copy() for _ in range(STEPS)], lambda: None, GAMES * STEPS)
    report(f"NumPy's copy of the observations of {GAMES} games of 13x13", f"{SPEED['copy']:,.0f}/s")


def test_random_play(benchmark, report):
    SPEED["random"] = vector_speed(benchmark, make_vec(), STEPS, rounds=7)
    asked = min(20e6, 0.3 * SPEED["copy"])
    report(f"VectorEnv, {GAMES} games of 13x13", f"{SPEED['random']:,.0f}/s", f"{asked:,.0f}/s: 20 million or 30 %")
    report("  in relation to that copy", f"{100 * SPEED['random'] / SPEED['copy']:.0f} %", "30 %")
    assert SPEED["random"] > 0.15 * SPEED["copy"]


def test_random_play_of_few_games(benchmark, report):
    speed = vector_speed(benchmark, make_vec(games=64), 2000)
    report("VectorEnv, 64 games of 13x13", f"{speed:,.0f}/s", "3,000,000/s")


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", SUITE)
def test_random_play_of_every_environment(benchmark, report, name, split):
    """By default arguments; on deployment levels each must be proved to tell the goals apart."""
    env = gymnasium.make_vec(ids(SUITE[name])[split], num_envs=GAMES)
    speed = vector_speed(benchmark, env, 100, rounds=3, actions=len(SUITE[name].actions))
    report(f"{name}, {split}, {GAMES} games", f"{speed:,.0f}/s", "1,000,000/s")


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_play_of_a_trained_agent(benchmark, report, mode):
    """Its episodes are short, so that drawing fresh levels takes a larger part."""
    env = make_vec(mode)
    tape = tape_of_the_oracle(env)
    env.reset(seed=0)
    ends = sum((env.step(actions)[2]).sum() for actions in tape)
    speed = SPEED[mode] = measure(benchmark, playing(env, tape), lambda: env.reset(seed=0) and None, GAMES * STEPS)
    report(
        f"VectorEnv, perfect play, {mode}: episodes of {GAMES * STEPS / ends:.1f} steps",
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
    report("gymnasium.make, one game of 13x13", f"{speed:,.0f}/s", "150,000/s")
    if "random" in SPEED:
        report(f"VectorEnv of {GAMES} games in relation to that", f"{SPEED['random'] / speed:.0f} x")
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
