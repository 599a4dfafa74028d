"""How sure agents are of an action: scores of what their networks say, by which they ask for help (Trinh et al. 2024).

Of several agents, probabilities and logits are averaged first. The higher a score, the surer they are.

* `max-logit`: the largest logit;
* `max-probability`: the largest probability;
* `margin`: the largest probability less the next;
* `negative-entropy`: the sum of p log p;
* `negative-energy`: the logarithm of the sum of exp logit (Liu et al. 2020);
* `agreement`: of several, the mean of their entropies less the entropy of their mean: 0 where all say the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def log_sums(logits: Floats) -> Floats:
    """The logarithm of the sum of exp along the last axis."""
    most = logits.max(-1)
    return np.asarray(most + np.log(np.exp(logits - most[..., None]).sum(-1)))


def probabilities(logits: Floats) -> Floats:
    """Of the actions, by each agent: softmax along the last axis."""
    return np.asarray(np.exp(logits - log_sums(logits)[..., None]))


def entropies(shares: Floats) -> Floats:
    """In nats, along the last axis; 0 log 0 is 0."""
    return -np.asarray((shares * np.log(np.where(shares > 0, shares, 1.0))).sum(-1))


def _margin(logits: Floats) -> Floats:
    second, first = np.moveaxis(np.sort(probabilities(logits).mean(0))[..., -2:], -1, 0)
    return np.asarray(first - second)


def _agreement(logits: Floats) -> Floats:
    shares = probabilities(logits)
    return np.asarray(entropies(shares).mean(0) - entropies(shares.mean(0)))


AGREEMENT = "agreement"
SCORES: dict[str, Callable[[Any], Floats]] = {  # of logits, shape (agents, n, actions), as their last layers give them
    "max-logit": lambda logits: logits.mean(0).max(-1),
    "max-probability": lambda logits: probabilities(logits).mean(0).max(-1),
    "margin": _margin,
    "negative-entropy": lambda logits: -entropies(probabilities(logits).mean(0)),
    "negative-energy": lambda logits: log_sums(logits.mean(0)),
    AGREEMENT: _agreement,
}
