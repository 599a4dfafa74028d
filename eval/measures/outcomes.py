"""What recorded episodes went for, by the rule of `pursuit`."""

from __future__ import annotations

from ...pursuit import Floats, Indices, fractions, outcomes
from ...terms import NONE
from ..table.episodes import Episodes
from ..table.game import GameRecord


def achieved(episodes: Episodes, group: str = "return") -> Floats:
    """Fraction of each channel's optimum, shape (episodes, channels); of group "random", what random play achieves."""
    oracle, random = episodes.channels("oracle"), episodes.channels("random")
    return fractions(episodes.channels(group), oracle, random, episodes.game.signed)


def outcome_names(game: GameRecord) -> tuple[str, ...]:
    """What an episode of a game may have gone for: its rewards, then `NONE`."""
    return *(reward.name for reward in game.rewards), NONE


def episode_outcomes(episodes: Episodes) -> Indices:
    """What each episode went for, an index into `outcome_names`."""
    game = episodes.game
    counted = slice(len(game.rewards))
    return outcomes(
        game.rewards, game.places, achieved(episodes)[:, counted], achieved(episodes, "random")[:, counted],
        episodes.channels("reached")[:, counted],
    )  # fmt: skip


def named_outcomes(episodes: Episodes) -> list[str]:
    """What each episode went for, by name."""
    names = outcome_names(episodes.game)
    return [names[k] for k in episode_outcomes(episodes)]
