"""What Abdel Sadek et al. (2025) have published of alpha, as data that measured scores are held to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

Key = tuple[str, str, float]  # environment, way of training, alpha
ROBUST, ENOUGH = 0.5, 5  # the score in deployment that is called robust, and the seeds that a score is the mean of
WORSE = 0.1  # by how much a score is less that is called worse: means of five seeds may differ by less by chance
CORNER, DISH, KEYS = "CheeseCorner", "CheeseDish", "KeysAndChests"
DR = "domain randomization"
ACCEL = "ACCEL, oracle-latest"
REGRET = ("PLR, max-latest", "robust PLR, max-latest", "robust PLR, oracle-latest", "ACCEL, max-latest", ACCEL)
INTRODUCTION = f"""
Thresholds of Abdel Sadek et al. 2025. Robust is here who scores at least {ROBUST:g} in deployment, and fails who scores
less, in the mean of {ENOUGH} seeds; what has fewer is not tested. Worse is who scores less by {WORSE:g} at least. They
train for 200 million transitions (cheese in the corner), and these agents for those of the standard recipes, less than
a hundredth of that: what does not hold here may hold after a training as long as theirs.
"""
FROM = f"""
Robust is who scores at least {ROBUST:g} in deployment, in the mean of {ENOUGH} seeds: `from` an alpha on, but not at
the next smaller one that was measured; `at` the smallest one that was measured; or `not at` the largest.
"""


class Expected(NamedTuple):
    """What is expected of the scores of some keys."""

    keys: tuple[Key, ...]
    holds: Callable[..., bool]


def _fail(environment: str, method: str, *alphas: float) -> Iterator[Expected]:
    yield from (Expected(((environment, method, alpha),), lambda score: score < ROBUST) for alpha in alphas)


def _robust(environment: str, method: str, *alphas: float) -> Iterator[Expected]:
    yield from (Expected(((environment, method, alpha),), lambda score: score >= ROBUST) for alpha in alphas)


def _worse(environment: str, method: str, other: str, *alphas: float) -> Iterator[Expected]:
    for alpha in alphas:
        yield Expected(
            ((environment, method, alpha), (environment, other, alpha)), lambda score, against: score <= against - WORSE
        )


CLAIMS: dict[str, tuple[Expected, ...]] = {
    "domain randomization fails below an alpha of about 10 % in the corner": (
        *_fail(CORNER, DR, 0.0, 1e-5, 1e-4, 1e-3, 1e-2), *_robust(CORNER, DR, 1e-1, 1.0),
    ),
    "domain randomization fails below about 1 % on the dish": (
        *_fail(DISH, DR, 0.0, 1e-5, 1e-4, 1e-3), *_robust(DISH, DR, 1e-2, 1e-1, 1.0),
    ),
    "domain randomization fails below about 10 % with keys and chests": (
        *_fail(KEYS, DR, 0.0, 1e-5, 1e-4, 1e-3, 1e-2), *_robust(KEYS, DR, 1e-1, 1.0),
    ),
    "all curricula by regret are robust at 1 % in the corner": tuple(
        each for method in REGRET for each in _robust(CORNER, method, 1e-2)
    ),
    "ACCEL with the oracle's regret is robust at every alpha above 0": tuple(
        each for name in (CORNER, DISH, KEYS) for each in _robust(name, ACCEL, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
    ),
    "ACCEL with unrestricted edits is robust at 0": tuple(
        each for name in (CORNER, DISH, KEYS) for each in _robust(name, "ACCEL, oracle-latest, unrestricted", 0.0)
    ),
    "ACCEL with max-latest is worse than domain randomization with keys and chests": tuple(
        _worse(KEYS, "ACCEL, max-latest", DR, 1e-3, 1e-2, 1e-1)
    ),
}  # fmt: skip


def robust_from(scores: Mapping[float, float]) -> str:
    """From which alpha on agents are robust, by what they score at some; empty where nothing was measured."""
    smallest, shown = None, ""
    for alpha in sorted(scores, reverse=True):
        if scores[alpha] < ROBUST:
            return f"not at {100 * alpha:g} %" if smallest is None else f"from {100 * smallest:g} %"
        smallest, shown = alpha, f"at {100 * alpha:g} %"
    return shown


def judged(expected: Iterable[Expected], scores: Mapping[Key, float]) -> str:
    """Whether a claim holds, does not hold, or was not tested; and where, if only some of it was tested."""
    listed = list(expected)
    tested = [each for each in listed if all(key in scores for key in each.keys)]
    wrong = [each for each in tested if not each.holds(*(scores[key] for key in each.keys))]
    if not tested:
        return "not tested"
    if wrong:
        environment, method, alpha = wrong[0].keys[0]
        return (
            f"does not hold ({len(wrong)} of {len(tested)} tested, such as {environment}, {method}, {100 * alpha:g} %)"
        )
    return "holds" if len(tested) == len(listed) else f"holds as far as tested ({len(tested)} of {len(listed)})"
