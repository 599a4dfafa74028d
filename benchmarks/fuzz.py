"""Does a changed file of a stranger crash what reads it, run code, hang, or pass a limit?

    python benchmarks/fuzz.py                        # 10^5 cases, of all kinds as `CASES` has it
    python benchmarks/fuzz.py onnx 30000 40000       # the cases of one kind, from a number to another

The cases of `tests/fuzzed.py` run in processes of their own with bounded memory, so that a crash of compiled code is
seen and costs one case; a process that says nothing for `PATIENCE` seconds hangs, and is ended. What was run is added
to `fuzz.json` beside this file, and `fuzz.md` is written from that: cases count once, however often they are run. The
exit code says whether one ended badly.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from wrong_arguments import TESTS, follow

sys.path.insert(0, str(TESTS))
from fuzzed import KINDS

HERE = Path(__file__).parent
RECORD, PAGE, PART = HERE / "fuzz.json", HERE / "fuzz.md", 10_000  # cases of a process
CASES = {"zips": 30_000, "bundles": 18_000, "cards": 10_000, "onnx": 30_000, "entries": 4000, "rounds": 4000,
         "registers": 5000}  # fmt: skip
HEAD = """# Files of strangers, changed at random

Every reader of what strangers hand in, on files that were changed at random: bytes anywhere, and values that are still
well-formed, under right checksums where the format has any. A case ends well when it is read, and plays or replays
where it is something that does, or is refused by an error of GoalGap's own in one printable line; and within 8 GiB and
10 seconds. It ends badly otherwise: by another exception, a crash, code that runs, or silence. The seed of a case is
its number; `python benchmarks/fuzz.py` runs them all again.

| what is changed | seeds | cases | read | refused | ended badly |
| --- | --- | ---: | ---: | ---: | ---: |
"""


def run(kind: str, first: int, last: int, place: Path) -> tuple[int, list[str]]:
    """Run the cases of a kind; how many were read, and those that ended badly."""
    read, faults = 0, list[str]()
    while first < last:
        upto = min(last, first + PART)
        command = [sys.executable, "-W", "ignore", str(TESTS / "fuzzed.py"), str(first), str(upto), kind]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=place)
        first, found = follow(process, first, upto)
        read += sum(int(line.split()[1]) for line in found if line.startswith("read "))
        faults += [line for line in found if not line.startswith("read ")]
    return read, faults


def add(kind: str, first: int, last: int, read: int, faults: list[str]) -> None:
    """Note what was run, in place of what it repeats, and write the page."""
    told: list[dict[str, Any]] = json.loads(RECORD.read_text()) if RECORD.exists() else []
    told = [each for each in told if (each["kind"], each["first"], each["last"]) != (kind, first, last)]
    told.append({"kind": kind, "first": first, "last": last, "read": read, "faults": faults})
    RECORD.write_text(json.dumps(sorted(told, key=lambda each: (each["kind"], each["first"])), indent=1) + "\n")
    PAGE.write_text(HEAD + "".join(rows(told)))


def rows(told: list[dict[str, Any]]) -> list[str]:
    """A row for each kind, and what all come to."""
    lines, total = [], 0
    for kind, what in KINDS.items():
        if own := [each for each in told if each["kind"] == kind]:
            seeds = ", ".join(f"{each['first']} to {each['last'] - 1}" for each in sorted(own, key=_first))
            cases, read = sum(each["last"] - each["first"] for each in own), sum(each["read"] for each in own)
            bad = sum(len(each["faults"]) for each in own)
            total += cases
            name = str(what.__doc__).partition("\n")[0]
            lines.append(f"| {kind}: {name} | {seeds} | {cases} | {read} | {cases - read - bad} | {bad} |\n")
    return [*lines, f"\n{total} cases.\n"]


def _first(part: dict[str, Any]) -> int:
    return int(part["first"])


def main(kind: str, first: int, last: int) -> bool:
    """Whether all cases ended well."""
    with tempfile.TemporaryDirectory() as place:
        read, faults = run(kind, first, last, Path(place))
    add(kind, first, last, read, faults)
    print(f"{kind} {first} to {last}: {read} read, {len(faults)} ended badly", *faults, sep="\n")
    return not faults


if __name__ == "__main__":
    words = sys.argv[1:]
    given = [(words[0], int(words[1]), int(words[2]))] if words else [(kind, 0, n) for kind, n in CASES.items()]
    ended = [main(*each) for each in given]
    sys.exit(not all(ended))
