"""A sweep file: what is swept over, as TOML, read and checked whole before anything starts.

    environments = ["CheeseCorner", "KeysAndChests"]   # or ["all"], those of the suite
    algorithms = ["PPO", "mine:train"]                 # each environment's usual one, "usual", if left out
    mitigations = ["none", "accel", "dropout=0.2"]     # by name, or as after --recipe
    alphas = [0, 0.01, 0.1]
    seeds = [0, 1, 2, 3, 4]
    references = ["standard"]                          # reference policies, which are not trained
    budget = 0.5                                       # of the transitions of each environment's standard recipe
    recipe = ["steps=200_000"]                         # as after --recipe
    arguments = { size = 9 }                           # of the environments
    levels = 1000
    results = "results"

Every combination of the lists is trained and evaluated. `references` are evaluated besides, once in each environment;
"standard" stands for those that the leaderboard has.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields
from itertools import islice, product
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, StrictInt, ValidationError

from .. import envs
from ..agents.algorithms import ALGORITHMS
from ..agents.algorithms.recipe import Recipe
from ..agents.changes import changed_recipe, having
from ..agents.mitigations import FIELDS, mitigated
from ..agents.recipes import default_algorithm
from ..agents.reference import reference, reference_names
from ..choices import shown
from ..envs.engine.task import Task
from ..eval.table.record import Record, mistakes
from ..files import reason
from ..terms import LEVELS, MOST_LEVELS, NONE
from .cells import Cell, Scripted, Trained, Training
from .methods import Own, budget_of, function_named
from .outcomes import About

USUAL, STANDARD, ALL = "usual", "standard", "all"
TAKEN = {"split": "training levels are trained on, and every split is evaluated", "alpha": "list alphas = [...]"}
MOST_BYTES = 2**20
MOST_TOLD = 5
Made = TypeVar("Made")
Seed = Annotated[StrictInt, Field(ge=0, lt=2**32)]
Share = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]
LISTS = ("mitigations", "alphas", "seeds")  # of which an empty one would leave nothing to train


class SweepError(ValueError):
    """A sweep file that cannot be swept; the message says why, and what is allowed."""


class SweepFile(Record):
    """What a sweep file says; see above."""

    environments: tuple[str, ...] = ()
    algorithms: tuple[str, ...] = (USUAL,)
    mitigations: tuple[str, ...] = (NONE,)
    alphas: tuple[Share, ...] = (0.0,)
    seeds: tuple[Seed, ...] = (0, 1, 2)
    references: tuple[str, ...] = ()
    budget: Annotated[float, Field(gt=0, le=1000, strict=True)] | None = None
    recipe: tuple[str, ...] = ()
    arguments: dict[str, StrictInt | str] = Field(default_factory=dict)
    levels: Annotated[StrictInt, Field(ge=1, le=MOST_LEVELS)] = LEVELS
    results: str = "results"

    @property
    def folder(self) -> Path:
        """Of all results; ~ stands for the user's own."""
        return Path(self.results).expanduser().absolute()

    @classmethod
    def read(cls, path: Path) -> SweepFile:
        """Read a file; SweepError says all that is wrong with it."""
        if not path.exists() or path.is_dir():
            told = f"{path} is a folder" if path.is_dir() else f"there is no file {path}"
            raise SweepError(f"{told}: write a file, as the guide's page on sweeps says")
        try:
            with path.open("rb") as file:
                told = tomllib.loads(file.read(MOST_BYTES).decode("utf-8-sig"))
            return cls.of(str(path), told)
        except OSError as error:
            raise SweepError(f"{path} cannot be read: {reason(error)}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SweepError(f"{path} is no TOML: {error}") from None

    @classmethod
    def of(cls, what: str, told: dict[str, Any]) -> SweepFile:
        """What is told by `what`, a file or a command; SweepError says all that is wrong with it."""
        if elsewhere := list(_elsewhere(told)):
            raise SweepError(f"{what}: {'; '.join(elsewhere[:MOST_TOLD])}")
        try:
            return cls.model_validate(told)
        except ValidationError as error:
            raise SweepError(f"{what}: {'; '.join(islice(mistakes(error, cls.model_fields), MOST_TOLD))}") from None


def _elsewhere(told: dict[str, Any]) -> Iterator[str]:
    """What is no field of a sweep, or no such value, and where or how it is written instead."""
    count, arguments = told.get("seeds"), told.get("arguments")
    if isinstance(count, int) and not isinstance(count, bool):
        yield f"seeds is a list of training seeds, such as {[*range(min(max(count, 1), 5))]}, not {count}"
    for taken, instead in TAKEN.items():
        if isinstance(arguments, dict) and taken in arguments:
            yield f"{taken} is no argument of a sweep: {instead}"
    for name in told.keys() - SweepFile.model_fields.keys():
        if having(name):
            yield f'{name} is a field of recipes: write recipe = ["{name}=..."]'
        elif any(name == each.name for game in envs.SUITE.values() for each in fields(game.arguments)):
            yield f"{name} is an argument of environments: write arguments = {{ {name} = ... }}"


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
    return cells[number - 1 :: shards]


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
        for value in values if isinstance(values, tuple) else ():
            if values.count(value) > 1 and name != "recipe":
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
