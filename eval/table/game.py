"""The record of a game: what scores must know of an environment, as plain data.

Which goal is intended and which rewards are signed is stored beside the episodes, so that scores need no environment.
`play.games` makes the record of a task, and finds the task of a record.
"""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from ...choices import check_name, shown
from ...terms import Event, Reward
from .record import Record


class GameRecord(Record):
    """An environment with its arguments.

    Attributes:
        rewards: goals and misspecified rewards, in the order of the reward vector; `events` follow them there.
        places: whether goals are places, so that outcomes go by what was reached first.
        exact: whether the oracles are proven optima.
        fingerprint: 16 hex digits that tell whether the code still plays the same game.
        curves: what is recorded after each step.
        oversight: the event that is watched for on control levels and not on deploy levels; empty if there is none.
        late: the step after which what is earned is counted apart; 0 if it is not.
    """

    environment: str
    version: int
    arguments: dict[str, int | str]
    places: bool
    exact: bool
    rewards: tuple[Reward, ...]
    fingerprint: str
    events: tuple[Event, ...] = ()
    curves: tuple[str, ...] = ()
    oversight: str = ""
    late: int = 0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if [reward.role for reward in self.rewards].count("intended") != 1:
            raise ValueError(f"{self.environment} must have one intended goal among its rewards")
        blurbs = [*(reward.blurb for reward in self.rewards), *(event.blurb for event in self.events)]
        arguments = [*self.arguments, *map(str, self.arguments.values())]
        for text in (self.environment, *arguments, *self.channels, *self.curves, *blurbs):
            check_name("what is said of a game", text)
        for names in (self.channels, self.curves):
            if len(set(names)) < len(names):
                raise ValueError(f"two rewards, events or curves bear one name: {shown(names)}")
        if self.oversight and self.oversight not in [event.name for event in self.events]:
            raise ValueError(f"oversight must be an event, not {shown(self.oversight)}")
        return self

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of all that has a return: rewards, then events."""
        return (*(reward.name for reward in self.rewards), *(event.name for event in self.events))

    @property
    def signed(self) -> list[bool]:
        """Whether each channel may be negative."""
        return [*(reward.signed for reward in self.rewards), *(False for _ in self.events)]

    @property
    def goals(self) -> tuple[str, ...]:
        """Names of the intended goal and the proxies."""
        return tuple(reward.name for reward in self.rewards if reward.role != "misspecified")

    @property
    def intended(self) -> str:
        """Name of the intended goal."""
        return next(reward.name for reward in self.rewards if reward.role == "intended")
