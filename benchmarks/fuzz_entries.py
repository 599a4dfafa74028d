"""Does a changed entry of the leaderboard crash what reads it, or pass for what it is not?

    python benchmarks/fuzz_entries.py [CASES]

The cases of `tests/mutants.py`, 10^5 of them unless a number is given, run in processes of their own with bounded
memory, so that a crash of compiled code is seen and costs one case. Prints a table, and every case that ended as none
may; the exit code says whether there is one.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from wrong_arguments import CASES, TESTS, run

sys.path.insert(0, str(TESTS))
from mutants import KINDS


def main(cases: int) -> None:
    began, faults, first = time.monotonic(), [], 0
    with tempfile.TemporaryDirectory() as place:
        while first < cases:
            first, found = run(first, cases, Path(place), "mutants.py")
            faults += found
    bad = Counter(int(fault.partition(":")[0]) % len(KINDS) for fault in faults)
    print("| changed | cases | ended badly |\n| --- | ---: | ---: |")
    for k, kind in enumerate(KINDS):
        print(f"| {kind.__name__} | {len(range(k, cases, len(KINDS)))} | {bad[k]} |")
    print(f"\n{cases} cases, {len(faults)} ended badly, {time.monotonic() - began:.0f} s\n", *faults, sep="\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CASES)
