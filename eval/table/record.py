"""What every stored thing is: a frozen model that JSON can hold."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from ...choices import printable, shortened


class Record(BaseModel):
    """Frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def first_mistake(error: ValidationError) -> str:
    """The first thing that is wrong with a record, in a line: which field, and what is allowed.

    Names of fields may be a stranger's: they are shown in short, and as what can be printed.
    """
    first = error.errors()[0]
    field = shortened(".".join(str(part) for part in first["loc"]))
    return printable(f"{field}: {first['msg'].removeprefix('Value error, ')}")
