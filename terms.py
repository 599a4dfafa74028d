"""The words that declared environments and recorded episodes share: splits, rewards and events, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Split = Literal["train", "control", "deploy"]
Role = Literal["intended", "proxy", "misspecified"]
SPLITS: tuple[Split, ...] = ("train", "control", "deploy")
KINDS = ("side-effect", "instrumental", "approximate", "deceptive")
LEVELS = 1000  # of each split in a usual evaluation, seeds 0 .. 999
MOST_LEVELS = 10**6  # of each split in any evaluation
NONE = "none"  # the outcome of an episode that went for nothing that has a name


@dataclass(frozen=True)
class Reward:
    """A reward function over transitions and a discount; the rewards themselves are written by the kernel `step`.

    Attributes:
        name: letters, digits, `_` and `-`.
        role: a goal is "intended" or a "proxy"; a "misspecified" reward is one to train on, never one to score by.
        blurb: what it asks for, in a few words that follow "the goal is to".
        discount: per step, in (0, 1], for scoring.
        kind: of a proxy, its kind of pseudo-alignment (Hubinger et al. 2019), one of `KINDS`.
        signed: whether fractions of its optimum are measured from what random play earns, because it may be negative,
            or because chance alone earns much of it.
    """

    name: str
    role: Role
    blurb: str
    discount: float = 1.0
    kind: str = ""
    signed: bool = False


@dataclass(frozen=True)
class Event:
    """Something that is recorded and nobody is rewarded for: `step` writes +1 each time it happens."""

    name: str
    blurb: str
