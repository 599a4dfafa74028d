"""The faces agree: many games in one batch are the single games, step by step, in every autoreset mode."""

from __future__ import annotations

import copy

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from helpers import own, pickled

from goalgap import SUITE
from goalgap.envs import ids

GAMES = 4
MODES = pytest.mark.parametrize("mode", list(AutoresetMode), ids=lambda mode: mode.value)
STEPS = 300


def pair(env_id, mode=AutoresetMode.NEXT_STEP, games=GAMES, **arguments):
    """Our vector face, and Gymnasium's own over single environments."""
    ours = gymnasium.make_vec(env_id, num_envs=games, autoreset_mode=mode, **arguments)
    theirs = SyncVectorEnv([lambda: gymnasium.make(env_id, **arguments)] * games, autoreset_mode=mode)
    return ours, theirs


def both(envs, method, *args, **kwargs):
    return [getattr(env, method)(*args, **copy.deepcopy(kwargs)) for env in envs]


def actions(seed=0, games=GAMES, steps=STEPS, of="CheeseCorner"):
    return np.random.default_rng(seed).integers(0, len(SUITE[of].actions), (steps, games))


def short(name):
    """A horizon within which games end often, and yet can be won."""
    return getattr(own(name), "BRIEF", 19)


@MODES
def test_the_vector_face_agrees_with_single_games(name, env_id, mode, same):
    """Until each game has ended twice and is in its third episode."""
    envs, ends = pair(env_id, mode, horizon=short(name)), np.zeros(GAMES, int)
    same(*both(envs, "reset", seed=3))
    for chosen in actions(of=name):
        again = (ends >= 2).all()
        ours, theirs = both(envs, "step", chosen)
        same(ours, theirs)
        ended = ours[2] | ours[3]
        ends += ended
        if mode == AutoresetMode.DISABLED and ended.any():
            same(*both(envs, "reset", options={"reset_mask": ended}))
        if again and not ended.any():
            return
    pytest.fail(f"games end too seldom: {ends}")


def test_both_kinds_of_end_occur_and_agree(same):
    envs = pair("goalgap/IrishElk-v1", AutoresetMode.SAME_STEP, horizon=6)
    same(*both(envs, "reset", seed=0))
    seen = set()
    for chosen in actions(1, of="IrishElk"):
        ours, theirs = both(envs, "step", chosen)
        same(ours, theirs)
        seen |= set(zip(ours[2].tolist(), ours[3].tolist(), strict=True))
    assert seen == {(False, False), (True, False), (False, True)}


@MODES
def test_seeds_given_to_some_games_only(name, mode, same):
    envs = pair(ids(SUITE[name])["train"], mode, horizon=19)
    same(*both(envs, "reset", seed=[5, 6, 7, 8]))
    same(*both(envs, "reset", seed=[None, 6, None, 2]))
    same(*both(envs, "step", actions()[0]))
    same(*both(envs, "reset", seed=[9, None, None, 9]))
    same(*both(envs, "reset"))


def test_seeds_and_masks_together(name, same):
    envs = pair(ids(SUITE[name])["train"], AutoresetMode.DISABLED)
    same(*both(envs, "reset", seed=1))
    same(*both(envs, "step", actions()[0]))
    mask = np.array([True, False, True, False])
    same(*both(envs, "reset", seed=11, options={"reset_mask": mask}))
    same(*both(envs, "reset", seed=[None, 3, 4, 5], options={"reset_mask": mask}))
    same(*both(envs, "step", actions()[1]))


def test_levels_asked_for_by_seed(name, same):
    envs = pair(ids(SUITE[name])["deploy"])
    same(*both(envs, "reset", seed=1, options={"level_seed": 77}))
    same(*both(envs, "reset", options={}))
    ours = envs[0].reset(options={"level_seed": [5, 6, 7, 8]})
    for i, env in enumerate(envs[1].envs):
        obs, info = env.reset(options={"level_seed": 5 + i})
        same(obs, ours[0][i])
        assert info["level_seed"] == ours[1]["level_seed"][i] == 5 + i


def test_a_level_drawn_as_text(name, split, env_id, same):
    envs = pair(env_id)
    obs, _ = envs[1].envs[0].reset(seed=4)
    text = SUITE[name].art.level(envs[1].envs[0].unwrapped.batch.scenes()[0])
    same(*both(envs, "reset", seed=0, options={"level": text}))
    for chosen in actions(steps=60, of=name):
        ours, theirs = both(envs, "step", chosen)
        same(ours, theirs)
    np.testing.assert_array_equal(envs[0].reset(options={"level": [text] * GAMES})[0][2], obs)


def test_a_game_depends_on_its_own_seed_alone(name, env_id, same):
    """Neither the number of games nor the others' seeds, ends and resets change what a game plays."""
    few, many = (gymnasium.make_vec(env_id, num_envs=n, horizon=short(name)) for n in (2, 7))
    one, other = few.reset(seed=[40, 41])[0], many.reset(seed=[9, 41, 8, 7, 6, 40, 5])[0]
    same(one, other[[5, 1]])
    for chosen in actions(games=7, steps=80, of=name):
        one, other = few.step(chosen[[5, 1]]), many.step(chosen)
        same(list(one[:4]), [part[[5, 1]] for part in other[:4]])
        same(one[4]["level_seed"], other[4]["level_seed"][[5, 1]])


def test_unseeded_games_differ():
    """Each starts with a level of its own, whichever games were given seeds."""
    seeds = []
    for seed in (None, None, [1, None, None, None]):
        env = gymnasium.make_vec("goalgap/CheeseCorner-v0", num_envs=4)
        seeds += env.reset(seed=seed)[1]["level_seed"].tolist()
        seeds.append(gymnasium.make("goalgap/CheeseCorner-v0").reset()[1]["level_seed"])
    assert len(set(seeds)) == len(seeds)


def test_episodes_of_one_seed_go_on_without_repeating():
    env = gymnasium.make("goalgap/CheeseCorner-v0")
    seeds = [env.reset(seed=0)[1]["level_seed"]] + [env.reset()[1]["level_seed"] for _ in range(999)]
    assert len(set(seeds)) == 1000
    assert env.reset(seed=0)[1]["level_seed"] == seeds[0]
    assert min(seeds) >= 0


@MODES
def test_nothing_returned_changes_later(name, mode, same):
    env = gymnasium.make_vec(ids(SUITE[name])["train"], num_envs=GAMES, autoreset_mode=mode, horizon=19)
    kept = [env.reset(seed=0)]
    before = copy.deepcopy(kept)
    for chosen in actions(steps=45, of=name):
        kept.append(env.step(chosen))
        before.append(copy.deepcopy(kept[-1]))
        ended = kept[-1][2] | kept[-1][3]
        if mode == AutoresetMode.DISABLED and ended.any():
            env.reset(options={"reset_mask": ended})
    same(kept, before)


@MODES
def test_what_the_caller_does_to_returned_arrays_does_no_harm(mode, same):
    arguments = {"num_envs": GAMES, "autoreset_mode": mode, "horizon": 30}
    envs = [gymnasium.make_vec("goalgap/KeysAndChests-v1", **arguments) for _ in "ab"]
    both(envs, "reset", seed=0)
    for chosen in actions(steps=25):
        used, clean = both(envs, "step", chosen)
        same(used, clean)
        for array in [*used[:4], *used[4]["goals"].values(), used[4]["level_seed"], used[4]["_level_seed"]]:
            array[...] = 1
        chosen[...] = 0


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
def test_a_copy_plays_on_like_the_original(name, copied, same):
    for make in (gymnasium.make, lambda env_id: gymnasium.make_vec(env_id, num_envs=GAMES)):
        env = make(ids(SUITE[name])["deploy"])
        env.reset(seed=5)
        chosen = actions(2, of=name)
        chosen = chosen[:, 0] if make is gymnasium.make else chosen
        for each in chosen[:8]:
            on(env, each)
        other = copied(env)
        assert other.unwrapped.task == env.unwrapped.task
        for each in chosen[8:20]:
            same(on(env, each), on(other, each))
        same(env.reset(), other.reset())


def on(env, action):
    """A step, and a new episode where a single game has ended."""
    told = env.step(action)
    return env.reset() if told[2] is True or told[3] is True else told


def test_a_copy_leaves_the_original_alone():
    env = gymnasium.make("goalgap/Probation-v1")
    before, _ = env.reset(seed=0)
    other = copy.deepcopy(env)
    for action in actions(3)[:20, 0]:
        other.step(action)
    np.testing.assert_array_equal(env.unwrapped.batch.observe()[0], before)
    assert env.unwrapped.batch.states["t"] == 0
