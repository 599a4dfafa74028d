"""What a level is played again for: estimates of regret, of each level of a buffer, from what its episodes came to.

* `max-latest`: the best return so far less the latest, the mean of those in the rollout, or the try, that was last;
* `oracle-latest`: the optimum less the latest return: the regret itself;
* `positive-value-loss`: the mean of advantages above 0, as PPO estimates them (Jiang et al. 2021b);
* `learnability`: p (1 - p) for a level that is solved with probability p (Rutherford et al. 2024), of which the latest
  visits tell most. Where goals are
  places, an episode that earns anything solves its level, however late; elsewhere as much of it as it earns of the
  optimum, so that p is defined where a level can be solved in part.

Differences of less than `TINY` are those of rounding, and count as none: ranks would make much of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LOSS, LEARNABILITY = "positive-value-loss", "learnability"  # the first of them needs advantages
TINY = 1e-9
ORACLE = ("oracle-latest", LEARNABILITY)  # what needs the optimum


def _max_latest(kept: NDArray[Any]) -> Floats:
    return _told(kept["best"] - kept["latest"])


def _oracle_latest(kept: NDArray[Any]) -> Floats:
    return _told(kept["optimum"] - kept["latest"])


def _told(differences: Floats) -> Floats:
    return np.where(differences > TINY, differences, 0.0)


def _positive_value_loss(kept: NDArray[Any]) -> Floats:
    return np.asarray(kept["loss"], np.float64)


def _learnability(kept: NDArray[Any]) -> Floats:
    share = kept["solved"] / np.maximum(kept["played"], 1)
    return np.asarray(share * (1 - share), np.float64)


def solved(returns: Floats, optima: Floats, places: bool) -> Floats:
    """How much of its level each episode solves, in [0, 1]; all or nothing where goals are places."""
    if places:
        return (returns > 0).astype(np.float64)
    return np.clip(np.divide(returns, optima, out=np.zeros(len(returns)), where=optima > 0), 0.0, 1.0)


SCORES: dict[str, Callable[[NDArray[Any]], Floats]] = {
    "max-latest": _max_latest,
    "oracle-latest": _oracle_latest,
    LOSS: _positive_value_loss,
    LEARNABILITY: _learnability,
}
