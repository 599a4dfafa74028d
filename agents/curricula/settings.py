"""What a curriculum is, as plain data: constants are those of Abdel Sadek et al. 2025, appendix J. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from ...choices import choose, shown
from ...envs.engine.editing import EDITS
from ..fields import check_numbers, number
from .scores import SCORES

METHODS: dict[str, dict[str, Any]] = {  # how they differ from the fields' own defaults
    "plr": {"robust": False},
    "robust-plr": {},
    "accel": {"replay": 0.5, "edits": "identity"},
}


@dataclass(frozen=True)
class Curriculum:
    """How levels are chosen; ValueError or TypeError when made wrongly.

    Attributes:
        method: one of `METHODS`.
        score: what a level is played again for, one of `scores.SCORES`.
        robust: whether new levels are only tried, and learned from when they are played again.
        replay: the probability that a batch is replayed; before each rollout new batches are tried until one is. Where
            new levels are learned from, the share of levels that are replayed.
        buffer: how many levels are kept.
        temperature: the lower, the more the rank of a level's score counts.
        staleness: the weight of how long ago a level was played.
        edits: how replayed levels are edited, one of `EDITS`; none if empty.
        edit_steps: edits of each level.
    """

    method: str
    score: str = "max-latest"
    robust: bool = True
    replay: float = number(0.33, 0.01, 1)
    buffer: int = number(4096, 2, 2**20)
    temperature: float = number(0.1, 1e-3, 1e3)
    staleness: float = number(0.1, 0, 1)
    edits: str = ""
    edit_steps: int = number(12, 2, 1000)

    def __post_init__(self) -> None:
        choose("curriculum", self.method, METHODS)
        choose("score of a curriculum", self.score, SCORES)
        if not isinstance(self.robust, bool):
            raise TypeError(f"robust of a curriculum is True or False, not {shown(self.robust)}")
        if self.edits:
            choose("way to edit levels", self.edits, EDITS)
        check_numbers(self)
        if self.edits and not self.robust:
            raise ValueError("levels are edited where curricula are robust: edited levels are tried before they count")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """A method with changes, such as {"method": "accel", "score": "oracle-latest"}."""
        changes = dict(given)
        for name in changes:
            choose("field of a curriculum", name, [field.name for field in fields(cls)])
        return cls(**{**METHODS[choose("curriculum", changes.get("method"), METHODS)], **changes})

    @property
    def changes(self) -> dict[str, Any]:
        """The method, and what is not as it is by the method's own constants."""
        usual = Curriculum.of({"method": self.method}).as_data()
        return {name: value for name, value in self.as_data().items() if name == "method" or value != usual[name]}

    def as_data(self) -> dict[str, Any]:
        """JSON-able data, from which `of` makes it again."""
        return asdict(self)
