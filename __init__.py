"""GoalGap: a benchmark for goal misgeneralization. Importing it registers its environments with Gymnasium.

    task = goalgap.task("CheeseCorner")
    agent = goalgap.train(task)
    print(goalgap.Report.of(goalgap.evaluate(task, agent)).verdict.headline)

What needs more than Gymnasium and NumPy is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .envs import SUITE, register, task

__version__ = "0.1.0"
__all__ = [
    "SUITE",
    "Report",
    "__version__",
    "evaluate",
    "load_agent",
    "reference",
    "register",
    "task",
    "train",
    "vec_env",
]

if TYPE_CHECKING:
    from .agents.reference import reference
    from .api import evaluate, train, vec_env
    from .eval.report import Report
    from .players import load_agent
else:
    _HOMES = dict.fromkeys(("evaluate", "train", "vec_env"), ".api")
    _HOMES |= {"load_agent": ".players", "reference": ".agents.reference", "Report": ".eval.report"}

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = getattr(import_module(_HOMES[name], __name__), name)
        return globals()[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


register(*SUITE.values())
