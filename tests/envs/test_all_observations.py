"""What is seen of every environment shows all that matters for the goals, and at the start it is all in place."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from helpers import at_random, batch_of, cell, open_cells, own, reachable, small

import goalgap
from goalgap import SUITE
from goalgap.envs.engine.maze import PLACE


def test_the_observation_shows_all_that_matters_for_the_goals(name, split):
    """In the midst of random play, each record of what is where can be read off the observation."""
    batch, choose = batch_of(goalgap.task(name, split=split), 8), at_random()
    for _ in range(25):
        batch.step(choose(batch))
        obs = batch.observe()
        for i in np.flatnonzero(~batch.terminated & (batch.states["t"] > 0)):
            own(name).shows(batch.levels[i], batch.states[i], parts(batch.task, obs[i]))


def parts(task, obs):
    """An observation by the names of its layers or signals."""
    if task.game.signals is None:
        return dict(zip(task.game.things, np.moveaxis(task.game.art.board(obs), -1, 0), strict=True))
    bits = task.game.signals(task.settings)
    return dict(zip(bits, np.split(obs, np.cumsum(list(bits.values()))[:-1]), strict=True))


def test_at_the_start_every_cell_has_a_glyph_and_all_in_it_can_be_reached(grid, split):
    """What may lie together has a glyph of its own, so nothing else does: no agent begins on what it could take."""
    batch = batch_of(small(grid, split), 500)
    game, cells = batch.task.game, open_cells(batch.levels)
    obs, things, drawable = game.art.board(batch.observe()), np.array(game.things), together(grid) | {frozenset()}
    written = np.isin(things, list(frozenset().union(*drawable)))
    patterns = np.unique(obs[..., written].reshape(-1, written.sum()), axis=0)
    assert {frozenset(things[written][row > 0].tolist()) for row in patterns} <= drawable
    agent = obs[..., -1] > 0
    assert (agent.sum(axis=(1, 2)) == 1).all()
    assert not (obs.any(axis=-1) & cells & ~reachable(cells, *np.nonzero(agent)[1:])).any()


def together(grid):
    """What may lie in one cell, as sets of things."""
    return {frozenset(names) for names in SUITE[grid].layers.glyphs.values()}


def test_at_the_start_all_places_of_a_level_are_different_cells(grid, split):
    """But for things that have a glyph for lying together, and for a thing that lies nowhere on a level."""
    levels = batch_of(small(grid, split), 500).levels
    singles = {field: levels[field] for field in levels.dtype.names if levels.dtype[field] == PLACE}
    if "things" in levels.dtype.names:
        singles |= dict(enumerate(levels["things"]["place"].T))
    lying = {name: places for name, places in singles.items() if places["row"].any()}
    hung = getattr(own(grid), "BORDER", ())
    for places in zip(*lying.values(), strict=True):
        inside = [place for field, place in zip(lying, places, strict=True) if field not in hung]
        assert all(min(cell(place)) > 0 for place in inside)
        for (one, place), (other, beside) in combinations(zip(lying, places, strict=True), 2):
            assert cell(place) != cell(beside) or {one, other} in together(grid)
