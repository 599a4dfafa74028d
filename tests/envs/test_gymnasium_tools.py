"""What Gymnasium's own tools expect of an environment: windows, frames, time limits, keys, seeds."""

from __future__ import annotations

import gymnasium
import numpy as np
import pygame
import pytest
from gymnasium.utils.play import play
from gymnasium.wrappers import HumanRendering, TimeAwareObservation, TimeLimit
from helpers import at_random, own

import goalgap
from goalgap import SUITE
from goalgap.envs import ids
from goalgap.envs.engine.keys import keys
from goalgap.eval.measures.outcomes import named_outcomes
from goalgap.eval.play.replay import Replay, recorded
from goalgap.eval.play.rollout import rollout

ID = "goalgap/CheeseCorner-v0"


@pytest.fixture
def no_screen(monkeypatch):
    """A window that nobody sees."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")


@pytest.mark.filterwarnings("ignore:.*HumanRendering wrapper is being applied")
def test_a_window_is_opened(no_screen):
    env = gymnasium.make(ID, render_mode="human")
    assert isinstance(env, HumanRendering)
    env.reset(seed=0)
    env.step(0)
    assert min(env.screen_size) > 300
    env.close()


def test_frames_are_collected():
    env = gymnasium.make(ID, render_mode="rgb_array_list")
    env.reset(seed=0)
    for action in range(3):
        env.step(action)
    frames = env.render()
    assert [frame.shape[2] for frame in frames] == [3] * 4
    assert env.render() == []
    texts = gymnasium.make(ID, render_mode="ansi_list")
    texts.reset(seed=0)
    assert "c" in texts.render()[0]


@pytest.mark.parametrize(("arguments", "horizon"), [({}, 72), ({"size": 13}, 104), ({"horizon": 9}, 9)])
def test_specs_tell_the_horizon_and_no_time_limit_is_needed(arguments, horizon):
    env = gymnasium.make(ID, **arguments)
    assert env.spec.max_episode_steps == env.unwrapped.task.settings.horizon == horizon
    assert "TimeLimit" not in str(env)
    assert TimeAwareObservation(env).max_timesteps == horizon
    assert env.spec.make().unwrapped.spec.max_episode_steps == horizon
    many = gymnasium.make_vec(env.spec, num_envs=2)
    assert many.task == env.unwrapped.task
    assert many.spec.max_episode_steps == horizon
    assert gymnasium.make_vec(many.spec).task == many.task


def test_a_time_limit_of_the_horizon_cuts_nothing_off(name):
    """An environment that is made again from its spec has one, and plays the same episodes to the same ends."""
    plain = gymnasium.make(ids(SUITE[name])["train"], **own(name).SMALL)
    limited, choose, ends = plain.spec.make(), at_random(), 0
    assert isinstance(limited, TimeLimit)
    for env in (plain, limited):
        env.reset(seed=0)
    for _ in range(300):
        action = int(choose(plain.unwrapped.batch)[0])
        one, other = plain.step(action), limited.step(action)
        np.testing.assert_array_equal(one[0], other[0])
        assert one[1:3] == other[1:3]
        assert one[3] == (other[3] and not other[2])
        assert one[4] == other[4]
        if one[2] or one[3]:
            ends += 1
            plain.reset()
            limited.reset()
    assert ends


def test_many_games_take_a_number_of_steps_as_their_horizon():
    env = gymnasium.make_vec(ID, num_envs=2, max_episode_steps=5)
    assert env.task == goalgap.task("CheeseCorner", horizon=5)
    assert gymnasium.make_vec(ID, num_envs=2, max_episode_steps=5, horizon=0).task == env.task
    with pytest.raises(ValueError, match="give one of them: not horizon=7 and max_episode_steps=5"):
        gymnasium.make_vec(ID, num_envs=2, max_episode_steps=5, horizon=7)
    with pytest.raises(ValueError, match="horizon must be in"):
        gymnasium.make_vec(ID, num_envs=2, max_episode_steps=-1)


def test_every_action_has_a_key(name):
    actions = SUITE[name].actions
    given = keys(actions)
    assert set(given.values()) == set(range(len(actions)))
    assert given["1"] == 0
    codes = gymnasium.make(SUITE[name].id).get_wrapper_attr("get_keys_to_action")()
    assert list(codes.values()) == list(given.values())
    assert all(isinstance(code, int) for combination in codes for code in combination)


def test_arrows_are_those_of_pygame():
    codes = gymnasium.make(ID).unwrapped.get_keys_to_action()
    for key, action in {"K_UP": 0, "K_RIGHT": 1, "K_DOWN": 2, "K_LEFT": 3, "K_w": 0, "K_4": 3}.items():
        assert codes[getattr(pygame, key),] == action


def test_people_play_by_gymnasiums_own_tool(no_screen):
    told = []

    def stop(_obs, _next, action, *_):
        told.append(action)
        pygame.event.post(pygame.event.Event(pygame.QUIT))

    pygame.init()
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_DOWN))
    env = gymnasium.make(ID, render_mode="rgb_array")
    play(env, fps=1000, seed=3, callback=stop, wait_on_player=True)
    assert told == [2]
    assert env.unwrapped.np_random_seed == 3


def test_the_seed_that_was_given_is_told():
    env = gymnasium.make(ID)
    env.reset(seed=5)
    assert env.np_random_seed == 5
    unseeded = gymnasium.make(ID)
    level = unseeded.reset()[1]["level_seed"]
    assert gymnasium.make(ID).reset(seed=unseeded.np_random_seed)[1]["level_seed"] == level
    many = gymnasium.make_vec(ID, num_envs=3)
    many.reset(seed=5)
    assert many.np_random_seed == 5
    many.reset()
    assert many.np_random_seed == 5
    many.reset(seed=[1, 2, 3])
    assert many.np_random_seed == -1


def test_success_is_the_outcome_that_evaluation_tells(name):
    """Of random play and of each oracle, level by level, on the single and the vector face."""
    task, n = goalgap.task(name, split="deploy", **own(name).SMALL), 12
    told = []
    for policy in ("random", f"oracle:{task.game.intended.name}", f"oracle:{task.game.proxies[0].name}"):
        episodes = rollout(task, goalgap.reference(policy, task.game), np.arange(n))
        expected = [outcome == task.game.intended.name for outcome in named_outcomes(episodes)]
        assert single_successes(task, recorded(episodes)) == expected
        assert vector_successes(task, recorded(episodes)) == expected
        told += expected
    assert {True, False} == set(told)


def single_successes(task, actions):
    env, ends = gymnasium.make(ids(task.game)[task.split], **task.arguments), []
    for level, taken in actions.items():
        env.reset(options={"level_seed": level})
        *_, info = [env.step(action)[4] for action in taken.tolist()]
        ends.append(info["is_success"])
    return ends


def vector_successes(task, actions):
    env = gymnasium.make_vec(
        ids(task.game)[task.split], num_envs=len(actions), autoreset_mode="SameStep", **task.arguments
    )
    env.reset(options={"level_seed": list(actions)})
    policy, state, ends = Replay(actions).bind(env.batch), None, {}
    while len(ends) < len(actions):
        chosen, state = policy(None, state, None)
        infos = env.step(chosen)[4]
        for i in np.flatnonzero(infos.get("_final_info", ())):
            ends.setdefault(int(i), bool(infos["final_info"]["is_success"][i]))
    return [ends[i] for i in range(len(actions))]
