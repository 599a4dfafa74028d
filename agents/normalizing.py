"""Was an agent trained on normalized observations? Evaluation hands out the plain ones, so it must be said.

The running means of stable-baselines3's VecNormalize are not in an agent's zip. What can be known: a model that is
still in its VecNormalize, and a file of statistics where stable-baselines3 and rl-baselines3-zoo write one.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ADVICE = (
    "evaluation gives it the observations as they are, on which it may do anything: evaluate a callable (obs, state, "
    "episode_start) -> (actions, state) with a `name`, which normalizes first, by `VecNormalize.normalize_obs`"
)


class UnnormalizedWarning(UserWarning):
    """An agent that learned from normalized observations is given plain ones."""


def warn_of_model(name: str, model: Any) -> None:
    """Warn where a model of stable-baselines3 is in a VecNormalize that normalizes observations."""
    wrapper = model.get_vec_normalize_env()
    if wrapper is not None and wrapper.norm_obs:
        warnings.warn(f"{name} was trained in a VecNormalize; {ADVICE}", UnnormalizedWarning, stacklevel=4)


def warn_of_file(file: Path) -> None:
    """Warn where statistics of VecNormalize lie beside an agent's zip."""
    for found in _statistics(file):
        warnings.warn(
            f"{found} lies beside {file.name}, so that agent was likely trained in a VecNormalize; {ADVICE}",
            UnnormalizedWarning,
            stacklevel=4,
        )
        return


def _statistics(file: Path) -> Iterator[Path]:
    """Where the zoo writes them, below a folder named as the agent; and beside it, as checkpoints and people do."""
    kept = file.with_suffix("") / "vecnormalize.pkl"
    yield from [kept] if kept.is_file() else sorted(file.parent.glob("*vecnormalize*.pkl"))
