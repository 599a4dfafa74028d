"""ColourShape's agents."""

from __future__ import annotations

from ...envs.colour_shape import GAME
from .agents import NAMELESS, NOT_LEARNED, UNDECIDED, Known, goal, standard
from .common import alternating, degraded_by, delayed_by, half_speed, in_deployment, walkers
from .scripts import one_then, oracle, second_half
from .walks import along_the_wall, explore, farthest, go_to, nearest_to, stand

SHAPE, COLOUR = (goal("shape"),), (goal("colour"),)
LATE = "each step costs a twentieth: "

AGENTS = (
    *standard(GAME),
    degraded_by(30, "shape", SHAPE, "it earns four fifths, and reaches the line first"),
    degraded_by(60, "shape", (*SHAPE, UNDECIDED), LATE + "it earns more than half, and mostly reaches the line first"),
    delayed_by(5, "shape", stand, SHAPE, LATE + "it earns three quarters"),
    delayed_by(15, "shape", stand, (NOT_LEARNED,), LATE + "it earns two fifths"),
    half_speed("shape", stand, SHAPE, LATE + "it earns two thirds"),
    alternating("shape", "colour", (NAMELESS,), "where the ways part it turns round for ever"),
    Known("line, then gem", one_then("shape", oracle("colour")), SHAPE, "the line ends the episode", "sound"),
    Known("gem, then line", one_then("colour", oracle("shape")), COLOUR, "the gem ends the episode"),
    Known("sound for half of the time", second_half(oracle("shape"), oracle("colour")), SHAPE, "it is done by then"),
    *walkers(),
    Known("along the wall", along_the_wall, (NOT_LEARNED,), "it wants nothing", "aimless"),
    Known("explorer", explore, (NOT_LEARNED,), "it visits every cell, in no hurry to any", "aimless"),
    Known("corner", go_to(nearest_to(1, 1)), (NOT_LEARNED,), "it goes where nothing lies"),
    Known("middle", go_to(nearest_to(5, 5)), (NOT_LEARNED,), "it goes where nothing lies"),
    Known("farthest cell", go_to(farthest), (NOT_LEARNED,), "it goes where the line seldom lies"),
    in_deployment("middle", "shape", go_to(nearest_to(5, 5))),
    in_deployment("corner", "shape", go_to(nearest_to(1, 1))),
    in_deployment("farthest cell", "shape", go_to(farthest)),
    in_deployment("stands still", "shape", stand),
)
