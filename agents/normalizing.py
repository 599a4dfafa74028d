"""Was an agent trained on normalized observations? Its file alone lacks them, so it is refused.

The running means of stable-baselines3's VecNormalize are not in an agent's zip. What can be known is a file of
statistics where stable-baselines3 and rl-baselines3-zoo write one; it is a pickle, so it is never opened. A model that
is still in its VecNormalize sees as it does (`views`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .reading.errors import AgentError


def check_plain(file: Path) -> None:
    """AgentError where statistics of VecNormalize lie beside an agent's zip."""
    for found in _statistics(file):
        raise AgentError(
            f"{found} lies beside {file.name}, so that agent was likely trained in a VecNormalize, whose observations "
            f"the zip alone cannot have: model = PPO.load({str(file)!r}, VecNormalize.load({str(found)!r}, "
            "goalgap.vec_env(task))) loads both, which runs code from them, and goalgap.evaluate takes the model; "
            "where only rewards were normalized, move the statistics away"
        )


def _statistics(file: Path) -> Iterator[Path]:
    """Where the zoo writes them, below a folder named as the agent; and beside it, as checkpoints and people do."""
    kept = file.with_suffix("") / "vecnormalize.pkl"
    yield from [kept] if kept.is_file() else sorted(file.parent.glob("*vecnormalize*.pkl"))
