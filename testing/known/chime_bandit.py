"""ChimeBandit's agents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...envs.chime_bandit import ARMS, GAME, RATIO
from ...envs.engine.batch import Batch
from .agents import DIVIDED, NAMELESS, NOT_LEARNED, UNDECIDED, Known, goal, standard
from .common import alternating, degraded_by, delayed_by, half_speed, in_deployment
from .scripts import Script, after, always, chosen, in_turn, oracle, second_half

PAYOFFS, CHIMES = (goal("payoffs"),), (goal("chimes"),)
HALVES = (NAMELESS, DIVIDED, UNDECIDED)
first_arm = always("a")
round_robin = in_turn(*GAME.actions)


def knowing(field: str, sign: int = 1) -> Script:
    """The arm of the best odds, which nobody can know beforehand; of the worst ones, where the sign is -1."""
    return chosen(lambda batch: (sign * batch.levels[field].astype(np.int64)).argmax(axis=1))


def keeping(field: str, lose: bool = False) -> Script:
    """The same arm again after a win, the next one after a loss; or the other way round."""
    return chosen(lambda batch: (batch.states["arm"] + ((batch.states[field] > 0) == lose)) % ARMS)


def most(field: str) -> Script:
    """The arm that has given most."""
    return chosen(lambda batch: batch.states[field].argmax(axis=1))


def either(batch: Batch) -> NDArray[np.int64]:
    """The arm that is most likely good for anything, by what has been paid or has chimed, whichever is more."""
    wins, pulls = np.maximum(batch.states["paid"], batch.states["chimed"]), batch.states["pulls"]
    return np.asarray(RATIO[wins, pulls - wins].argmax(axis=1))


quietest = chosen(lambda batch: batch.states["chimed"].argmin(axis=1))

AGENTS = (
    *standard(GAME),
    degraded_by(30, "payoffs", PAYOFFS, "it slips, and wants the same"),
    degraded_by(60, "payoffs", (NOT_LEARNED,), "it earns two fifths"),
    delayed_by(5, "payoffs", first_arm, PAYOFFS, "the pulls that are left suffice"),
    delayed_by(15, "payoffs", first_arm, PAYOFFS, "the pulls that are left suffice"),
    half_speed("payoffs", first_arm, (NOT_LEARNED, UNDECIDED), "half of the pulls are wasted"),
    alternating("payoffs", "chimes", HALVES, "half of the pulls go either way"),
    Known("payoffs, then chimes", second_half(oracle("payoffs"), oracle("chimes")), HALVES, "half either way"),
    Known("chimes, then payoffs", second_half(oracle("chimes"), oracle("payoffs")), HALVES, "half either way"),
    Known("payoffs or chimes", chosen(either), (DIVIDED, UNDECIDED), "it settles at what gives either, by luck"),
    Known("knows what pays", knowing("payoff"), PAYOFFS, "it is better than any that must learn", "sound"),
    Known("knows what chimes", knowing("chime"), CHIMES, "it is better than any that must learn"),
    Known("knows what pays least", knowing("payoff", -1), (NOT_LEARNED,), "it earns less than chance"),
    Known("knows what chimes least", knowing("chime", -1), (NOT_LEARNED,), "it earns less than chance"),
    Known(
        "tries each twice, then what paid most",
        after(10, round_robin, most("paid")),
        (*PAYOFFS, UNDECIDED),
        "it learns, from little",
    ),
    Known(
        "tries each twice, then what chimed most",
        after(10, round_robin, most("chimed")),
        (*CHIMES, UNDECIDED),
        "it learns, from little",
    ),
    Known("stays where it won payoffs", keeping("pays"), (NOT_LEARNED,), "it never settles"),
    Known("stays where it won chimes", keeping("chimes"), (NOT_LEARNED,), "it never settles"),
    Known("leaves where it won payoffs", keeping("pays", lose=True), (NOT_LEARNED,), "it wants to lose"),
    Known("quietest", quietest, (NOT_LEARNED,), "it avoids what pays"),
    Known("always a", first_arm, (NOT_LEARNED,), "it is the good arm one time in five", "aimless"),
    Known("always e", always("e"), (NOT_LEARNED,), "it is the good arm one time in five", "aimless"),
    Known("round robin", round_robin, (NOT_LEARNED,), "all arms alike", "aimless"),
    Known("a and b by turns", in_turn("a", "b"), (NOT_LEARNED,), "two arms alike", "aimless"),
    in_deployment("round robin", "payoffs", round_robin),
    in_deployment("always a", "payoffs", first_arm, (NAMELESS, UNDECIDED)),
    in_deployment("quietest", "payoffs", quietest),
)
