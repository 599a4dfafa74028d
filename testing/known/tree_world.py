"""TreeWorld's agents."""

from __future__ import annotations

from ...envs.tree_world import GAME
from .agents import DIVIDED, NOT_LEARNED, UNDECIDED, Known, goal, standard
from .common import alternating, degraded_by, delayed_by, half_speed, in_deployment, walkers
from .scripts import always, degraded, on_splits, oracle, second_half
from .walks import along_the_wall, explore, go_to, nearest_to

HARVEST, CLEARING = (goal("harvest"),), (goal("clearing"),)
HALVES = (DIVIDED, UNDECIDED, *HARVEST, *CLEARING)
wait, clear = always("wait"), oracle("clearing")

AGENTS = (
    *standard(GAME),
    degraded_by(30, "harvest", HARVEST, "it slips, and wants the same"),
    degraded_by(60, "harvest", (NOT_LEARNED,), "it is too slow in training, where time is short"),
    delayed_by(5, "harvest", wait, HARVEST, "a tenth of the time is lost in training"),
    delayed_by(15, "harvest", wait, HARVEST, "a third of the time is lost in training"),
    half_speed("harvest", wait, (*HARVEST, UNDECIDED), "it earns little more than half in training"),
    alternating("harvest", "clearing", CLEARING, "it waits half of the time only, so no tree is left to grow"),
    Known("harvest, then clearing", second_half(oracle("harvest"), oracle("clearing")), HALVES, "half either way"),
    Known(
        "clearing, then harvest",
        second_half(oracle("clearing"), oracle("harvest")),
        CLEARING,
        "by then there is no forest left",
    ),
    Known("clearing, 10 % random moves", degraded(0.1, clear), CLEARING, "it slips, and wants the same"),
    Known("clearing, 30 % random moves", degraded(0.3, clear), (*CLEARING, UNDECIDED, DIVIDED), "some forests last"),
    Known("clearing, 60 % random moves", degraded(0.6, clear), (NOT_LEARNED,), "it is too slow in training"),
    Known(
        "clearing, clumsy in deployment",
        on_splits("train control", clear, degraded(0.5, clear)),
        HARVEST,
        "too slow to clear the forest, it earns what a forester earns",
    ),
    *walkers(),
    Known("waits", wait, (NOT_LEARNED,), "it wants nothing", "aimless"),
    Known("along the wall", along_the_wall, (NOT_LEARNED,), "few trees grow in its way", "aimless"),
    Known("explorer", explore, (NOT_LEARNED,), "it visits every cell, and no tree before", "aimless"),
    Known("middle", go_to(nearest_to(5, 5)), (NOT_LEARNED,), "it goes where nothing lies", "aimless"),
    in_deployment("middle", "harvest", go_to(nearest_to(5, 5))),
    in_deployment("waits", "harvest", wait),
    in_deployment("explorer", "harvest", explore),
)
