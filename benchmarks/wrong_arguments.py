"""Does a public call with a wrong argument crash, hang, or end in a traceback? `python benchmarks/wrong_arguments.py`

The cases of `tests/wrong.py`, 10^5 of them unless a number is given, run in processes of their own, so that a crash of
compiled code is seen and costs one case. A process that says nothing for `PATIENCE` seconds hangs, and is ended. Prints
a table, and every case that ended as none may; the exit code says whether there is one.
"""

from __future__ import annotations

import random
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path.insert(0, str(TESTS))
from wrong import KINDS  # noqa: E402

CASES, PATIENCE = 10**5, 60


def kind_of(number: int) -> str:
    """What a case calls, as `wrong.case` draws it."""
    return str(random.Random(number).choices(list(KINDS), list(KINDS.values()))[0].__name__)  # noqa: S311


def worker(first: int, last: int, folder: Path) -> subprocess.Popen[str]:
    """A process that says the number of each case it begins, and what is wrong with one that ended badly."""
    command = [sys.executable, "-W", "ignore", str(TESTS / "wrong.py"), str(first), str(last)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder)


def follow(process: subprocess.Popen[str], first: int, last: int) -> tuple[int, list[str]]:
    """Hear a process until it ends, or a case ends it; the number of the next, and what it said besides numbers."""
    at, faults = first, list[str]()
    assert process.stdout is not None
    while select.select([process.stdout], [], [], PATIENCE)[0]:
        line = process.stdout.readline().strip()
        if not line:
            code = process.wait()
            return (last, faults) if code == 0 else (at + 1, [*faults, f"{at}: the process ended with code {code}"])
        if line.isdigit():
            at = int(line)
        else:
            faults.append(line)
    process.kill()
    return at + 1, [*faults, f"{at}: it hangs"]


def main(cases: int) -> None:
    began, faults, first = time.monotonic(), [], 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "deep" / "er"
        folder.mkdir(parents=True)
        while first < cases:
            first, found = follow(worker(first, cases, folder), first, cases)
            faults += found
    drawn = Counter(map(kind_of, range(cases)))
    bad = Counter(kind_of(int(fault.partition(":")[0])) for fault in faults)
    print("| calls | cases | ended badly |\n| --- | ---: | ---: |")
    for kind in [kind.__name__ for kind in KINDS]:
        print(f"| {kind} | {drawn[kind]} | {bad[kind]} |")
    print(f"\n{cases} cases, {len(faults)} ended badly, {time.monotonic() - began:.0f} s\n", *faults, sep="\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CASES)
