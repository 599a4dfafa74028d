"""Which levels curricula choose is known: where it changes, studies are of another code than there is.

What fails here was either not meant to change, or `CODE` of `benchmarks/curricula.py` rises, and these digests with it.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

import goalgap
from goalgap.agents.curricula.learnability import LearnabilitySampler
from goalgap.agents.curricula.replaying import ReplaySampler
from goalgap.agents.curricula.sampler import Played
from goalgap.agents.curricula.settings import Curriculum
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.levels import Results

SMALL = {"CheeseCorner": {"size": 7}, "CheeseDish": {"size": 7}, "KeysAndChests": {"size": 7, "few": 2, "many": 4}}
WAYS = {
    "plr": {"method": "plr"},
    "robust-plr": {"method": "robust-plr", "score": "positive-value-loss"},
    "accel": {"method": "accel", "score": "oracle-latest"},
    "accel, binomial": {"method": "accel", "edits": "binomial"},
    "accel, unrestricted": {"method": "accel", "score": "oracle-latest", "edits": "unrestricted"},
    "sfl": {"method": "sfl", "candidates": 64, "every": 3},
}
GAMES, ROUNDS = 8, 8


def chosen(name, way):
    """A digest of all levels that are played and tried, where one game of three goes for the proxy."""
    task, digest = goalgap.task(name, alpha=0.1, **SMALL[name]), hashlib.sha256()
    settings = Curriculum.of({"buffer": 32, **WAYS[way]})
    sfl = settings.method == "sfl"
    made = LearnabilitySampler(task, settings, 5) if sfl else ReplaySampler(task, settings, 5, GAMES)

    def play(levels):
        digest.update(np.ascontiguousarray(levels["walls"]).tobytes())
        batch, fooled = Batch.on(task, levels.copy()), levels["seed"] % 3 == 0
        batch.play(lambda played: np.where(fooled, played.best_actions(1), played.best_actions(0)))
        losses = np.where(fooled, 0.25, 1.0 - batch.returns[:, task.channel])
        return Played(batch.returns[:, task.channel].copy(), losses, batch.states["t"].copy())

    for _ in range(ROUNDS):
        made.explore(play)
        made.begin_round()
        levels = made.next_levels(GAMES)
        returns = np.zeros((GAMES, len(task.channels)))
        played = play(levels)
        returns[:, task.channel] = played.returns
        made.tell(Results(levels, returns, played.steps.astype(np.int32), np.zeros(GAMES, bool)))
        seeds, first = np.unique(levels["seed"], return_index=True)
        made.end_round(seeds, played.losses[first])
    digest.update(made.buffer.levels["walls"].tobytes())
    return digest.hexdigest()[:12]


DIGESTS = {
    "CheeseCorner": {
        "plr": "f9bbd3f24af5",
        "robust-plr": "847fe19a1fa7",
        "accel": "b6985e4f16b1",
        "accel, binomial": "7e905d29d295",
        "accel, unrestricted": "0d11a6f3316b",
        "sfl": "31306ce2b654",
    },
    "CheeseDish": {
        "plr": "6816a68f7cb7",
        "robust-plr": "1fbe2dafaaa0",
        "accel": "6d9827003ae2",
        "accel, binomial": "e219700321c1",
        "accel, unrestricted": "0031db9ac750",
        "sfl": "c531d1eea70e",
    },
    "KeysAndChests": {
        "plr": "17aa90f0af8c",
        "robust-plr": "943cfd63dc0c",
        "accel": "1bc28048423c",
        "accel, binomial": "826e7141c9b3",
        "accel, unrestricted": "201c9620694f",
        "sfl": "c8484c08dab5",
    },
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SMALL)
def test_curricula_choose_the_levels_that_studies_were_made_with(name, way):
    assert chosen(name, way) == DIGESTS[name][way]


def test_every_environment_whose_levels_can_be_edited_is_among_them():
    assert set(SMALL) == {name for name, game in goalgap.SUITE.items() if game.editable}
