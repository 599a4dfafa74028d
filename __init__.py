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
    "GoalCallback",
    "Report",
    "__version__",
    "compare",
    "evaluate",
    "load_agent",
    "reference",
    "register",
    "task",
    "train",
    "vec_env",
    "zoo",
]

if TYPE_CHECKING:
    from . import zoo
    from .agents.reference import reference
    from .agents.sight import GoalCallback
    from .api import evaluate, train, vec_env
    from .eval.comparison import compare
    from .eval.report import Report
    from .players import load_agent
else:
    _HOMES = dict.fromkeys(("evaluate", "train", "vec_env"), ".api")
    _HOMES |= {
        "GoalCallback": ".agents.sight",
        "Report": ".eval.report",
        "compare": ".eval.comparison",
        "load_agent": ".players",
        "reference": ".agents.reference",
    }

    def __getattr__(name: str) -> object:
        if name == "zoo":
            return import_module(".zoo", __name__)
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = getattr(import_module(_HOMES[name], __name__), name)
        return globals()[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


register(*SUITE.values())
