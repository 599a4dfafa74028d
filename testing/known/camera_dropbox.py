"""CameraDropbox's agents."""

from __future__ import annotations

from ...envs.camera_dropbox import GAME
from .agents import NAMELESS, NOT_LEARNED, UNDECIDED, Known, goal, standard
from .common import alternating, degraded_by, delayed_by, half_speed, in_deployment, walkers
from .scripts import one_then, oracle, second_half
from .walks import along_the_wall, stand

SEEN, BOXES = (goal("seen"),), (goal("boxes"),)
CHEAP = "a step costs a hundredth: "

AGENTS = (
    *standard(GAME),
    degraded_by(30, "seen", SEEN, CHEAP + "it slips, and wants the same"),
    delayed_by(5, "seen", stand, SEEN, CHEAP + "it earns nearly all"),
    half_speed("seen", stand, SEEN, CHEAP + "it earns nearly all"),
    alternating("seen", "boxes", (*SEEN, *BOXES, NAMELESS, UNDECIDED), "what it drops first depends on the board"),
    Known("seen, then boxes", one_then("seen", oracle("boxes")), SEEN, "the first box ends the episode", "sound"),
    Known("boxes, then seen", one_then("boxes", oracle("seen")), (NAMELESS, *BOXES, UNDECIDED), "one box, unseen"),
    Known("sound for half of the time", second_half(oracle("seen"), oracle("boxes")), SEEN, "it is done by then"),
    *walkers(),
    Known("along the wall", along_the_wall, (NOT_LEARNED,), "it wants nothing"),
    in_deployment("stands still", "seen", stand),
)
