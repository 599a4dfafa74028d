"""What is measured: the key of a measure, and the one declaration of each kind of measure with label and meaning.

A kind is a function from averages to its measures, decorated:

    @kind("regret {split}", {"Regret": "The oracle's return for the intended goal minus the return achieved."})
    def regret(of: Averages) -> Measured:
        for split in SPLITS:
            yield split, "", of(split, "regret")

With that it is computed, has its interval, is kept in report.json, listed on the page and explained in its glossary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ...pursuit import Floats
from .arrays import Averages, LevelValues

Measured = Iterator[tuple[str, str, Floats]]  # split and name ("" for none), and the value, shape (..., seeds)


@dataclass(frozen=True)
class Measure:
    """The key of a measure: its kind, the split it is of, and the goal, event, outcome or gap it is of."""

    kind: str
    split: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        """What a reader calls it, such as "score train cheese" or "learning gap"."""
        return KINDS[self.kind].label.format(split=self.split, name=self.name)


@dataclass(frozen=True)
class Kind:
    """A kind of measure.

    Attributes:
        label: of one of its measures, with places for `{split}` and `{name}`.
        meanings: terms of the glossary, each with a sentence.
        compute: its measures from averages.
        names: where measures of this kind are not named by the game: their names in order, each with what it says.
            One that does not apply to an agent is missing, not unknown.
    """

    label: str
    meanings: Mapping[str, str]
    compute: Callable[[Averages], Measured]
    names: Mapping[str, str] = field(default_factory=dict)


KINDS: dict[str, Kind] = {}


def kind(
    label: str, meanings: Mapping[str, str], names: Mapping[str, str] | None = None
) -> Callable[[Callable[[Averages], Measured]], Callable[[Averages], Measured]]:
    """Declare a kind of measure, called as the function that computes it."""

    def declare(compute: Callable[[Averages], Measured]) -> Callable[[Averages], Measured]:
        KINDS[compute.__name__] = Kind(label, meanings, compute, names or {})
        return compute

    return declare


def computed(
    values: LevelValues, counts: Mapping[str, Floats] | None = None, kinds: Iterable[str] = ()
) -> dict[Measure, Floats]:
    """Measures of some kinds, all of them by default, shape (..., seeds).

    Args:
        counts: how often each level counts; see `Averages`.
    """
    averages = Averages(values, counts)
    return {
        Measure(name, split, of): value for name in kinds or KINDS for split, of, value in KINDS[name].compute(averages)
    }
