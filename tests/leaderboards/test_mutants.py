"""Whatever a folder holds, it is an entry or is refused with a reason: 400 of them, and 10^5 in a benchmark."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from mutants import FEW, KINDS, mistake

from goalgap.leaderboards import entry

CASES, PARTS = 400, 5


@pytest.mark.parametrize("part", range(PARTS))
def test_changed_entries_are_read_or_refused(part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "LEVELS", FEW)
    ended: Counter[tuple[str, str]] = Counter()
    for number in range(part, CASES, PARTS):
        how, wrong = mistake(number, tmp_path)
        assert not wrong, f"case {number}, {how}: {wrong}"
        ended[KINDS[number % len(KINDS)].__name__, how] += 1
    assert sum(count for (_, how), count in ended.items() if how == "refused") > CASES // PARTS // 4
