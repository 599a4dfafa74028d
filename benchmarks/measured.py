"""What studies have measured, kept in a file beside their page: who goes on with one needs none of its agents.

A way of training is known by a name that changes with its recipe, so that what was measured of another is left alone.
"""

from __future__ import annotations

import json
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter

from goalgap.eval.measures.estimates import Estimate
from goalgap.eval.table.record import Record
from goalgap.files import write_whole

DIGITS = 4


class Measured(Record):
    """What came out of one way of training: measures over its seeds, and what else is told of it, in the mean.

    Attributes:
        code: which version of the code it was measured with, where a study counts them.
    """

    estimates: dict[str, Estimate]
    means: dict[str, float]
    code: int = 1

    @property
    def seeds(self) -> int:
        return min(len(each.seeds) for each in self.estimates.values())


KNOWN = TypeAdapter(dict[str, Measured])


def read_measured(path: Path) -> dict[str, Measured]:
    """What is known, by name of the way of training."""
    return KNOWN.validate_json(path.read_bytes()) if path.exists() else {}


def keep_measured(path: Path, name: str, measured: Measured) -> None:
    """Add one way of training, or replace it; several commands may do so at the same time."""
    with FileLock(path.with_name(f".{path.name}.lock")):
        known = read_measured(path) | {name: measured}
        lines = ",\n".join(f'"{each}": {_rounded(known[each])}' for each in sorted(known))
        write_whole(path, f"{{\n{lines}\n}}\n".encode())


def _rounded(measured: Measured) -> str:
    return json.dumps(json.loads(measured.model_dump_json(), parse_float=lambda text: round(float(text), DIGITS)))
