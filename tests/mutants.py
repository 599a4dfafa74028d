"""Entries changed at random, as a forger or a bad disk changes them: under right checksums where they have one.

A case is a folder that holds a changed entry. `mistake` reads it, replays it and shows it, and says what is wrong with
how that ended, if anything is: whatever the folder holds, it is an entry or is refused with a reason. Cases depend on
their number alone.
"""

from __future__ import annotations

import io
import json
import random
import resource
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from forging import doctor
from rich.console import Console

from goalgap import task
from goalgap.agents.reference import reference
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.report import Report
from goalgap.leaderboards import board, entry
from goalgap.leaderboards.entry import Entry, EntryInfo

FEW, MEMORY, LONGEST = 6, 8 * 2**30, 4000  # levels of each split; bytes; characters of a reason
ABOUT = {"kind": "reference", "authors": "us", "description": "a test", "command": "true", "date": "2026-11-22"}
VALUES: tuple[Any, ...] = (
    None, True, 0, 1, -1, 2**31, 2**63, 10**30, 0.5, -0.5, 1e308, float("nan"), float("inf"), "", "x", "x" * 10**5, [],
    {}, [None], {"a": 1}, "\x1b[31mred", "\u202e", "\u3164", "a\nb", "[/]", "a|b", "<script>", "../..", "oracle:cheese",
    "ChimeBandit", "train", "2026-13-01", [[[[[[]]]]]], "\ud800",
)  # fmt: skip


@cache
def honest() -> dict[str, bytes]:
    """The files of an entry that is right."""
    played = evaluate(task("CheeseCorner"), reference("random"), FEW)
    with tempfile.TemporaryDirectory() as place:
        folder = Entry(EntryInfo(name="random", **ABOUT), played).write(Path(place))  # type: ignore[arg-type]
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def info(rng: random.Random, folder: Path) -> None:
    """Another value in entry.json."""
    _edit(rng, folder / "entry.json")


def manifest(rng: random.Random, folder: Path) -> None:
    """Another value, or several, in the manifest."""
    for _ in range(rng.choice((1, 1, 3))):
        _edit(rng, folder / "episodes.json")


def _edit(rng: random.Random, path: Path) -> None:
    told = json.loads(path.read_text())
    where: Any = told
    while True:
        keys = list(where) if isinstance(where, dict) else list(range(len(where)))
        key = rng.choice(keys) if keys else None
        inner = where[key] if keys else None
        if not inner or not isinstance(inner, dict | list) or rng.random() < 0.2:
            break
        where = inner
    if isinstance(where, dict) and (key is None or rng.random() < 0.1):
        key = "more"
    if key is not None and rng.random() < 0.15 and key in where:
        del where[key]
    elif key is not None:
        where[key] = rng.choice(VALUES)
    path.write_text(json.dumps(told))


def text(rng: random.Random, folder: Path) -> None:
    """Other bytes in a file of JSON."""
    path = folder / rng.choice(("entry.json", "episodes.json"))
    path.write_bytes(_broken(rng, path.read_bytes()))


def packed(rng: random.Random, folder: Path) -> None:
    """Other bytes in the table, for which the manifest vouches."""
    path = folder / "episodes.parquet"
    doctor(path, _broken(rng, path.read_bytes()))


def _broken(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8))):
        at = rng.randrange(len(changed)) if rng.random() < 0.5 else max(0, len(changed) - rng.randrange(1, 2000))
        changed[at] = rng.choice((changed[at] ^ (1 << rng.randrange(8)), rng.randrange(256)))
    return bytes(changed[: rng.randrange(len(changed))] if rng.random() < 0.1 else changed)


def values(rng: random.Random, folder: Path) -> None:
    """Other values, rows or columns in the table, for which the manifest vouches."""
    path = folder / "episodes.parquet"
    table = pq.read_table(path, use_threads=False)
    kind = rng.randrange(6)
    if kind == 0:
        rows = [rng.randrange(len(table)) for _ in range(rng.choice((0, 1, len(table), 40)))]
        table = table.take(pa.array(rows, pa.int64()))
    elif kind == 1:
        table = table.drop_columns([rng.choice(table.column_names)])
    elif kind == 2:
        table = table.append_column(rng.choice(("more", *table.column_names)), table["margin"])
    else:
        table = _with_other(rng, table, rng.choice(table.column_names))
    doctor(path, table, **({} if rng.random() < 0.8 else {"rows": 3 * FEW}))


def _with_other(rng: random.Random, table: pa.Table, name: str) -> pa.Table:
    listed, known = table[name].to_pylist(), table.schema.field(name)
    for _ in range(rng.choice((1, 3, len(listed)))):
        listed[rng.randrange(len(listed))] = rng.choice((*VALUES, *listed))
    index = table.schema.get_field_index(name)
    for kind in (known.type, pa.string(), pa.float64(), pa.list_(pa.int64())):
        try:
            return table.set_column(index, name, pa.array(listed, kind))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, TypeError, ValueError):
            listed = [each if isinstance(each, type(table[name][0].as_py())) else None for each in listed]
    return table.drop_columns([name])


KINDS: tuple[Callable[[random.Random, Path], None], ...] = (info, manifest, text, packed, values)


def mistake(number: int, place: Path) -> tuple[str, str]:
    """How a case ended, "read" or "refused", and what is wrong with that; LEVELS of the board are `FEW`."""
    rng, folder = random.Random(number), place / "CheeseCorner" / "random"  # noqa: S311
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in honest().items():
        (folder / name).write_bytes(content)
    KINDS[number % len(KINDS)](rng, folder)
    try:
        read = Entry.read(folder)
    except ValueError as error:
        return "refused", "" if 0 < len(str(error)) < LONGEST else f"a reason of {len(str(error))} characters"
    except Exception as error:  # noqa: BLE001
        return "refused", f"{type(error).__name__}: {str(error)[:200]}"
    try:
        shown(read)
    except Exception as error:  # noqa: BLE001
        return "read", f"{type(error).__name__}: {str(error)[:200]}"
    return "read", ""


def shown(read: Entry) -> None:
    """Replay an entry, and show it on a board; what does not replay says so by a ValueError, which is right."""
    with suppress(ValueError):
        read.verify()
    tables = board.boards([read], lambda each: Report.of(each.episodes, resamples=20))
    Console(file=io.StringIO()).print(board.render(tables))
    assert "\x1b" not in board.markdown(tables)


def main(first: int, last: int) -> None:
    """Run cases: say the number of each that begins, and what is wrong with one that ended badly."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    entry.LEVELS = FEW
    for number in range(first, last):
        print(number, flush=True)
        ended, wrong = mistake(number, Path())
        if wrong:
            print(f"{number}: {ended}, {wrong}".replace("\n", " "), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
