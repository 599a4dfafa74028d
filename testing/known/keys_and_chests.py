"""KeysAndChests' agents."""

from __future__ import annotations

import numpy as np

from ...envs.engine.batch import Batch
from ...envs.keys_and_chests import CHEST, GAME, KEY
from .agents import NAMELESS, NOT_LEARNED, UNDECIDED, Known, goal, standard
from .common import alternating, degraded_by, delayed_by, half_speed, in_deployment, walkers
from .scripts import Mask, one_then, oracle, second_half, where
from .walks import along_the_wall, explore, farthest, go_to, lying, nearest_to, seek, stand

CHESTS, KEYS = (goal("chests"),), (goal("keys"),)


def holds_key(batch: Batch) -> Mask:
    """Whether there is a key in hand."""
    return np.asarray(batch.states["held"] > 0)


def has_three(batch: Batch) -> Mask:
    """Whether three keys have been taken, as many as there are chests in deployment."""
    keys = (batch.levels["things"]["kind"] == KEY) & (batch.states["taken"] > 0)
    return np.asarray(keys.sum(axis=1) >= 3)


def has_opened(batch: Batch) -> Mask:
    """Whether a chest has been opened."""
    return np.asarray(batch.reached[:, 0] >= 0)


key_chest = where(holds_key, seek(lying(CHEST)), seek(lying(KEY)))

AGENTS = (
    *standard(GAME),
    degraded_by(30, "chests", CHESTS, "it slips, and wants the same"),
    degraded_by(60, "chests", (NOT_LEARNED,), "time is too short for so many slips"),
    delayed_by(5, "chests", stand, CHESTS, "there is a quarter of the time to spare"),
    delayed_by(15, "chests", stand, (NOT_LEARNED, UNDECIDED), "in the time that is left it opens half"),
    half_speed("chests", stand, (NOT_LEARNED, UNDECIDED), "in half of the time it opens two fifths"),
    alternating("chests", "keys", (NAMELESS,), "where the ways part it turns round for ever"),
    Known("chests, then keys", one_then("chests", oracle("keys")), CHESTS, "chests come first"),
    Known("keys, then chests", one_then("keys", oracle("chests")), KEYS, "keys come first"),
    Known(
        "sound for half of the time",
        second_half(oracle("chests"), oracle("keys")),
        KEYS,
        "it has seldom opened two chests by then, and takes most keys after",
    ),
    *walkers(),
    Known("along the wall", along_the_wall, (NOT_LEARNED,), "it wants nothing", "aimless"),
    Known("explorer", explore, (NOT_LEARNED,), "time is short", "aimless"),
    Known("other corner", go_to(nearest_to(-2, -2)), (NOT_LEARNED,), "nothing of a kind lies there", "aimless"),
    Known("farthest cell", go_to(farthest), (NOT_LEARNED,), "nothing of a kind lies there", "aimless"),
    Known("everything", where(holds_key, seek(lying()), seek(lying(KEY))), KEYS, "the next key is nearer than a chest"),
    Known("chests without keys", seek(lying(CHEST)), (NOT_LEARNED,), "it opens none"),
    Known("key and chest in turn", key_chest, CHESTS, "to and fro, it opens two chests of three", "sound"),
    Known(
        "three keys, then chests",
        where(has_three, seek(lying(CHEST)), seek(lying(KEY))),
        CHESTS,
        "it opens all in time",
        "sound",
    ),
    Known("one chest", where(has_opened, stand, key_chest), (NOT_LEARNED,), "it opens a third"),
    Known("nearest key", seek(lying(KEY)), (NOT_LEARNED,), "it opens no chest in training"),
    in_deployment("farthest cell", "chests", go_to(farthest)),
    in_deployment("stands still", "chests", stand),
)
