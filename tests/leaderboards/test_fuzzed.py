"""Whatever a stranger's file holds, it is read or refused in a line: a few cases of each kind, 10^5 in a benchmark."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from fuzzed import FEW, KINDS, outcome

from goalgap.leaderboards import entry

CASES = 60
ELSEWHERE = ("zips", "entries", "onnx")  # whose cases have tests of their own


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ELSEWHERE])
def test_changed_files_are_read_or_refused(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "LEVELS", FEW)
    monkeypatch.chdir(tmp_path)
    outcome(kind, 0, tmp_path / "case")
    ended: Counter[str] = Counter()
    for number in range(CASES):
        how, wrong = outcome(kind, number, tmp_path / "case")
        assert not wrong, f"case {number}, {how}: {wrong}"
        ended[how] += 1
    assert ended["refused"] > CASES // 4
