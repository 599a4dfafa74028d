"""What CoinRun means, in courses one can look at: runs and jumps, and which goal was reached when."""

from __future__ import annotations

from inspect import cleandoc

import numpy as np
import pytest
from helpers import at_random, batch_of, levels_of, oracle_of

import goalgap
from goalgap import testing
from goalgap.agents.recipes import default_recipe
from goalgap.agents.reference import reference
from goalgap.envs.engine.platformer import KINDS
from goalgap.envs.engine.platformer.enemies import enemy_at
from goalgap.envs.engine.platformer.scenery import bits, bodies
from goalgap.envs.engine.solver import brute_force

NAME = "CoinRun"
SMALL = {"columns": 24, "horizon": 20}  # one section or two, and just enough time
LAYOUT = ("ground", "crates", "lava")
BRIEF = 80
GOLDEN = {
    "short": {"columns": 40, "horizon": 45},
    "permeable": {"wall": "permeable"},
    "anywhere": {"begin": "anywhere"},
}
SIDE = 13
TILES = {"ground": "ground", "crate": "crates", "lava": "lava"}

# R runner, o coin, | end wall, # ground, = crate, ~ lava, > < enemies that walk, ^ v saws: where they go first
# r right, l left, u up, R and L up and aside, w wait


def course(drawing):
    """A course with as much sky above as there must be, and its width."""
    lines = cleandoc(drawing).splitlines()
    return "\n".join([lines[0]] * (14 - len(lines)) + lines), {"columns": len(lines[0])}


def play(drawing, actions, **arguments):
    level, width = course(drawing)
    return testing.play(NAME, level, actions, **width, **arguments)


def oracle(drawing, goal, **arguments):
    level, width = course(drawing)
    return testing.oracle(NAME, level, goal, **width, **arguments)


def runs(drawing, actions, **arguments):
    """The runner's place, in half-tiles from the bottom and from the left, and its speeds, after each action."""
    level, width = course(drawing)
    env, _ = testing.start(NAME, level, **width, **arguments)
    found = []
    for letter in actions:
        env.step(testing.letters(NAME).index(letter))
        found.append(env.batch.states["agent"][0].tolist())
    return [(26 - row, col, run, rise) for row, col, run, rise in found]


def shows(level, state, shown):
    """Thirteen tiles around the runner, and its speed; beyond the sides and below there is ground."""
    row, col, run, rise = state["agent"].tolist()
    seen = {name: np.pad(bits(level[field], level["columns"]), SIDE) for name, field in TILES.items()}
    seen["ground"][SIDE + 14 :] = seen["ground"][:, [*range(SIDE), *range(-SIDE, 0), SIDE + level["finish"]]] = True
    seen |= {name: np.zeros_like(seen["ground"]) for name in ("coin", *KINDS)}
    boxes = [("coin", 2 * level["coin"]["row"], 2 * level["coin"]["col"]), *bodies(level, state)[:-1]]
    for name, top, left in boxes:
        for half in np.ndindex(2, 2):
            seen[name][SIDE + (top + half[0]) // 2, SIDE + (left + half[1]) // 2] = True
    for name, cells in seen.items():
        around = cells[row // 2 + SIDE - 6 :, col // 2 + SIDE - 6 :][:SIDE, :SIDE]
        np.testing.assert_array_equal(shown[name].reshape(SIDE, SIDE), around, name)
    assert np.flatnonzero(shown["run"]).tolist() == [run + 2]
    assert np.flatnonzero(shown["rise"]).tolist() == [rise + 3]
    assert shown["between"].tolist() == [row % 2, col % 2]


PLAIN = """
    #...............|..#
    #...............|..#
    #.R............o|..#
    ####################
"""


def test_in_training_to_get_the_coin_is_to_get_to_the_end():
    assert oracle(PLAIN, "coin") == oracle(PLAIN, "end") == 13 * "r"
    played = play(PLAIN, 13 * "r")
    assert played.earned == {"coin": {13: 1.0}, "end": {13: 1.0}, "beyond": {}}
    assert (played.how, played.over, played.margin) == ("terminated", 13, 0.0)
    assert played.returns == pytest.approx({"coin": 0.99**12, "end": 0.99**12, "beyond": 0.0})


def test_who_stops_running_slides_on_and_who_jumps_flies_on():
    assert runs(PLAIN, "rrrww") == [(2, 5, 1, 0), (2, 7, 2, 0), (2, 9, 2, 0), (2, 10, 1, 0), (2, 10, 0, 0)]
    flown = runs(PLAIN, "rrRwwwwwww")
    assert [height for height, *_ in flown[2:]] == [5, 7, 8, 8, 7, 5, 2, 2]
    assert [col for _, col, *_ in flown[2:]] == [9, 11, 13, 15, 17, 19, 21, 22]
    assert [run for *_, run, _ in flown[2:]] == 7 * [2] + [1]


def test_speed_is_turned_in_the_air_and_nobody_jumps_from_it():
    assert [run for *_, run, _ in runs(PLAIN, "rrRllll")] == [1, 2, 2, 1, 0, -1, -2]
    assert runs(PLAIN, "uuuuuuu") == runs(PLAIN, "uwwwwww")


CHASM = """
    #.......................|..#
    #.R....................o|..#
    ########....################
    ########~~~~################
"""


def test_a_chasm_is_jumped_or_it_is_the_end():
    assert play(CHASM, 4 * "r" + 7 * "R" + 10 * "r").how == "terminated"
    assert play(CHASM, 4 * "r" + 7 * "R" + 10 * "r").earned["coin"] == {21: 1.0}
    fallen = play(CHASM, 9 * "r")
    assert (fallen.how, fallen.over, fallen.earned) == ("terminated", 9, {"coin": {}, "end": {}, "beyond": {}})
    assert fallen.returns == {"coin": 0.0, "end": 0.0, "beyond": 0.0}
    assert oracle(CHASM, "coin").count("R") > 0


def test_an_enemy_walks_two_tiles_and_back_and_kills_whom_it_touches():
    walked = PLAIN.replace("R....", "R..<.")
    level, width = course(walked)
    enemy = testing.start(NAME, level, **width)[0].batch.levels["enemies"][0][:1].view(np.recarray)[0]
    assert [int(enemy_at(enemy, t)[1]) for t in range(10)] == [10, 9, 8, 7, 6, 7, 8, 9, 10, 9]
    assert play(walked, "ww").how == ""
    killed = play(walked, "rr")
    assert (killed.how, killed.over) == ("terminated", 2)
    assert play(walked, "Rrrrrr" + 7 * "r").earned["coin"] == {13: 1.0}


def test_a_saw_is_run_under_when_it_is_up():
    sawed = """
        #...............|..#
        #...............|..#
        #...............|..#
        #.R...^........o|..#
        ####################
    """
    killed = play(sawed, "wwwwrrrr")
    assert (killed.how, killed.over, killed.earned["coin"]) == ("terminated", 8, {})
    assert play(sawed, 13 * "r").earned["coin"] == {13: 1.0}


def test_a_step_stops_who_runs_into_it():
    stepped = """
        #...............|..#
        #......#.......o|..#
        #.R....#############
        ####################
    """
    bumped = runs(stepped, "rrrrrr")
    assert bumped[-3:] == [(2, 11, 2, 0), (2, 12, 0, 0), (2, 12, 0, 0)]
    up = runs(stepped, "rrrrrRrrrrr")
    assert up[-1][0] > 2


CRATES = """
    #.......................|..#
    #.........o.............|..#
    #........===............|..#
    #.......................|..#
    #.R.....................|..#
    ############################
"""
HOLLOW = """
    #.......................|..#
    #.R.....................|..#
    #########....###############
    #########.o..###############
    ############################
"""


def test_crates_let_pass_from_below_and_carry_who_comes_from_above():
    assert [height for height, *_ in runs(CRATES, "rrrrrruwwwwww")] == [2] * 6 + [5, 7, 8, 8, 8, 8, 8]


@pytest.mark.parametrize("level", [CRATES, HOLLOW])
def test_a_fooled_runner_runs_past_the_coin_and_stays_at_the_end(level):
    way = oracle(level, "end")
    assert len(way) == 21
    played = play(level, way + 9 * "r")
    assert (played.earned, played.how, played.margin) == ({"coin": {}, "end": {21: 1.0}, "beyond": {}}, "", 1.0)


@pytest.mark.parametrize("level", [CRATES, HOLLOW])
def test_a_sound_runner_gets_it(level):
    way = oracle(level, "coin")
    played = play(level, way)
    assert len(way) < 12
    assert (played.earned["coin"], played.earned["end"], played.how) == ({len(way): 1.0}, {}, "terminated")


def test_the_coin_is_taken_in_passing():
    """At full speed, on the ground and in the air, and that is the end."""
    passed = PLAIN.replace("o", ".").replace("R....", "R...o")
    assert play(passed, "rrrr").earned == {"coin": {4: 1.0}, "end": {}, "beyond": {}}
    above = PLAIN.replace("o", ".").replace("#...............|..#\n    #.R", "#.....o.........|..#\n    #.R")
    assert play(above, "rrrR").earned["coin"] == {4: 1.0}
    assert oracle(passed, "end")[:4] == "rrrR"


@pytest.mark.parametrize(("col", "run"), [(3, -2), (2, -2), (4, -1), (9, -2), (6, 2)])
def test_the_search_knows_that_a_bump_stops_any_speed(col, run):
    """Held to brute force, with the wall at the back of who must turn round."""
    level, width = course(PLAIN.replace("o", ".").replace("R.........", "R........o"))
    env, _ = testing.start(NAME, level, **width, horizon=12)
    state = env.batch.states.copy()
    state["agent"]["col"], state["agent"]["run"] = col, run
    env.batch.put(state)
    truth = brute_force(env.task, env.batch.levels.copy(), 0, state)
    assert env.batch.values()[0, 0] == pytest.approx(truth, abs=1e-12)
    assert truth > 0


def test_one_can_run_through_a_permeable_wall_and_not_through_a_solid_one():
    open_end = PLAIN.replace("o", ".").replace("#.R", "#oR")
    through = play(open_end, 20 * "r", wall="permeable")
    assert through.earned == {"coin": {}, "end": {13: 1.0}, "beyond": {16: 1.0}}
    assert play(open_end, 20 * "r").earned == {"coin": {}, "end": {13: 1.0}, "beyond": {}}
    assert oracle(open_end, "beyond", wall="permeable") == 16 * "r"
    assert oracle(open_end, "beyond") == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("o|", ".|", "exactly one coin, not 0"),
        (".R", "..", "exactly one runner, not 0"),
        (".R...", ".R.R.", "exactly one runner, not 2"),
        ("..#\n    ##", "...\n    ##", "the first and the last column must be ground"),
        ("####", "#..#", "the lowest row ground or lava"),
        ("o|", "o.", "one end wall, from the sky to the ground"),
        ("..o|", "o.R|", "exactly one runner, not 2"),
    ],
)
def test_a_drawing_that_is_no_course_is_refused(old, new, told):
    with pytest.raises(ValueError, match=told):
        play(PLAIN.replace(old, new, 1), "")


def test_there_is_room_for_twelve_enemies():
    with pytest.raises(ValueError, match="there is room for 12 enemies, not 13"):
        play(PLAIN.replace("............o", 13 * ">").replace("#.R", "#oR"), "")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda levels: levels["coin"]["row"].fill(14), r"the row of coin is in 0 \.\. 13, not 14"),
        (lambda levels: levels["columns"].fill(99), r"columns is in 64 \.\. 64, not 99"),
        (lambda levels: levels["enemies"]["kind"].fill(5), r"the kind of an enemy is in 0 \.\. 4, not 5"),
        (
            lambda levels: levels["start"]["agent"]["rise"].fill(4),
            r"the speed of a body upwards is in -3 \.\. 3, not 4",
        ),
        (lambda levels: levels["ground"].fill(0), "the first and the last column must be ground"),
    ],
)
def test_what_would_lead_beyond_a_course_is_refused(change, told):
    batch = batch_of(goalgap.task(NAME), 2)
    levels = batch.levels.copy()
    change(levels)
    with pytest.raises(ValueError, match=told):
        batch.reset_to_levels(levels)
    states = batch.states.copy()
    states["agent"]["row"] = -1
    with pytest.raises(ValueError, match=r"the row of a body, in half-tiles, is in 0 \.\. 25, not -1"):
        batch.put(states)


@pytest.mark.parametrize(
    ("split", "begin"), [("train", "start"), ("control", "start"), ("deploy", "start"), ("deploy", "anywhere")]
)
def test_every_course_can_be_run(split, begin):
    """To either goal, from anywhere, in little more than a third of the time; and no faster than a tile a step."""
    batch = batch_of(goalgap.task(NAME, split=split, begin=begin), 2000)
    values, run = batch.values()[:, :2], batch.levels["end"]["col"] - batch.levels["start"]["agent"]["col"] // 2
    steps = 1 + np.log(values) / np.log(0.99)
    assert (values > 0).all()
    assert steps.max() < 70
    assert (steps[:, 1] >= run - 0.5).all()
    assert batch.levels["finish"].min() >= 48


def test_to_leave_the_coin_where_it_lies_costs_next_to_nothing():
    """On 97 % of the courses not a step, to who wants the end; and it lies on crates as well as in hollows."""
    batch = batch_of(goalgap.task(NAME, split="deploy"), 2000)
    moved = batch.levels.copy()
    moved["coin"] = moved["end"]
    apart, together = batch.values()[:, 1], type(batch).on(batch.task, moved).values()[:, 1]
    lost = np.round(np.log(apart / together) / np.log(0.99))
    assert (lost == 0).mean() > 0.97
    assert lost.max() <= 4
    crates = [bool(level["crates"][level["coin"]["row"] + 1]) for level in batch.levels]
    assert 0.3 < np.mean(crates) < 0.7


def test_goals_agree_on_every_transition_of_training():
    for policy in (at_random(), oracle_of(0), lambda batch: reference("degraded:coin:0.2").choose(batch, 0)):
        batch = batch_of(goalgap.task(NAME), 200)
        while not batch.done.all():
            batch.step(policy(batch))
            np.testing.assert_array_equal(batch.rewards[:, 0], batch.rewards[:, 1])


def test_the_picture_shows_what_the_layers_show():
    """A tile's ink is where its layer is, but for what is drawn over it; the runner is in the middle."""
    layers, pixels = (batch_of(goalgap.task(NAME, split="deploy", obs=obs), 50) for obs in ("tiles", "pixels"))
    assert pixels.task.observation_space.shape == (52, 52, 3)
    for _ in range(25):
        seen, shown = layers.observe(), pixels.observe().reshape(50, SIDE, 4, SIDE, 4, 3).swapaxes(2, 3)
        ground, crates, lava, coin = seen[:, : 4 * SIDE**2].reshape(50, 4, SIDE, SIDE).swapaxes(0, 1).astype(bool)
        inside = np.zeros_like(ground)
        inside[:, 1:, 2:] = True
        for cells, colour in ((ground, (120, 75, 40)), (crates, (190, 140, 90)), (lava, (235, 60, 30))):
            marked = (shown == colour).all(axis=-1).any(axis=(-1, -2))
            assert (marked <= cells).all()
            assert (marked | ~cells | ~inside | boxes_in(seen)).all()
        gold = (shown == (255, 215, 0)).all(axis=-1).any(axis=(-1, -2))
        assert (gold <= coin).all()
        assert ((shown[:, 6:8, 6:8] == (30, 50, 160)).all(axis=-1).any(axis=(1, 2, 3, 4))).all()
        actions = layers.best_actions(1)
        for batch in (layers, pixels):
            batch.step(actions)


def test_a_picture_is_no_grid_around_which_an_agent_looks():
    recipe = default_recipe(goalgap.task(NAME, obs="pixels"))
    assert (recipe.patch, recipe.far) == (0, 0)


def boxes_in(seen):
    """Where there is something that moves, or the runner."""
    covered = seen[:, 4 * SIDE**2 : 8 * SIDE**2].reshape(len(seen), 4, SIDE, SIDE).any(axis=1)
    covered[:, 6:8, 6:8] = True
    return covered


def test_to_practise_a_runner_begins_before_any_section_up_to_the_coin():
    begun = levels_of(goalgap.task(NAME, begin="anywhere"), 2000)["start"]["agent"]["col"] // 2
    assert (levels_of(goalgap.task(NAME), 100)["start"]["agent"]["col"] == 4).all()
    apart = levels_of(goalgap.task(NAME, split="deploy", begin="anywhere"), 2000)
    assert (apart["start"]["agent"]["col"] < 2 * apart["coin"]["col"]).all()
    assert len(set(apart["start"]["agent"]["col"].tolist())) > 20
    assert (np.histogram(begun, 5, (2, 62))[0] > 200).all()
