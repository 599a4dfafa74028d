"""Was an agent trained on normalized observations? Its file alone is evaluated on plain ones, so it must be said.

The running means of stable-baselines3's VecNormalize are not in an agent's zip. What can be known is a file of
statistics where stable-baselines3 and rl-baselines3-zoo write one; it is a pickle, so it is never opened. A model that
is still in its VecNormalize sees as it does (`views`).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

ADVICE = (
    "from the zip alone it is given observations as they are, on which it may do anything: load it with its "
    "statistics, model = PPO.load({file!r}, VecNormalize.load({statistics!r}, goalgap.vec_env(task))), which "
    "runs code from both, and evaluate the model"
)


class UnnormalizedWarning(UserWarning):
    """An agent that learned from normalized observations is given plain ones."""


def warn_of_file(file: Path) -> None:
    """Warn where statistics of VecNormalize lie beside an agent's zip."""
    for found in _statistics(file):
        warnings.warn(
            f"{found} lies beside {file.name}, so that agent was likely trained in a VecNormalize; "
            + ADVICE.format(file=str(file), statistics=str(found)),
            UnnormalizedWarning,
            stacklevel=4,
        )
        return


def _statistics(file: Path) -> Iterator[Path]:
    """Where the zoo writes them, below a folder named as the agent; and beside it, as checkpoints and people do."""
    kept = file.with_suffix("") / "vecnormalize.pkl"
    yield from [kept] if kept.is_file() else sorted(file.parent.glob("*vecnormalize*.pkl"))
