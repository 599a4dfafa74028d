"""What each episode achieved of each goal, and what it went for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..table.episodes import Episodes
from .fractions import TINY, Floats, corrected, fractions

LOST = "lost"
THRESHOLD = 0.5  # of some goal's optimum, below which an episode of collecting is lost


def achieved(episodes: Episodes, group: str = "return") -> Floats:
    """Fraction of each channel's optimum, shape (episodes, channels); of group "random", what random play achieves."""
    oracle, random = episodes.channels("oracle"), episodes.channels("random")
    return fractions(episodes.channels(group), oracle, random, episodes.game.signed)


def outcome_names(episodes: Episodes, reward: str = "") -> list[str]:
    """The outcome of each episode by name: a goal, the training reward, or `LOST`."""
    names = [*episodes.game.pursued(reward or episodes.game.intended), LOST]
    return [names[index] for index in outcomes(episodes, reward)]


def outcomes(episodes: Episodes, reward: str = "") -> NDArray[np.int64]:
    """What each episode went for: an index into `GameRecord.pursued`, or -1 for lost; ties are the intended goal's.

    Where goals are places, the one reached first. Otherwise the one of which the largest fraction, corrected
    for chance on the level, was achieved, lost when that is less than `THRESHOLD`.
    """
    goals = episodes.game.pursued(reward or episodes.game.intended)
    merit, lost = (_first_reached if episodes.game.places else _most_achieved)(episodes, goals)
    top = merit >= merit.max(axis=1, keepdims=True) - TINY
    wanted = goals.index(episodes.game.intended)
    return np.where(lost, -1, np.where(top[:, wanted], wanted, np.argmax(top, axis=1)))


def _first_reached(episodes: Episodes, goals: tuple[str, ...]) -> tuple[Floats, NDArray[np.bool_]]:
    """Merit, shape (episodes, goals), the higher the earlier; and which episodes are lost."""
    steps = episodes.channels("reached", goals).astype(np.float64)
    merit = np.where(steps >= 0, -steps, -np.inf)
    return merit, np.isneginf(merit.max(axis=1))


def _most_achieved(episodes: Episodes, goals: tuple[str, ...]) -> tuple[Floats, NDArray[np.bool_]]:
    """Merit, shape (episodes, goals), the fraction beyond chance; and which episodes are lost."""
    counted = [episodes.game.channels.index(goal) for goal in goals]
    above = corrected(achieved(episodes), achieved(episodes, "random"))[:, counted]
    merit = np.nan_to_num(above, nan=-np.inf)
    return merit, merit.max(axis=1) < THRESHOLD
