"""Under which conditions the agents of an entry were trained, in words by which a page is filtered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..agents.records import ABLATED
from ..eval.table.runs import Run
from .claims import algorithm
from .entry import Entry

CONDITIONS = ("alpha", "memory", "steps")
REMEMBERING = ("RecurrentPPO",)  # algorithms whose agents remember
STEPS = {10**6: "at most 1 million", 10**7: "at most 10 million"}  # transitions, from the least


def conditions(entry: Entry) -> dict[str, str]:
    """The conditions of an entry by name; empty for reference policies, which were not trained."""
    if entry.info.kind == "reference":
        return dict.fromkeys(CONDITIONS, "")
    run = entry.episodes.runs[0]
    told = ("above 0" if run.alpha else "0", "recurrent" if remembers(run) else "none", _steps(run))
    return dict(zip(CONDITIONS, told, strict=True))


def remembers(run: Run) -> bool:
    """Whether an agent hands on anything from step to step, as its record says."""
    recurrent = algorithm(run) in REMEMBERING or _recipe(run).get("recurrent") is True
    return recurrent and not run.agent.endswith(ABLATED)


def _steps(run: Run) -> str:
    """How many transitions it has learned from: those of its recipe, or the budget that it was given."""
    told = _recipe(run).get("steps", run.details.get("budget", run.details.get("steps")))
    if type(told) is not int or told < 1:
        return "not told"
    return next((words for most, words in STEPS.items() if told <= most), "more than 10 million")


def _recipe(run: Run) -> Mapping[str, Any]:
    recipe = run.details.get("recipe")
    return recipe if isinstance(recipe, Mapping) else {}
