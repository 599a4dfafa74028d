"""The cells of a sweep file, all checked before anything starts: names, numbers, and every combination."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from operator import attrgetter
from typing import Any, TypeVar

from .. import envs
from ..agents.algorithms import ALGORITHMS
from ..agents.algorithms.recipe import Recipe
from ..agents.changes import changed_recipe
from ..agents.mitigations import FIELDS, mitigated
from ..agents.recipes import default_algorithm
from ..agents.reference import reference, reference_names
from ..choices import shown
from ..envs.engine.task import Task
from ..terms import NONE
from .cells import Cell, Scripted, Trained, Training
from .methods import Own, budget_of, function_named
from .outcomes import About
from .sweep_file import MOST_TOLD, USUAL, SweepError, SweepFile

STANDARD, ALL = "standard", "all"
LISTS = ("mitigations", "alphas", "seeds")  # of which an empty one would leave nothing to train
Made = TypeVar("Made")


def cells_of(file: SweepFile) -> list[Cell]:
    """All cells of a sweep, in the order in which they are carried out: the first seed of everything first.

    Raises:
        SweepError: names that do not exist, combinations that do not fit, cells that come twice, or none at all.
    """
    if not file.environments:
        raise SweepError('name environments = ["CheeseCorner", ...], or ["all"], which are those of the suite')
    for name in LISTS if file.algorithms else ():
        if not getattr(file, name):
            usual = SweepFile.model_fields[name].default
            raise SweepError(
                f"{name} is empty, so nothing would be trained: leave it out for {', '.join(map(str, usual))}, "
                "or write algorithms = []"
            )
    expansion = Expansion(file)
    cells = [*expansion.scripted(), *expansion.trained()]
    if mistakes := list(dict.fromkeys(expansion.mistakes)):
        more = f"; and {len(mistakes) - MOST_TOLD} more" if len(mistakes) > MOST_TOLD else ""
        raise SweepError("; ".join(mistakes[:MOST_TOLD]) + more)
    _check_different(cells, file)
    return cells


def shard_of(cells: list[Cell], told: str | None) -> list[Cell]:
    """A part of the cells, such as 1/4, which no other part shares; all without one."""
    if told is None:
        return cells
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", told)
    number, shards = map(int, match.groups()) if match else (0, 0)
    if not 1 <= number <= shards:
        raise ValueError(f"a shard is I/N, such as 1/4, with I in 1 .. N, not {shown(told)}")
    return sorted(cells, key=attrgetter("key"))[number - 1 :: shards]  # no shard has all of one kind


def _check_different(cells: list[Cell], file: SweepFile) -> None:
    if not cells:
        raise SweepError("there is nothing to sweep: name algorithms, or references")
    known = dict[str, About]()
    for cell in cells:
        if first := known.get(cell.key):
            raise SweepError(f"{cell.about} comes twice: {_cause(file, first, cell.about)}; name it once")
        known[cell.key] = cell.about


def _cause(file: SweepFile, first: About, one: About) -> str:
    """Why two cells are the same, in the words of the file."""
    for name, values in file:
        if isinstance(values, tuple) and values and name != "recipe":
            value, times = Counter(values).most_common(1)[0]
            if times > 1:
                return f"{name} has {shown(value)} twice"
    if sum(word == ALL or envs.find(word)[0].name == one.environment for word in file.environments) > 1:
        return f"two words in environments are {one.environment}"
    if first.mitigation != one.mitigation:
        return f"mitigations {shown(first.mitigation)} and {shown(one.mitigation)} are the same"
    if one.steps:
        return f'"{USUAL}" in algorithms is {one.agent} in {one.environment}'
    return f'"{STANDARD}" in references has it already'


class Expansion:
    """The cells of a sweep file, and the mistakes that are found on the way: what is mistaken is left out."""

    def __init__(self, file: SweepFile) -> None:
        self.file, self.results, self.mistakes = file, file.folder, list[str]()
        self._tried_own = set[tuple[str, ...]]()
        named = [name for word in file.environments for name in (envs.SUITE if word == ALL else (word,))]
        self.names = [name for name in named if self._tried(name, self._task, name, 0.0)]

    def scripted(self) -> Iterator[Cell]:
        """Reference policies, in each environment."""
        for name, word in product(self.names, self.file.references):
            task = self._task(name, 0.0)
            for policy in reference_names(task.game) if word == STANDARD else (word,):
                if found := self._tried(f"{name}, {policy}", reference, policy, task.game):
                    told = About(environment=task.game.name, agent=found.name, **self._told)
                    yield Scripted(self.results, task, found.name, self.file.levels, told)

    def trained(self) -> Iterator[Cell]:
        """Training seeds, the first one of everything first."""
        file = self.file
        choices = product(self.names, file.algorithms, file.mitigations, file.alphas)
        each = [found for words in choices if (found := self._tried(_named(*words), self._made, *words))]
        for seed, made in product(file.seeds, each):
            yield made(seed)

    def _tried(self, what: str, make: Callable[..., Made], *words: Any) -> Made | None:
        """What is made of words, or that they are mistaken, in the terms of `what`."""
        try:
            return make(*words)
        except (ValueError, TypeError) as error:
            self.mistakes.append(f"{what}: {error}")
            return None

    def _task(self, name: str, alpha: float) -> Task:
        (game, split), arguments = envs.find(name), dict[str, Any](self.file.arguments)
        if split != "train":
            raise ValueError(f"it names the split {split}, and agents are evaluated on every split: write {game.name}")
        return Task.of(game, alpha=alpha, **arguments)

    def _made(self, name: str, method: str, mitigation: str, alpha: float) -> Callable[[int], Cell]:
        """What makes the cell of each training seed, by an algorithm of ours or by a function."""
        task, told, file = self._task(name, alpha), {"alpha": alpha, **self._told}, self.file
        if method in (USUAL, *ALGORITHMS):
            training = self._training(task, method, mitigation, told)
            return lambda seed: Trained(self.results, training, seed, file.levels)
        function_named(method)
        if mitigation != NONE or file.recipe:
            raise ValueError("a function trains as it says: recipe and mitigations are for the algorithms of GoalGap")
        about = About(environment=task.game.name, agent=method, steps=budget_of(task, file.budget or 1), **told)
        return lambda seed: Own(self.results, task, about.model_copy(update={"seed": seed}))

    def _training(self, task: Task, algorithm: str, mitigation: str, told: dict[str, Any]) -> Training:
        """What a training seed is trained by, checked as far as that goes without a network."""
        kind = default_algorithm(task.game.name) if algorithm == USUAL else algorithm
        changes, budget = self.file.recipe, self.file.budget
        if budget is not None and any(change.startswith("steps=") for change in changes):
            raise ValueError("budget and steps of the recipe both say how long to train: leave one of them out")
        steps = () if budget is None else (f"steps={budget_of(task, budget)}",)
        recipe = changed_recipe(task, kind, mitigated((*steps, *changes), mitigation))
        self._check_own(recipe, recipe.training_task(task))
        about = About(
            environment=task.game.name, agent=kind, mitigation=_named_mitigation(mitigation, changes),
            steps=recipe.total_steps, recipe=" ".join(each for each in changes if not _mitigates(each)), **told,
        )  # fmt: skip
        return Training(task, recipe, about)

    def _check_own(self, recipe: Recipe, played: Task) -> None:
        """Classes of the user's own are tried once for each algorithm and game, as before any training."""
        if (
            recipe.own
            and (key := (recipe.algorithm, *recipe.own, str(played.observation_space))) not in self._tried_own
        ):
            from ..agents.own import check_own_parts

            check_own_parts(recipe, played)
            self._tried_own.add(key)

    @property
    def _told(self) -> dict[str, Any]:
        arguments = " ".join(f"{name}={value}" for name, value in self.file.arguments.items())
        return {"arguments": arguments, "levels": self.file.levels}


def _mitigates(change: str) -> bool:
    return change.partition("=")[0] in FIELDS


def _named_mitigation(mitigation: str, changes: tuple[str, ...]) -> str:
    """All that mitigates, so that no table calls it none where the recipe says it."""
    return " ".join([*([] if mitigation == NONE else [mitigation]), *filter(_mitigates, changes)]) or NONE


def _named(name: str, algorithm: str, mitigation: str, alpha: float) -> str:
    """How a mistake names a combination."""
    words = [name, *([] if algorithm == USUAL else [algorithm]), *([] if mitigation == NONE else [mitigation])]
    return ", ".join([*words, *([f"alpha {alpha:g}"] if alpha else [])])
