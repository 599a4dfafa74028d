"""A life without resets: `benchmarks/never_ending.py`, for a short one."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def never_ending(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.setattr("torch.set_num_threads", lambda _: None)
    return importlib.import_module("never_ending")


def test_nothing_is_reset_while_an_agent_learns(never_ending):
    """From step to step the forest loses what is felled and gains a tree at most; then the life is told by tenths."""
    life = never_ending.lived(30, 0, 700)
    before = np.concatenate([[10], life.standing[:-1]])
    assert set(life.standing - before + life.felled) == {0, 1}
    assert len(life.felled) == 700
    assert life.felled.sum() > 5
    told = never_ending.row(life)
    assert told[:3] == ["30 %", "0", f"{1000 * life.felled[:70].mean():.0f} ({life.standing[:70].mean():.1f})"]
    page = never_ending.page(700, [told])
    assert "lives for 700 steps" in page
    assert page.count(f"| {' | '.join(told)} |") == 1


@pytest.mark.parametrize("regrowth", [10, 30])
def test_the_best_stand_is_near_the_limit_and_below(never_ending, regrowth):
    """In the long run nobody has more than what grows while nine of ten stand."""
    assert 0.85 < never_ending.best_stand(regrowth) / never_ending.limit(regrowth) < 1
