"""What an entry claims of its runs, held to what can be seen without playing anything again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow.compute as pc

from ..eval.table.episodes import Episodes
from ..eval.table.runs import Run
from ..terms import SPLITS

UNCHANCED = ("ARS", "DQN", "QRDQN")  # algorithms whose agents may take one action only in what they see


class ClaimError(ValueError):
    """A claim that the episodes of an entry belie."""


def algorithm(run: Run) -> str:
    """What a run's agent was trained by, as its record says; empty where it says nothing."""
    recipe = run.details.get("recipe")
    told = recipe.get("algorithm") if isinstance(recipe, Mapping) else run.details.get("algorithm")
    return told if isinstance(told, str) else ""


def _unchanced(run: Run) -> bool:
    """Whether an agent draws no actions, by its algorithm, or because an ONNX file says values of actions."""
    recipe = run.details.get("recipe")
    return algorithm(run) in UNCHANCED or (isinstance(recipe, Mapping) and recipe.get("outputs") == "q_values")


def check_runs(kind: str, runs: tuple[Run, ...]) -> None:
    """ClaimError unless these are the training seeds of one method, or one reference policy."""
    if not runs:
        raise ClaimError("an entry has one run at least")
    if kind == "reference" and len(runs) > 1:
        raise ClaimError(f"a reference policy was not trained, so it is entered once, not as {len(runs)} seeds")
    if any(run.deterministic and not _unchanced(run) for run in runs):
        raise ClaimError("an entry holds episodes with sampled actions, not with argmax actions")
    _check_one("agent, reward, alpha or recipe", (_method(run) for run in runs))
    for name in ("sha256", "weights"):
        told = [run.details[name] for run in runs if name in run.details]
        if len({str(each) for each in told}) < len(told):
            raise ClaimError(f"training seeds have weights of their own: two runs tell the same {name}")


def check_name(kind: str, name: str, runs: tuple[Run, ...]) -> None:
    """ClaimError where an entry of a reference policy is called otherwise; its arguments may follow."""
    played = runs[0].agent
    if kind == "reference" and not f"{name}, ".startswith(f"{played}, "):
        raise ClaimError(f"an entry of a reference policy bears its name: call it {played}, or {played}, and more")


def _method(run: Run) -> str:
    """What all runs of an entry have in common; where they were computed does not matter."""
    recipe: Any = run.details.get("recipe")
    told = {name: value for name, value in recipe.items() if name != "device"} if isinstance(recipe, Mapping) else {}
    return repr((run.agent, run.deterministic, run.reward, run.alpha, algorithm(run), sorted(told.items())))


def _check_one(what: str, told: Iterable[str]) -> None:
    if len(set(told)) > 1:
        raise ClaimError(f"the runs of an entry differ by training seed and chance alone, not by {what}")


def check_copies(episodes: Episodes) -> None:
    """ClaimError where two training seeds took the same actions on all levels of a split.

    Agents that draw their actions never do. Agents that draw none may: all of them may have learned the same; so may
    agents that have learned to do one thing only.
    """
    seen: dict[tuple[str, str], int] = {}
    for run in episodes.runs:
        own = episodes.where(training_seed=run.training_seed)
        for split in SPLITS:
            digest, varied = _actions_of(own.where(split=split))
            other = seen.setdefault((split, digest), run.training_seed)
            if other != run.training_seed and varied and not _unchanced(run):
                raise ClaimError(
                    f"training seeds {other} and {run.training_seed} took the same actions on every level of {split}: "
                    "the same episodes cannot count twice"
                )


def _actions_of(part: Episodes) -> tuple[str, bool]:
    """A digest of all actions, by level, and whether there are different ones."""
    table = part.table.select(["level_seed", "length", "actions"]).sort_by("level_seed").combine_chunks()
    flat = np.asarray(pc.list_flatten(table["actions"]).combine_chunks())
    content = hashlib.sha256(np.asarray(table["length"]).tobytes())
    content.update(flat.tobytes())
    return content.hexdigest(), len(flat) > 0 and bool((flat != flat[0]).any())
