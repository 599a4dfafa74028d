"""What a curriculum is, as plain data. No torch here.

Constants are those of Abdel Sadek et al. 2025, appendix J, but for `episodes`: theirs tries a level for a rollout of
hundreds of steps. Those of SFL are of Rutherford et al. 2024, for the navigation of robots; but its levels are tried
every 20 rollouts, not every 50: theirs train for some 2,300 of them, and ours for about a hundred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from ...choices import choose, shown
from ...envs.engine.editing import EDITS
from ..fields import check_number, check_numbers, number
from .scores import LEARNABILITY, SCORES

METHODS: dict[str, dict[str, Any]] = {  # how they differ from the fields' own defaults
    "plr": {"robust": False},
    "robust-plr": {},
    "accel": {"replay": 0.5, "edits": "identity"},
    "sfl": {
        "score": LEARNABILITY, "robust": False, "replay": 0.5, "buffer": 100, "candidates": 5000, "every": 20,
        "episodes": 4,
    },
}  # fmt: skip
LATER = ("candidates", "every")  # fields of SFL alone, which records of other methods do not tell


@dataclass(frozen=True)
class Curriculum:
    """How levels are chosen; ValueError or TypeError when made wrongly.

    Attributes:
        method: one of `METHODS`.
        score: what a level is played again for, by its name.
        robust: whether new levels are only tried, and learned from when they are played again.
        replay: the probability that a batch is replayed; before each rollout new batches are tried until one is. Where
            new levels are learned from, the share of levels that are replayed.
        buffer: how many levels are kept.
        temperature: the lower, the more the rank of a level's score counts.
        staleness: the weight of how long ago a level was played.
        edits: how replayed levels are edited, by its name; not at all if empty.
        edit_steps: edits of each level.
        episodes: of each level that is tried.
        candidates: how many new levels are tried for a new buffer, in place of all else that is tried; of SFL alone.
        every: rollouts between two such tries.
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
    episodes: int = number(2, 1, 1000)
    candidates: int = number(0, 0, 2**20)
    every: int = number(0, 0)

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
        self._check_candidates()
        self._check_unused()

    def _check_candidates(self) -> None:
        told = {name: getattr(self, name) for name in LATER}
        if self.method != "sfl":
            if any(told.values()):
                raise ValueError(f"{', '.join(told)} are of sfl, not of {self.method}")
            return
        for name, value in told.items():
            check_number(name, value, whole=True, least=1, most=2**20)
        if self.score != LEARNABILITY or self.robust:
            raise ValueError("sfl keeps levels by their learnability, and learns from new ones too, if replay is not 1")
        if self.candidates < self.buffer:
            raise ValueError(f"candidates of sfl are at least as many as its buffer keeps, {self.buffer}")

    def _check_unused(self) -> None:
        """Two agents would have different recipes and be trained alike."""
        for name in self.unused:
            if getattr(self, name) != getattr(Curriculum, name):
                raise ValueError(f"{name} changes nothing of {self.method}, made as this one is")

    @property
    def unused(self) -> list[str]:
        """Fields that change nothing of the method, made as this one is."""
        learnable = self.method == "sfl"
        idle = {
            "temperature": learnable, "staleness": learnable, "edits": not self.robust, "edit_steps": not self.edits,
            "episodes": not (self.robust or learnable), **dict.fromkeys(LATER, not learnable),
        }  # fmt: skip
        return [name for name, unused in idle.items() if unused]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """A method with changes, such as {"method": "accel", "score": "oracle-latest"}."""
        changes = dict(given)
        for name in changes:
            choose("field of a curriculum", name, [field.name for field in fields(cls)])
        if "method" not in changes:
            raise ValueError(f"a curriculum has a method, such as method:accel: {', '.join(METHODS)}")
        return cls(**{**METHODS[choose("curriculum", changes.get("method"), METHODS)], **changes})

    @property
    def changes(self) -> dict[str, Any]:
        """The method, and what is not as it is by the method's own constants."""
        usual = Curriculum.of({"method": self.method}).as_data()
        return {name: value for name, value in self.as_data().items() if name == "method" or value != usual[name]}

    def as_data(self) -> dict[str, Any]:
        """JSON-able data, from which `of` makes it again."""
        return {name: value for name, value in asdict(self).items() if value or name not in LATER}
