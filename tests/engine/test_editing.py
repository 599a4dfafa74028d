"""Edited levels: what each way to edit changes, and what it leaves alone."""

from __future__ import annotations

import numpy as np
import pytest

import goalgap
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.editing import EDITS, edit_levels
from goalgap.envs.engine.levels import draw_levels, margins
from goalgap.terms import SPLITS

EDITABLE = [name for name, game in goalgap.SUITE.items() if game.editable]
LEVELS = 200


def edited(task, way, steps=12):
    """Levels of a task, and what became of them."""
    levels = draw_levels(task, np.arange(LEVELS))
    return levels, edit_levels(task, levels, np.arange(LEVELS) + 10**6, way, steps)


def share(task, levels):
    return (margins(task, levels.copy()) > 0).mean()


@pytest.mark.parametrize("name", EDITABLE)
@pytest.mark.parametrize("way", EDITS)
def test_edited_levels_can_be_played_and_are_of_their_split(name, way):
    task = goalgap.task(name, alpha=0.25)
    levels, made = edited(task, way)
    assert (made["seed"] == np.arange(LEVELS) + 10**6).all()
    assert (made["horizon"] == levels["horizon"]).all()
    assert (made["walls"] != levels["walls"]).any(axis=1).mean() > 0
    batch = Batch.on(task, made)
    solvable = batch.values()[:, 0] > 0
    assert solvable.mean() > 0.6
    batch.play(lambda played: np.arange(played.n) % 4)
    assert not set(layouts(made)) & set(layouts(draw_levels(task.on("deploy"), np.arange(500))))


def layouts(levels):
    return [bytes(walls) for walls in levels["walls"]]


@pytest.mark.parametrize("name", EDITABLE)
def test_editing_is_a_function_of_level_and_seed(name):
    task = goalgap.task(name, alpha=0.25)
    levels, made = edited(task, "binomial")
    again = edit_levels(task, levels[100:200], np.arange(100, 200) + 10**6, "binomial", 12)
    drawn = draw_levels(task, np.arange(LEVELS))
    for records in (made, again, levels, drawn):
        records["margin"] = 0.0  # those not measured are no numbers
    assert (again == made[100:200]).all()
    assert (levels == drawn).all()


@pytest.mark.parametrize("name", ["CheeseCorner", "CheeseDish"])
def test_what_the_goals_are_about_moves_as_the_way_says(name):
    never, always = goalgap.task(name), goalgap.task(name, alpha=1.0)
    fields = ["cheese", *(["dish"] if name == "CheeseDish" else [])]
    for way in ("identity", "constant", "binomial"):
        levels, made = edited(never, way)
        assert share(never, made) == 0
        assert way != "identity" or (made[fields] == levels[fields]).all()
    assert share(never, edited(never, "unrestricted")[1]) > 0.4
    levels, made = edited(always, "binomial")  # each of 12 edits does so with a probability of 1/12
    assert (made[fields] != levels[fields]).mean() == pytest.approx(1 - (11 / 12) ** 12, abs=0.1)
    levels, made = edited(always, "identity")
    assert (made[fields] == levels[fields]).all()
    levels, made = edited(always, "constant")
    assert share(always, made) > 0.4
    for field in fields:  # in the corner too, since distinguishing levels have it elsewhere
        assert (made[field] != levels[field]).mean() > 0.9
    if name == "CheeseDish":
        assert (made["cheese"] != made["dish"]).all()


def test_the_cheese_stays_in_its_region_and_gets_everywhere_in_it():
    task = goalgap.task("CheeseCorner", region=3)
    _, made = edited(task, "constant")
    places = set(zip(made["cheese"]["row"].tolist(), made["cheese"]["col"].tolist(), strict=True))
    assert places == {(row, col) for row in (1, 2, 3) for col in (1, 2, 3)}


def test_keys_are_few_or_many_as_the_way_says():
    never = goalgap.task("KeysAndChests")
    few, many = never.settings.few, never.settings.many
    for way, allowed in (("identity", {few}), ("constant", {few}), ("binomial", {few}), ("unrestricted", {few, many})):
        _, made = edited(never, way)
        assert set((made["things"]["kind"] == 0).sum(axis=1).tolist()) == allowed
        if way == "identity":
            assert 0 < share(never, made) < 0.06, "walls make ways longer than the time is"


def test_a_key_and_a_chest_are_put_elsewhere_by_a_toss_each():
    """Whatever else the way changes: Abdel Sadek et al. have them apart from how many keys there are."""
    task = goalgap.task("KeysAndChests")
    few = task.settings.few
    for way, moves in (("identity", 0.5), ("constant", 0.5), ("binomial", 1 - (11 / 12) ** 12)):
        levels, made = edited(task, way)
        moved = made["things"]["place"] != levels["things"]["place"]
        for kind in (moved[:, :few], moved[:, few:]):
            assert kind.any(axis=1).mean() == pytest.approx(moves, abs=0.11)
            assert way == "binomial" or kind.sum(axis=1).max() == 1


def test_mice_start_neither_in_the_corner_nor_on_the_cheese_nor_in_a_wall():
    task = goalgap.task("CheeseCorner", alpha=0.5)
    _, made = edited(task, "unrestricted", steps=200)
    mouse = made["start"]["mouse"]
    assert not ((mouse["row"] == 1) & (mouse["col"] == 1)).any()
    assert not (mouse == made["cheese"]).any()
    for place in (mouse, made["cheese"]):
        walls = made["walls"][np.arange(LEVELS), place["row"]] >> place["col"].astype(np.uint64)
        assert not (walls & np.uint64(1)).any()


@pytest.mark.parametrize("split", SPLITS)
def test_a_crowded_level_is_left_as_it_is_where_there_is_no_room(split):
    task = goalgap.task("CheeseCorner", split=split, size=5)
    full = draw_levels(task, np.arange(4))
    full["walls"][:] = np.uint64(2**7 - 1)  # nothing but walls, and the mouse within one
    made = edit_levels(task, full, np.arange(4), "unrestricted", 2)
    assert Batch.on(task, made).n == 4


def test_what_cannot_be_edited_so_is_explained():
    task = goalgap.task("CheeseCorner")
    with pytest.raises(ValueError, match="did you mean 'identity'"):
        edit_levels(task, draw_levels(task, [0]), [1], "idntity", 12)
    lava = goalgap.task("LavaLand")
    with pytest.raises(ValueError, match="LavaLand has no kernel `edit`"):
        edit_levels(lava, draw_levels(lava, [0]), [1], "identity", 12)
