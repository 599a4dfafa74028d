"""What a level is played again for: estimates of regret, of each level of a buffer, from what its episodes came to.

* `max-latest`: the best return so far less the latest, the mean of those in the rollout, or the try, that was last;
* `oracle-latest`: the optimum less the latest return: the regret itself;
* `positive-value-loss`: the mean of advantages above 0, as PPO estimates them (Jiang et al. 2021b);
* `learnability`: p (1 - p) for a level that is solved with probability p (Rutherford et al. 2024). Where a goal is
  discounted, an episode solves its level that earns anything, however late; else as much as it earns of the optimum, so
  that p is defined where a level can be solved in part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LOSS, LEARNABILITY = "positive-value-loss", "learnability"  # the first of them needs advantages
ORACLE = ("oracle-latest", LEARNABILITY)  # what needs the optimum


def _max_latest(kept: NDArray[Any]) -> Floats:
    return np.asarray(kept["best"] - kept["latest"], np.float64)


def _oracle_latest(kept: NDArray[Any]) -> Floats:
    return np.asarray(np.maximum(kept["optimum"] - kept["latest"], 0.0), np.float64)


def _positive_value_loss(kept: NDArray[Any]) -> Floats:
    return np.asarray(kept["loss"], np.float64)


def _learnability(kept: NDArray[Any]) -> Floats:
    share = kept["solved"] / np.maximum(kept["played"], 1)
    return np.asarray(share * (1 - share), np.float64)


def solved(returns: Floats, optima: Floats, discounted: bool) -> Floats:
    """How much of its level each episode solves, in [0, 1]."""
    if discounted:
        return (returns > 0).astype(np.float64)
    return np.clip(np.divide(returns, optima, out=np.zeros(len(returns)), where=optima > 0), 0.0, 1.0)


SCORES: dict[str, Callable[[NDArray[Any]], Floats]] = {
    "max-latest": _max_latest,
    "oracle-latest": _oracle_latest,
    LOSS: _positive_value_loss,
    LEARNABILITY: _learnability,
}
