"""Asking for help: the score in deployment against the share of steps in which the intended oracle was asked.

A way of asking has a curve, from asking never to asking always, and the area below it: the mean score over all shares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...pursuit import Floats
from .arrays import LevelValues
from .catalogue import Measure, computed
from .estimates import Estimate
from .intervals import RESAMPLES, draw_counts, estimated


@dataclass(frozen=True)
class Helped:
    """What was played in deployment with some help.

    Attributes:
        values: the episodes, arranged.
        asked, steps: on each level, in how many steps the oracle was asked, and how many there were, shape (levels,).
    """

    values: LevelValues
    asked: Floats
    steps: Floats


@dataclass(frozen=True)
class AskingCurve:
    """A way of asking.

    Attributes:
        name: of the score of confidence.
        quantiles: of that score in training, below which the oracle was asked; -inf for never, inf for always.
        shares, scores: of steps that were asked about, and in deployment for the intended goal, shape (points,).
        area: below the curve.
        gain: the area less that of the baseline, on the same levels; None for the baseline itself.
    """

    name: str
    quantiles: tuple[float, ...]
    shares: Floats
    scores: Floats
    area: Estimate
    gain: Estimate | None = None

    def at(self, share: float) -> float:
        """The score where this share of steps is asked about, between two points in a straight line."""
        order = np.argsort(self.shares, kind="stable")
        return float(np.interp(share, self.shares[order], self.scores[order]))


def asking_curves(
    played: Mapping[str, Mapping[float, Helped]], baseline: str, resamples: int = RESAMPLES
) -> list[AskingCurve]:
    """The curve of each way of asking, in the order given.

    Args:
        played: by the name of each way of asking and the quantile below which it asked, on the same levels.
        baseline: the way that the others are compared with.
        resamples: of the bootstrap over levels.
    """
    points, drawn = ({name: _traced([*parts.values()], n) for name, parts in played.items()} for n in (0, resamples))
    areas, spread = ({name: area(*traced) for name, traced in each.items()} for each in (points, drawn))

    def made(name: str) -> AskingCurve:
        shares, scores = (each[0] for each in points[name])
        gain, gains = areas[name] - areas[baseline], spread[name] - spread[baseline]
        return AskingCurve(
            name, tuple(played[name]), shares, scores, estimated(areas[name], spread[name][:, None]),
            None if name == baseline else estimated(gain, gains[:, None]),
        )  # fmt: skip

    return [made(name) for name in played]


def area(shares: Floats, scores: Floats) -> Floats:
    """The area below curves through points, shape (..., points), by trapezia, in the order of their shares."""
    order = np.argsort(shares, axis=-1, kind="stable")
    across, up = (np.take_along_axis(each, order, -1) for each in (shares, scores))
    return np.asarray((np.diff(across, axis=-1) * (up[..., 1:] + up[..., :-1]) / 2).sum(-1))


def _traced(parts: Sequence[Helped], resamples: int) -> tuple[Floats, Floats]:
    """Shares and scores of all points, shape (resamples, points); of the levels as they are, once, for 0 resamples."""
    levels = len(parts[0].steps)
    counts = draw_counts(0, resamples, (levels,))[0] if resamples else np.ones((1, levels))
    shares = [counts @ part.asked / (counts @ part.steps) for part in parts]
    return np.stack(shares, -1), np.stack([_score(part.values, counts) for part in parts], -1)


def _score(values: LevelValues, counts: Floats) -> Floats:
    found = computed(values, {"deploy": counts}, kinds=("score",))
    return found[Measure("score", "deploy", values.game.intended)][..., 0]
