"""A sweep file: what is swept over, as TOML, and what is wrong with it by itself.

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

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StrictInt, ValidationError

from .. import envs
from ..agents.changes import having
from ..eval.table.record import Record, mistakes
from ..files import reason
from ..terms import LEVELS, MOST_LEVELS, NONE

USUAL = "usual"
TAKEN = {"split": "training levels are trained on, and every split is evaluated", "alpha": "list alphas = [...]"}
MOST_BYTES = 2**20
MOST_TOLD = 5
Seed = Annotated[StrictInt, Field(ge=0, lt=2**32)]
Share = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False), AfterValidator(abs)]  # -0 is 0


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
        try:
            return Path(self.results).expanduser().absolute()
        except RuntimeError as error:  # of a user whom the system does not know
            raise SweepError(f"results: {error}: write the folder out") from None

    @classmethod
    def read(cls, path: Path) -> SweepFile:
        """Read a file; SweepError says all that is wrong with it."""
        if not path.exists() or path.is_dir():
            why = f"{path} is a folder" if path.is_dir() else f"there is no file {path}"
            raise SweepError(f"{why}: write a file, as the guide's page on sweeps says")
        try:
            with path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise SweepError(f"{path} cannot be read: {reason(error)}") from None
        if len(content) > MOST_BYTES:
            raise SweepError(f"{path} is longer than {MOST_BYTES:,} bytes: write several files")
        try:
            told = tomllib.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise SweepError(f"{path} is no TOML: {error}") from None
        return cls.of(str(path), told)

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
    for name in sorted(told.keys() - SweepFile.model_fields.keys()):
        if having(name):
            yield f'{name} is a field of recipes: write recipe = ["{name}=..."]'
        elif any(name == each.name for game in envs.SUITE.values() for each in fields(game.arguments)):
            yield f"{name} is an argument of environments: write arguments = {{ {name} = ... }}"
