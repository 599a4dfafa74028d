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
    """AgentError where statistics of VecNormalize lie beside an agent's zip, under a name that makes them its own."""
    for found in filter(Path.is_file, _statistics(file)):
        raise AgentError(
            f"{found} lies beside {file.name}, so that agent was likely trained in a VecNormalize, whose observations "
            f"the zip alone cannot have: model = PPO.load({str(file)!r}, VecNormalize.load({str(found)!r}, "
            "goalgap.vec_env(task))) loads both, which runs code from them, and goalgap.evaluate takes the model; "
            "where only rewards were normalized, move the statistics away"
        )


def _statistics(file: Path) -> Iterator[Path]:
    """Where the zoo writes them, below a folder named as the agent; and beside it, as people and checkpoints do.

    Checkpoints are PREFIX_64_steps.zip, and PREFIX_vecnormalize_64_steps.pkl beside it.
    """
    yield file.with_suffix("") / "vecnormalize.pkl"
    yield file.with_name("vecnormalize.pkl")
    for found in sorted(file.parent.glob("*vecnormalize*.pkl")):
        if found.stem.replace("_vecnormalize", "") == file.stem:
            yield found
