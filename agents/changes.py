"""Changes of a recipe, as text: read as they are typed, and told in names. Nothing here needs torch.

learning_rate=3e-4   hidden=64,32   hidden=   practice=begin:anywhere     typed; nothing after = is none
learning_rate0.0003  hidden64x32   hiddennone  practice-begin-anywhere     told
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import Field, fields
from typing import Any

from ..choices import choose, shown
from ..envs.engine.task import Task
from .algorithms import ALGORITHMS, algorithm_named
from .algorithms.recipe import UNTOLD, Recipe
from .curricula.settings import Curriculum
from .recipes import default_algorithm, default_recipe

TRUTHS = {"true": True, "false": False}


def changed_recipe(task: Task, algorithm: str | None, texts: Iterable[str]) -> Recipe:
    """The default recipe of an algorithm, or of the usual one, with changes; errors as of `read_changes`."""
    kind = algorithm_named(algorithm or default_algorithm(task.game.name))
    return default_recipe(task, algorithm, **read_changes(kind, texts))


def read_changes(kind: type[Recipe], texts: Iterable[str]) -> dict[str, Any]:
    """Fields of a recipe, such as learning_rate=3e-4, by name.

    Raises:
        ValueError: a text is no name=value, a name is unknown or comes twice, or a value is of another type; the
            message says what is allowed.
    """
    known, changes = {field.name: field for field in fields(kind)}, dict[str, Any]()
    given = dict[str, str]()
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"--recipe takes name=value, not {shown(text)}: the names are {', '.join(known)}")
        if name not in known and (others := having(name)):
            raise ValueError(f"recipes for {', '.join(others)} have {name}, and those for {kind.algorithm} have none")
        choose(f"field of a recipe for {kind.algorithm}", name, known)
        if name in changes:
            raise ValueError(
                f"{name} is given twice, by {shown(given[name])} and by {shown(text)}: a mitigation and "
                "--steps are such changes too, so write it once"
            )
        changes[name], given[name] = _read(known[name], value), text
    return changes


def having(name: str) -> list[str]:
    """The algorithms whose recipes have a field."""
    return [each for each in ALGORITHMS if name in {field.name for field in fields(algorithm_named(each))}]


def tell_changes(task: Task, recipe: Recipe) -> list[str]:
    """Where a recipe is not the standard one of its algorithm for the task, each field as part of a file's name."""
    usual = default_recipe(task, recipe.algorithm)
    values = {field.name: getattr(recipe, field.name) for field in fields(recipe) if field.name not in UNTOLD}
    changed = {name: value for name, value in values.items() if value != getattr(usual, name)}
    if changed.get("curriculum"):
        changed["curriculum"] = Curriculum.of(changed["curriculum"]).changes
    return [f"{name}{_told(value)}" for name, value in changed.items()]


def type_changes(recipe: Recipe) -> list[str]:
    """All fields of a recipe, as `read_changes` reads them."""
    return [f"{field.name}={typed(field.name, getattr(recipe, field.name))}" for field in fields(recipe)]


def typed(name: str, value: Any) -> str:
    """The value of a field, as `read_changes` reads it."""
    if name == "curriculum" and value:
        value = Curriculum.of(value).changes
    if isinstance(value, Mapping):
        return ",".join(f"{each}:{chosen}" for each, chosen in value.items())
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _read(field: Field[Any], text: str) -> Any:
    """The value of a field; what is no number stays a text, which the recipe refuses."""
    if field.default_factory is dict:
        given = [_argument(part) for part in text.split(",") if part]
        if twice := [name for name, count in Counter(name for name, _ in given).items() if count > 1]:
            raise ValueError(f"{twice[0]} of {field.name} is given twice, by {shown(text)}: write it once")
        return dict(given)
    if field.name == "hidden":
        return tuple(_number(part, int) for part in text.split(",") if part)
    if isinstance(field.default, str):
        return text
    return _number(text, int if field.metadata["whole"] else float)


def _number(text: str, kind: type[int] | type[float]) -> float | str:
    try:
        return kind(text)
    except ValueError:
        return text


def _argument(text: str) -> tuple[str, float | str | bool]:
    """An argument of the environment and its value."""
    name, colon, value = text.partition(":")
    if not colon:
        raise ValueError(
            "names and values are typed as in practice=begin:anywhere or curriculum=method:accel,buffer:1024, "
            f"not {shown(text)}"
        )
    if value.lower() in TRUTHS:
        return name, TRUTHS[value.lower()]
    whole = _number(value, int)
    return name, _number(value, float) if isinstance(whole, str) else whole


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(f"-{name}-{each}" for name, each in value.items()) or "none"
    if isinstance(value, tuple):
        return "x".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value).replace(":", ".") or "none"
