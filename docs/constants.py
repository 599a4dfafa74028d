"""The constants of curricula as a table, from the class that holds them."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields

from goalgap.agents.curricula.settings import METHODS, Curriculum
from goalgap.eval.show.markdown import plain as table

ATTRIBUTE = re.compile(r"^    (\w+): (.+?)(?=^    \w+: |\Z)", re.M | re.S)


def constants() -> str:
    """A row for each constant and a column for each method, empty where it changes nothing of it."""
    meanings = dict(ATTRIBUTE.findall(inspect.getdoc(Curriculum).partition("Attributes:\n")[2]))
    made = [Curriculum.of({"method": method}) for method in METHODS]
    names = [field.name for field in fields(Curriculum) if field.name != "method"]
    rows = [[f"`{name}`", _line(meanings[name]), *(_value(each, name) for each in made)] for name in names]
    return table(["constant", "what it is", *(f"`{method}`" for method in METHODS)], rows)


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _value(made: Curriculum, name: str) -> str:
    value = getattr(made, name)
    if name in made.unused:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value or "none")
