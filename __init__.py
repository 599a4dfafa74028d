"""GoalGap: a benchmark for goal misgeneralization. Importing it registers its environments with Gymnasium."""

from .envs import SUITE, register, task

__version__ = "0.1.0"
__all__ = ["SUITE", "__version__", "register", "task"]

register(*SUITE.values())
