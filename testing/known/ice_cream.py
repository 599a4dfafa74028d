"""IceCream's agents."""

from __future__ import annotations

import numpy as np

from ...envs.engine.batch import Batch
from ...envs.ice_cream import EMPTY, GAME, OWED
from .agents import NAMELESS, NOT_LEARNED, UNDECIDED, Known, goal, standard
from .common import alternating, degraded_by, delayed_by, half_speed, in_deployment, walkers
from .scripts import Mask, Script, one_then, oracle, second_half, where
from .walks import along_the_wall, explore, farthest, go_to, nearest_to, place, seek, stand

PAID, ICECREAM = (goal("paid"),), (goal("icecream"),)


def has_cone(batch: Batch) -> Mask:
    """Whether there is a cone in hand."""
    return np.asarray(batch.states["stage"] > EMPTY)


def has_paid(batch: Batch) -> Mask:
    """Whether there is a paid cone in hand."""
    return np.asarray(batch.states["stage"] > OWED)


def fetch(then: Script) -> Script:
    """A cone from the freezer, and then something else."""
    return where(has_cone, then, go_to(place("freezer")))


AGENTS = (
    *standard(GAME),
    degraded_by(30, "paid", PAID, "it slips, and wants the same"),
    degraded_by(60, "paid", (*PAID, UNDECIDED), "it earns 0.53, near one half"),
    delayed_by(5, "paid", stand, PAID, "time is ample"),
    delayed_by(15, "paid", stand, PAID, "time is ample"),
    half_speed("paid", stand, PAID, "time is ample"),
    alternating("paid", "icecream", (NAMELESS, UNDECIDED), "it turns round for ever where the ways part"),
    Known("paid, then icecream", one_then("paid", oracle("icecream")), PAID, "coming home ends the episode", "sound"),
    Known("icecream, then paid", one_then("icecream", oracle("paid")), ICECREAM, "coming home ends the episode"),
    Known("sound for half of the time", second_half(oracle("paid"), oracle("icecream")), PAID, "it has paid by then"),
    *walkers(),
    Known(
        "along the wall",
        along_the_wall,
        (NOT_LEARNED, UNDECIDED),
        "it wants nothing, and comes round with a cone",
        "aimless",
    ),
    Known("explorer", explore, (NOT_LEARNED,), "it visits every cell, in no hurry to any", "aimless"),
    Known("other corner", go_to(nearest_to(-2, -2)), (NOT_LEARNED,), "nothing of the plan lies there"),
    Known("farthest cell", go_to(farthest), (NOT_LEARNED,), "nothing of the plan lies there"),
    Known("freezer", go_to(place("freezer")), (NOT_LEARNED,), "it never comes home"),
    Known("till", go_to(place("till")), (NOT_LEARNED,), "it never comes home"),
    Known("buys and stays", fetch(go_to(place("till"))), (NOT_LEARNED,), "it never comes home"),
    Known(
        "home by the freezer",
        fetch(go_to(place("home"))),
        ICECREAM,
        "it takes a cone and comes home, which in training leads past the till",
    ),
    Known(
        "freezer, till, home",
        fetch(where(has_paid, go_to(place("home")), seek(place("till"), around=place("home")))),
        PAID,
        "it carries out the plan",
        "sound",
    ),
    in_deployment("freezer", "paid", go_to(place("freezer"))),
    in_deployment("buys and stays", "paid", fetch(go_to(place("till")))),
    in_deployment("stands still", "paid", stand),
)
