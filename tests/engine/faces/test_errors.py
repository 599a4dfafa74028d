"""Bad input to a face gets an error that says what was wrong and what is allowed, before any work starts."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode

import goalgap
from goalgap.envs.engine.faces.vector import GoalGapVectorEnv

ID = "goalgap/CheeseCorner-v0"


def single(**arguments):
    env = gymnasium.make(ID, **arguments)
    env.reset(seed=0)
    return env


def vector(n=3, **arguments):
    env = gymnasium.make_vec(ID, num_envs=n, **arguments)
    env.reset(seed=0)
    return env


@pytest.mark.parametrize("make", [gymnasium.make, gymnasium.make_vec])
def test_gymnasium_passes_the_errors_on(make):
    for kind in (TypeError, ValueError):  # Python's own, for which TorchRL waits, and that of a choice
        with pytest.raises(kind, match=r"CheeseCorner got an unexpected keyword argument 'sise': choose from .*size"):
            make(ID, sise=9)
    with pytest.raises(ValueError, match="unknown render_mode 'svg': choose from rgb_array, ansi"):
        make(ID, render_mode="svg")


@pytest.mark.parametrize("n", [0, -1, 2.5, True, "3"])
def test_the_number_of_games(n):
    with pytest.raises(ValueError, match="num_envs is a whole number of games, at least 1, not "):
        GoalGapVectorEnv(goalgap.task("CheeseCorner"), n)


def test_autoreset_modes():
    with pytest.raises(ValueError, match="unknown autoreset_mode 'next': choose from NextStep, SameStep, Disabled"):
        gymnasium.make_vec(ID, num_envs=2, autoreset_mode="next")


@pytest.mark.parametrize("action", [4, -1, 1.0, 0.5, np.nan, "up", None, 2**70, np.array([1])])
def test_a_single_game_has_no_such_action(action):
    env = single()
    with pytest.raises(ValueError, match=r"CheeseCorner has no action .*: choose from 0 up, 1 right, 2 down, 3 left"):
        env.step(action)


@pytest.mark.parametrize("action", [2, np.int64(2), np.uint8(2), np.array(2)])
def test_every_kind_of_integer_is_an_action(action):
    assert single().step(action)[4] == single().step(2)[4]


@pytest.mark.parametrize("wrong", [4, -1, 2**40, -(2**63)])
@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_games_in_a_batch_have_no_such_action(wrong, mode):
    env = vector(autoreset_mode=mode)
    before = env.batch.states.copy()
    with pytest.raises(ValueError, match=f"CheeseCorner has no action {wrong}: choose from 0 up"):
        env.step(np.array([0, 1, wrong]))
    assert (env.batch.states == before).all(), "no game may have moved"


@pytest.mark.parametrize(
    "actions", [[0, 1], [0, 1, 2, 3], [[0], [1], [2]], [0.0, 1.0, 2.0], 1, None, [True, False, True]]
)
def test_actions_are_one_integer_a_game(actions):
    with pytest.raises(ValueError, match="actions are 3 integers, one a game, not "):
        vector().step(np.array(actions))


def test_the_action_of_a_game_that_is_being_reset_does_not_matter():
    env = vector(horizon=1)
    env.step(np.zeros(3, np.int64))
    assert env.step(np.array([-1, 99, 0]))[4]["_level_seed"].all()


@pytest.mark.parametrize("seed", [-1, 2**63, 2**64, 1.5, "1"])
def test_seeds_of_a_single_game(seed):
    with pytest.raises((ValueError, gymnasium.error.Error), match=r"[Ss]eed"):
        single().reset(seed=seed)


@pytest.mark.parametrize("seed", [-1, [0, 1, -2], [0, 1, 2**63], [0, 1, 2.5], [0, 1, "2"], 2**63 - 2])
def test_seeds_of_many_games(seed):
    with pytest.raises(ValueError, match=r"a seed is an integer in 0 \.\. 2\^63-1, not "):
        vector().reset(seed=seed)


def test_the_number_of_seeds():
    with pytest.raises(ValueError, match="2 seeds for 3 games: give one, or one for each"):
        vector().reset(seed=[1, 2])
    with pytest.raises(ValueError, match="4 level seeds for 3 games: give one, or one for each"):
        vector().reset(options={"level_seed": [1, 2, 3, 4]})


@pytest.mark.parametrize("seed", [-1, 1.5, 2**63, "1", [[1]]])
def test_level_seeds(seed):
    with pytest.raises(ValueError, match="seed"):
        single().reset(options={"level_seed": seed})


def test_reset_options():
    for env in (single(), vector()):
        with pytest.raises(
            ValueError, match="reset option 'levelseed': choose from level, level_seed, reset_mask; did you mean"
        ):
            env.reset(options={"levelseed": 1})
        with pytest.raises(ValueError, match="'level' or by 'level_seed', not both"):
            env.reset(options={"level_seed": 1, "level": ""})


@pytest.mark.parametrize("mask", [[True], [[True, False, True]], [False] * 3, [1, 0, 1], "all", 1])
def test_reset_masks(mask):
    env = vector(autoreset_mode=AutoresetMode.DISABLED)
    with pytest.raises(ValueError, match="reset_mask is an array of 3 booleans, at least one of them true"):
        env.reset(options={"reset_mask": np.array(mask)})


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("", "size 9 with its border has 11"),
        ("#####\n#c.m#\n#####", "it has 3 lines; size 9 with its border has 11"),
        ("###########\n" * 11, "exactly one cheese, not 0"),
        (("###########\n" + "#.........#\n" * 9 + "###########").replace(".", "?", 1), "unknown glyph '[?]'"),
        (("###########\n" + "#.........#\n" * 9 + "##########").replace(".", "c", 1), "line 11 has 10 glyphs"),
        (("#.#########\n" + "#.........#\n" * 9 + "###########").replace(".", "c", 1), "border must be wall"),
        (("###########\n" + "#.........#\n" * 9 + "###########").replace("..", "cm"), "exactly one"),
    ],
)
def test_malformed_levels(level, told):
    for env in (single(), vector()):
        with pytest.raises(ValueError, match=f"not a level of CheeseCorner: .*{told}"):
            env.reset(options={"level": level})


def test_the_number_of_levels():
    with pytest.raises(ValueError, match="2 levels for 3 games: give one, or one for each"):
        vector().reset(options={"level": ["", ""]})


def test_stepping_before_reset():
    for env in (gymnasium.make(ID), gymnasium.make(ID).unwrapped):
        with pytest.raises(ResetNeeded):
            env.step(0)
    env = gymnasium.make_vec(ID, num_envs=3)
    with pytest.raises(ResetNeeded, match="call reset"):
        env.step(np.zeros(3, np.int64))
    with pytest.raises(ResetNeeded, match="before all have"):
        env.reset(options={"reset_mask": np.array([True, False, False])})


def test_stepping_after_the_end():
    env = single(horizon=1)
    env.step(0)
    with pytest.raises(ResetNeeded, match=r"call reset\(\) first, and again after each end"):
        env.step(0)
    env.reset()
    env.step(0)


def test_stepping_ended_games_without_autoreset():
    env = vector(horizon=1, autoreset_mode=AutoresetMode.DISABLED)
    _, _, terminated, truncated, _ = env.step(np.zeros(3, np.int64))
    ended = terminated | truncated
    assert ended.all()
    with pytest.raises(ResetNeeded, match="an ended game was stepped"):
        env.step(np.zeros(3, np.int64))
    env.reset(options={"reset_mask": np.array([True, False, True])})
    with pytest.raises(ResetNeeded, match="an ended game was stepped"):
        env.step(np.zeros(3, np.int64))
    env.reset(options={"reset_mask": np.array([False, True, False])})
    env.step(np.zeros(3, np.int64))


def test_rendering_without_a_mode_warns():
    with pytest.warns(UserWarning, match="render_mode"):
        assert single().render() is None


@pytest.mark.parametrize("options", [[], "", 0, 5, "level", [("level_seed", 1)]])
def test_reset_options_are_a_dictionary(options):
    for env in (single(), vector()):
        with pytest.raises(TypeError, match=r"reset options are a dictionary, such as .*, not "):
            env.unwrapped.reset(options=options)


@pytest.mark.parametrize("level", [[1], 1, {}, [None], b"level"])
def test_a_level_is_a_text(level):
    for env in (single(), vector()):
        with pytest.raises(
            TypeError, match="a level is a text, one line a row, or a list with one for each game, not "
        ):
            env.reset(options={"level": level})


@pytest.mark.parametrize("seed", [1.5, True, "1", {}, np.array(1), np.zeros((1, 3), int)])
def test_a_seed_of_many_games_is_an_integer_or_a_list(seed):
    with pytest.raises(
        TypeError, match=r"a seed is an integer in 0 .. 2\^63-1, or a list with one for each game, not "
    ):
        vector().reset(seed=seed)


def test_lists_of_different_lengths():
    ragged = [[True], [True, False]]
    with pytest.raises(ValueError, match="reset_mask is an array of 3 booleans"):
        vector().reset(options={"reset_mask": ragged})
    with pytest.raises(ValueError, match="actions are 3 integers"):
        vector().step(ragged)
    with pytest.raises(ValueError, match="a seed is an integer"):
        vector().reset(options={"level_seed": ragged})


@pytest.mark.parametrize("action", [True, False, np.ones(1, bool)[0]])
def test_a_truth_is_no_action(action):
    with pytest.raises(ValueError, match="CheeseCorner has no action"):
        single().step(action)


def test_what_was_given_is_shown_in_short():
    for env in (single(), vector()):
        for options in ({"level_seed": "x" * 10_000}, {"x" * 10_000: 1}, {"level_seed": 10**5000}):
            with pytest.raises(ValueError, match=r"seed|unknown") as caught:
                env.reset(options=options)
            assert len(str(caught.value)) < 500


@pytest.mark.parametrize("name", [5, None, b"CheeseCorner", ["CheeseCorner"]])
def test_an_environment_is_named_by_a_text(name):
    with pytest.raises(TypeError, match="an environment is given by its name, such as 'CheeseCorner', not "):
        goalgap.task(name)


@pytest.mark.parametrize("module", ["", ".", "..", "a b", "x\0y"])
def test_a_module_that_can_have_no_such_name(module):
    with pytest.raises(ValueError, match=r"no module .* to import environments from|unknown environment"):
        goalgap.task(f"{module}:CheeseCornr")


def test_no_argument_stands_in_the_place_of_another():
    with pytest.raises(TypeError, match="unexpected keyword argument 'game'"):
        goalgap.task("CheeseCorner", game="x")
    with pytest.raises(ValueError, match="unknown reward 0: choose from cheese, corner"):
        goalgap.task("CheeseCorner", reward=0)
