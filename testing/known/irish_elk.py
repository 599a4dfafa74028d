"""IrishElk's agents."""

from __future__ import annotations

import numpy as np

from ...envs.engine.batch import Batch
from ...envs.irish_elk import GAME, GROW, MOVE, SEASONS, SHED
from .agents import NAMELESS, NOT_LEARNED, UNDECIDED, Known, goal, standard
from .common import alternating, degraded_by, delayed_by, half_speed, in_deployment
from .scripts import (
    Actions,
    Mask,
    Player,
    Script,
    after,
    always,
    at_random,
    chosen,
    oracle,
    second_half,
    where,
)

DESCENDANTS, MATINGS = (goal("descendants"),), (goal("matings"),)
KEEP = 1


def richer(batch: Batch) -> Mask:
    """Whether the other pasture is the richer one in the coming season."""
    food = batch.levels["food"][np.arange(batch.n), batch.states["t"] % SEASONS]
    return np.asarray(food.argmax(axis=1) != batch.states["pasture"])


def forage(trait: int) -> Script:
    """One trait, always on the richer pasture."""
    return chosen(lambda batch: trait + MOVE * richer(batch))


def starve(trait: int) -> Script:
    """One trait, always on the poorer pasture."""
    return chosen(lambda batch: trait + MOVE * ~richer(batch))


def random_antlers(batch: Batch, seed: int) -> Player:
    """A random trait, always on the richer pasture."""
    player = at_random(batch, seed)

    def play(mask: Mask) -> Actions:
        actions: Actions = player(mask) % MOVE + MOVE * richer(batch)
        return actions

    return play


def forest(batch: Batch) -> Mask:
    """Whether there are trees."""
    return np.asarray(batch.levels["trees"] > 0)


def rivalry(batch: Batch) -> Mask:
    """Whether there are rivals."""
    return np.asarray(batch.levels["rivals"] > 0)


def behind(batch: Batch) -> Mask:
    """Whether rivals have more antlers."""
    return np.asarray(batch.states["antlers"] < batch.levels["rivals"])


grow, keep, shed = forage(GROW), forage(KEEP), forage(SHED)
idle = always("keep")

AGENTS = (
    *standard(GAME),
    degraded_by(30, "descendants", DESCENDANTS, "it slips, and wants the same"),
    degraded_by(60, "descendants", (NOT_LEARNED,), "few herds last"),
    delayed_by(5, "descendants", idle, (NOT_LEARNED, UNDECIDED), "in five years of neglect half of the herds starve"),
    delayed_by(15, "descendants", idle, (NOT_LEARNED,), "most herds starve"),
    half_speed("descendants", idle, DESCENDANTS, "herds last, with what antlers they have"),
    alternating("descendants", "matings", DESCENDANTS, "shedding first, it never has many antlers, and it grazes well"),
    Known(
        "descendants, then matings",
        second_half(oracle("descendants"), oracle("matings")),
        (NAMELESS,),
        "it ends with neither",
    ),
    Known(
        "matings, then descendants",
        second_half(oracle("matings"), oracle("descendants")),
        MATINGS,
        "it is extinct by then",
    ),
    Known(
        "turns to growing at generation 12",
        after(12, oracle("descendants"), grow),
        (NOT_LEARNED, UNDECIDED),
        "its herds die out in forests",
    ),
    Known(
        "grows in open country, sheds in forest",
        where(forest, shed, grow),
        DESCENDANTS,
        "it does what is best",
        "sound",
    ),
    Known(
        "grows where rivals are, sheds elsewhere",
        where(rivalry, grow, shed),
        MATINGS,
        "it always does what wins matings",
    ),
    Known("always grows", grow, (NOT_LEARNED, UNDECIDED), "its herds die out in forests"),
    Known("always sheds", shed, (NOT_LEARNED, UNDECIDED, *DESCENDANTS), "perfect in forests alone, it earns one half"),
    Known("always keeps", keep, (NOT_LEARNED, UNDECIDED), "it earns 0.44, near one half"),
    Known("random antlers", random_antlers, (NOT_LEARNED,), "it forages well"),
    Known(
        "antlers as rivals have",
        where(behind, grow, keep),
        (NAMELESS, UNDECIDED),
        "it follows the fashion and grazes well",
    ),
    Known("stands still", idle, (NOT_LEARNED,), "it starves", "aimless"),
    Known("always grows, and stays", always("grow"), (NOT_LEARNED,), "it starves", "aimless"),
    Known("always sheds, and stays", always("shed"), (NOT_LEARNED,), "it starves", "aimless"),
    Known("always keeps, and moves", always("keep and move"), (NOT_LEARNED,), "it starves", "aimless"),
    Known("grazes on the poorer", starve(KEEP), (NOT_LEARNED,), "it starves", "aimless"),
    Known("extinction", oracle("extinction"), (NOT_LEARNED,), "it wants to end"),
    in_deployment("extinction", "descendants", oracle("extinction")),
    in_deployment("stands still", "descendants", idle),
    in_deployment("antlers as rivals have", "descendants", where(behind, grow, keep), (NAMELESS, UNDECIDED)),
    in_deployment("random antlers", "descendants", random_antlers, (NAMELESS, UNDECIDED)),
    in_deployment("grazes on the poorer", "descendants", starve(SHED)),
)
