"""What a level depends on, which levels each split holds, and that margins are what the oracles lose."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import goalgap
from goalgap.envs.engine.batch import Batch, draw_levels
from goalgap.envs.engine.kernels.loops import HELD_OUT
from goalgap.terms import SPLITS

MANY = 100_000
FEWER = {"KeysAndChests": 120}  # each is proved to be distinguishing; else 20,000
DISTINCT = {"ChimeBandit": 11_000, "IrishElk": 80_000}  # of so many layouts that training has; else hardly any repeat
LAYOUT = {"ChimeBandit": ("payoff",), "IrishElk": ("rivals", "trees", "food")}  # else the walls
SOME = {"KeysAndChests": 8, "Probation": 60}  # an exact oracle is slow; else 400
LONG_LIVED = ("IrishElk",)  # where only skill lasts until the horizon
TINY = {"size": 5, "maze": "perfect"}
TINY_OF = dict.fromkeys(goalgap.SUITE, TINY) | {
    "KeysAndChests": {**TINY, "few": 1, "many": 2},
    "Probation": {**TINY, "coins": 1},
    "SweetTooth": {**TINY, "foods": 1},
}
SHARED = dict.fromkeys(goalgap.SUITE, ()) | {  # layers that are there together with others, by what they mean
    "SweetTooth": ("nutrient", "sweet2", "sweet3", "sweet4"),
    "IceCream": ("home",),
}
LAYOUTS = dict.fromkeys(goalgap.SUITE, (66, 22)) | {"IceCream": (79, 33)}  # perfect, size 5: of training, of the rest
FREE = dict.fromkeys(goalgap.SUITE, 0.755) | {"IceCream": 0.672}  # of block mazes; a shop has walls of its own
SIZES = pytest.mark.parametrize("size", [5, 13])


def levels_of(name, n, split="train", first=0, **arguments):
    return draw_levels(goalgap.task(name, split=split, **arguments), np.arange(first, first + n))


def fewer(name, split, n, slow):
    """`n` levels, or `slow` of them where each needs a long proof that it is distinguishing."""
    return slow if (name, split) == ("KeysAndChests", "deploy") else n


def layouts(name, levels):
    """What is held out from training, as rows of numbers."""
    parts = [levels[field].reshape(len(levels), -1) for field in LAYOUT.get(name, ("walls",))]
    return np.concatenate(parts, axis=1).astype(np.uint64)


def assert_equal(levels, others):
    for field in levels.dtype.names:
        np.testing.assert_array_equal(levels[field], others[field])


def open_cells(levels):
    """The free cells as bool, shape (n, rows, rows)."""
    return (levels["walls"][..., None] >> np.arange(levels["walls"].shape[1], dtype=np.uint64)) & 1 == 0


def reachable(cells, row, col):
    """The cells that walking from (row, col) reaches, one place for each level."""
    reach = np.zeros_like(cells)
    reach[np.arange(len(cells)), row, col] = True
    while True:
        grown = reach.copy()
        for axis in (1, 2):
            grown |= np.roll(reach, 1, axis) | np.roll(reach, -1, axis)
        grown &= cells
        if (grown == reach).all():
            return reach
        reach = grown


def played_by(goal, batch):
    """Intended returns of the oracle of a goal, from the start of each game's level."""
    asleep = np.zeros(batch.n, bool)
    while not asleep.all():
        batch.step(batch.best_actions(goal), asleep)
        asleep |= batch.terminated | batch.truncated
    return batch.returns


def losses(task, n):
    """The largest share of the intended optimum that the oracle of any proxy goal misses, by playing; and margins."""
    goals, where = task.game.goals, np.arange(n)
    intended, worst = goals.index(task.game.intended), np.zeros(n)
    for k, goal in enumerate(goals):
        if goal.role == "proxy":
            batch = Batch(task, n)
            batch.begin_seeds(where, where)
            optimum = batch.values()[:, intended]
            worst = np.maximum(worst, (optimum - played_by(k, batch)[:, intended]) / optimum)
    return worst, batch.levels["margin"]


def test_a_level_depends_on_its_seed_alone(name, split):
    """Not on the batch, its order, other draws, or other threads."""
    n = fewer(name, split, 600, 36)
    task, seeds = goalgap.task(name, split=split), np.random.default_rng(0).integers(0, 2**63, n)
    levels = draw_levels(task, seeds)
    order = np.random.default_rng(1).permutation(n)
    assert_equal(levels[order], draw_levels(task, seeds[order]))
    assert_equal(levels[7:9], np.concatenate([draw_levels(task, [seed]) for seed in seeds[7:9]]))
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda part: draw_levels(task, part), np.array_split(seeds, 12)))
    assert_equal(levels, np.concatenate(parts))
    np.testing.assert_array_equal(levels["seed"], seeds)


def test_a_batch_plays_the_levels_of_its_seeds_however_it_was_used(name):
    task, where = goalgap.task(name), np.arange(5)
    batch, rng = Batch(task, 5), np.random.default_rng(0)
    batch.seed(where, where)
    for _ in range(3):
        batch.begin(where)
        for _ in range(9):
            batch.step(rng.integers(0, len(task.game.actions), 5))
    batch.begin_seeds(where[1:3], np.array([70, 50]))
    assert_equal(batch.levels[1:3], draw_levels(task, [70, 50]))


def test_splits_are_different_draws(name):
    """One seed gives unrelated levels on each split."""
    train, control, deploy = (layouts(name, levels_of(name, 20, split)) for split in SPLITS)
    for one, other in ((train, control), (train, deploy), (control, deploy)):
        assert not (one == other).all(axis=1).any()


def hashes(rows):
    """The layout hash, written once more: SplitMix64's mix over the numbers of each row."""
    word = np.zeros(len(rows), np.uint64)
    for row in rows.T:
        word ^= row
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
            word = (word ^ (word >> np.uint64(shift))) * np.uint64(factor)
        word += np.uint64(1)
    return word


def test_layouts_of_control_and_deployment_never_occur_in_training(name):
    """On 10^5 levels: training and the rest take different residues of the layouts' hash, whatever alpha is."""
    train, others = [], []
    for alpha in (0.0, 1.0):
        levels = levels_of(name, FEWER.get(name, 20_000) if alpha else MANY, alpha=alpha)
        train.append(layouts(name, levels))
        assert (hashes(train[-1]) % HELD_OUT != 0).all()
    for split in ("control", "deploy"):
        levels = levels_of(name, FEWER.get(name, 20_000) if split == "deploy" else MANY, split)
        others.append(layouts(name, levels))
        assert (hashes(others[-1]) % HELD_OUT == 0).all()
    seen = {row.tobytes() for part in train for row in part}
    assert len(seen) > DISTINCT.get(name, 0.99 * MANY)
    assert not any(row.tobytes() in seen for part in others for row in part)


def test_layouts_are_held_out_even_where_there_are_few(grid):
    """Of the 88 mazes of size 5 that depth-first search can make, training has 66, and the rest the others.

    With a shop in them, which may stand in any corner, there are 112.
    """
    train, control, deploy = (
        {row.tobytes() for row in levels_of(grid, 3000, split, **TINY_OF[grid])["walls"]} for split in SPLITS
    )
    assert not train & (control | deploy)
    assert (len(train), len(control)) == LAYOUTS[grid]
    assert control == deploy


@pytest.mark.parametrize("split", SPLITS)
def test_margins_are_what_oracles_lose(name, split):
    """Every deployment level is distinguishing, and no other; measured by playing each proxy's oracle."""
    lost, margins = losses(goalgap.task(name, split=split), SOME.get(name, 400))
    np.testing.assert_allclose(lost, margins, atol=1e-9)
    assert (margins > 0).all() if split == "deploy" else (margins == 0).all()


def test_margins_hold_on_many_levels(name, split):
    levels = levels_of(name, fewer(name, split, 5_000, 150), split)
    distinguishing = levels["margin"] > 0
    assert distinguishing.all() if split == "deploy" else not distinguishing.any()
    np.testing.assert_array_equal(levels["apart"], distinguishing)


def test_agreement_of_keys_and_chests_in_training_is_a_theorem():
    """With few keys each opens a chest: both optima take all keys and open as many chests."""
    for split in ("train", "control"):
        task, where = goalgap.task("KeysAndChests", split=split), np.arange(60)
        batch = Batch(task, len(where))
        batch.begin_seeds(where, where)
        chests, keys = batch.values().T
        few = task.arguments["few"]
        np.testing.assert_array_equal(chests, few)
        np.testing.assert_array_equal(keys, few + few / 8)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_alpha_is_the_fraction_of_distinguishing_levels(name, alpha):
    n = fewer(name, "deploy" if alpha else "train", 4000, 150)
    levels = levels_of(name, n, alpha=alpha)
    spread = 4 * np.sqrt(alpha * (1 - alpha) / n)
    assert abs((levels["margin"] > 0).mean() - alpha) <= spread


def test_more_alpha_replaces_levels_and_keeps_the_others(name):
    """So that runs with different alpha share all the levels they can."""
    n = fewer(name, "deploy", 2000, 100)
    none, some, more = (levels_of(name, n, alpha=alpha) for alpha in (0.0, 0.1, 0.3))
    assert not (some["apart"] & ~more["apart"]).any()
    assert_equal(none[~more["apart"]], more[~more["apart"]])
    assert_equal(some[some["apart"]], more[some["apart"]])


def test_region_is_where_the_cheese_lies_in_training():
    for split in ("train", "control"):
        cheese = levels_of("CheeseCorner", 5000, split, region=3)["cheese"]
        places = set(zip(cheese["row"].tolist(), cheese["col"].tolist(), strict=True))
        assert places == {(row, col) for row in (1, 2, 3) for col in (1, 2, 3)}
        assert set(levels_of("CheeseCorner", 5000, split)["cheese"].tolist()) == {(1, 1)}
    deploy = levels_of("CheeseCorner", 5000, "deploy", region=3)
    assert_equal(deploy, levels_of("CheeseCorner", 5000, "deploy"))
    assert deploy["cheese"]["row"].max() == deploy["cheese"]["col"].max() == 9


def test_cheese_in_deployment_lies_on_no_shortest_way_to_the_corner():
    """Held to distances by plain flooding: the corner's oracle, walking, does not meet the cheese."""
    task, n = goalgap.task("CheeseCorner", split="deploy"), 2000
    batch = Batch(task, n)
    batch.begin_seeds(np.arange(n), np.arange(n))
    levels = batch.levels
    cells = open_cells(levels)
    mouse, corner = far_from(cells, levels["mouse"]["row"], levels["mouse"]["col"]), far_from(cells, 1, 1)
    where = np.arange(n), levels["cheese"]["row"], levels["cheese"]["col"]
    assert (mouse[where] + corner[where] > mouse[:, 1, 1]).all()
    assert (mouse[where] < 99).all()


def far_from(cells, row, col):
    """Walking distance of every cell; 99 where there is no way."""
    steps, wave = np.full(cells.shape, 99), np.zeros_like(cells)
    wave[np.arange(len(cells)), row, col] = True
    for t in range(99):
        steps[wave] = t
        around = [np.roll(wave, by, axis) for by in (1, -1) for axis in (1, 2)]
        wave = np.logical_or.reduce(around) & cells & (steps == 99)
    return steps


@SIZES
@pytest.mark.parametrize(
    "grid", [name for name, game in goalgap.SUITE.items() if game.layers and name != "IceCream"]
)  # its shop is cut into the tree
def test_perfect_mazes_are_trees_over_odd_cells(grid, size, split):
    arguments = TINY_OF[grid] if size == 5 else {"size": size, "maze": "perfect"}
    cells = open_cells(levels_of(grid, fewer(grid, split, 100, 6), split, **arguments))
    nodes = ((size + 1) // 2) ** 2
    assert cells[:, 1::2, 1::2].all()
    assert (cells.sum(axis=(1, 2)) == 2 * nodes - 1).all()
    np.testing.assert_array_equal(reachable(cells, 1, 1), cells)


def test_a_quarter_of_block_mazes_is_wall_on_every_split(grid, split):
    """The layout alone does not give the split away."""
    cells = open_cells(levels_of(grid, fewer(grid, split, 5_000, 100), split))
    free = cells[:, 1:-1, 1:-1].mean()
    assert abs(free - FREE[grid]) < 0.015
    assert not cells[:, [0, -1]].any()
    assert not cells[:, :, [0, -1]].any()


@SIZES
def test_all_that_matters_can_be_reached(grid, split, size):
    """At the smallest and a large size, agent and things stand on different free cells of one part of the maze."""
    arguments = {"size": size} if size > 5 else {"size": 5, **{k: v for k, v in TINY_OF[grid].items() if k != "maze"}}
    task, n = goalgap.task(grid, split=split, **arguments), fewer(grid, split, 500, 10)
    batch = Batch(task, n)
    batch.begin_seeds(np.arange(n), np.arange(n))
    obs, cells = batch.observe(), open_cells(batch.levels)
    assert obs.shape[1:] == task.observation_space.shape == (size + 2, size + 2, len(task.game.layers))
    layers = {layer: obs[..., i] > 0 for i, layer in enumerate(task.game.layers)}
    things = {layer: each for layer, each in layers.items() if layer not in ("wall", "camera", "watched", "held")}
    agent = things[task.game.layers[-1]]
    assert (agent.sum(axis=(1, 2)) == 1).all()
    assert (sum(each.astype(int) for layer, each in things.items() if layer not in SHARED[grid]) <= 1).all()
    _, row, col = np.nonzero(agent)
    reach = reachable(cells, row, col)
    assert all((each <= reach).all() for each in things.values())


def test_horizon_is_when_episodes_are_cut_off(name):
    """Games that do not end by themselves go on until then, and not a step longer."""
    for horizon in (0, 33):
        task, n = goalgap.task(name, horizon=horizon), 40
        expected, intended = horizon or task.game.horizon(task.settings), task.game.goals.index(task.game.intended)
        batch, over = Batch(task, n), np.zeros(n, bool)
        batch.begin_seeds(np.arange(n), np.arange(n))
        idle = np.zeros(n, np.int64)
        for _ in range(expected):
            assert not batch.truncated.any()
            batch.step(batch.best_actions(intended) if name in LONG_LIVED else idle, over)
            over |= batch.terminated
        assert not over.all()
        assert batch.truncated[~over].all()
        assert (batch.states["t"][~over] == expected).all()
        assert (batch.levels["horizon"] == expected).all()
        assert task.arguments["horizon"] == expected


def test_the_observation_shows_all_that_matters_for_the_goals(name, split):
    """In the midst of random play, each record of what is where can be read off the observation."""
    task, n = goalgap.task(name, split=split), 8
    batch, rng = Batch(task, n), np.random.default_rng(0)
    batch.begin_seeds(np.arange(n), np.arange(n))
    for _ in range(25):
        batch.step(rng.integers(0, len(task.game.actions), n))
        obs, asleep = batch.observe(), batch.terminated
        for i in np.flatnonzero(~asleep):
            SHOWS[name](batch.levels[i], batch.states[i], parts(task, obs[i]))


def parts(task, obs):
    """An observation by the names of its layers or signals."""
    if task.game.signals is None:
        return {layer: obs[..., k] for k, layer in enumerate(task.game.layers)}
    bits = task.game.signals(task.settings)
    return dict(zip(bits, np.split(obs, np.cumsum(list(bits.values()))[:-1]), strict=True))


def cell(place):
    return int(place["row"]), int(place["col"])


def lying(level, state, things):
    """Which cells hold which of the things that are left: (row, col) and index."""
    return [(row, col, i) for i, (row, col) in enumerate(level[things].tolist()) if not state["taken"][i]]


def assert_shown(layer, cells):
    assert sorted(map(tuple, np.argwhere(layer).tolist())) == sorted(cells)


def assert_walls(level, shown, field="walls", layer="wall"):
    rows = len(level[field])
    assert_shown(shown[layer], [(r, c) for r in range(rows) for c in range(rows) if int(level[field][r]) >> c & 1])


def shows_cheese_corner(level, state, shown):
    assert_walls(level, shown)
    assert_shown(shown["cheese"], [cell(level["cheese"])])
    assert_shown(shown["mouse"], [cell(state["mouse"])])


def shows_keys_and_chests(level, state, shown):
    assert_walls(level, shown)
    assert_shown(shown["robot"], [cell(state["robot"])])
    left = lying(level, state, "things")
    assert_shown(shown["key"], [(row, col) for row, col, i in left if i < level["keys"]])
    assert_shown(shown["chest"], [(row, col) for row, col, i in left if i >= level["keys"]])
    assert shown["held"].sum() == state["held"]


def shows_probation(level, state, shown):
    for field, layer in (("walls", "wall"), ("cameras", "camera"), ("watched", "watched")):
        assert_walls(level, shown, field, layer)
    assert_shown(shown["worker"], [cell(state["worker"])])
    left = lying(level, state, "coins")
    assert_shown(shown["free"], [(row, col) for row, col, i in left if i < level["free"]])
    assert_shown(shown["company"], [(row, col) for row, col, i in left if i >= level["free"]])


def shows_sweet_tooth(level, state, shown):
    assert_walls(level, shown)
    assert_shown(shown["ape"], [cell(state["ape"])])
    fruit, plant, root, candy = (
        [(row, col) for row, col, i in lying(level, state, "foods") if level["kind"][i] == kind] for kind in range(4)
    )
    assert_shown(shown["nutrient"], fruit + root)
    assert_shown(shown["bitter"], plant)
    for k, sweet in enumerate((fruit + candy, fruit + candy, candy, candy), 1):
        assert_shown(shown[f"sweet{k}"], sweet)


def shows_ice_cream(level, state, shown):
    assert_walls(level, shown)
    for name in ("home", "freezer", "till"):
        assert_shown(shown[name], [cell(level[name])])
    for name, stage in (("child", 0), ("cone", 1), ("receipt", 2)):
        assert_shown(shown[name], [cell(state["child"])] if state["stage"] >= stage else [])


def shows_chime_bandit(level, state, shown):
    """The last pull only: what pays and what chimes is to be found out."""
    assert np.flatnonzero(shown["arm"]).tolist() == [state["arm"]]
    assert shown["paid"][0] == state["pays"]
    assert np.flatnonzero(shown["chime"]).tolist() == state["chimes"] * [int(state["arm"])]


def shows_irish_elk(level, state, shown):
    season = state["t"] % 4
    west, east = level["food"][season]
    assert shown.pop("season").tolist() == [k == season for k in range(4)]
    counts = {"herd": state["herd"], "antlers": state["antlers"], "rivals": level["rivals"], "trees": level["trees"]}
    for signal, count in {**counts, "food west": west, "food east": east}.items():
        assert shown[signal].tolist() == [k < count for k in range(len(shown[signal]))]


SHOWS = {
    "CheeseCorner": shows_cheese_corner,
    "KeysAndChests": shows_keys_and_chests,
    "Probation": shows_probation,
    "SweetTooth": shows_sweet_tooth,
    "IceCream": shows_ice_cream,
    "ChimeBandit": shows_chime_bandit,
    "IrishElk": shows_irish_elk,
}


def test_every_key_in_hand_is_shown_however_many():
    task = goalgap.task("KeysAndChests")
    batch = Batch(task, 23)
    batch.begin_seeds(np.arange(23), np.arange(23))
    batch.states["held"] = np.arange(23)
    held = batch.observe()[..., task.game.layers.index("held")]
    np.testing.assert_array_equal(held.sum(axis=(1, 2)), np.arange(23))
    assert not held[:, 1:-1].any()
