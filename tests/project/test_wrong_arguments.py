"""No public call with a wrong argument ends in a traceback of ours: 2,000 of them, and 10^5 in a benchmark."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from wrong import KINDS, Case, call, case, mistake

from goalgap.envs.engine.batch import Batch

CASES, PARTS = 2000, 20


@pytest.mark.parametrize("part", range(PARTS))
def test_wrong_arguments_are_refused_in_our_own_words(
    part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder deep enough that nothing is written above the test's own."""
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    size = CASES // PARTS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = {number: case(number) for number in range(part * size, (part + 1) * size)}
        wrong = {f"{number}: {each.told}": mistake(each) for number, each in made.items()}
    assert not {told: text for told, text in wrong.items() if text}


def test_every_kind_of_call_is_among_the_cases() -> None:
    told = [case(number).told for number in range(300)]
    for start in ("goalgap [", "reset(", "Batch.", "evaluate", "step(", "make_vec(", "reset_to_levels(records"):
        assert any(start in each for each in told), start
    assert len(KINDS) == 6


def deliberate() -> None:
    raise ValueError("not by the package")


@pytest.mark.parametrize(
    "spoilt",
    [
        call(lambda: Batch.play(object(), None)),  # an AttributeError of ours
        call(lambda: Batch.of(None, np.arange(3))),
    ],
)
def test_a_traceback_of_ours_would_be_seen(spoilt: Case) -> None:
    assert "AttributeError" in mistake(spoilt)


def test_what_never_came_to_us_is_not_ours() -> None:
    assert not mistake(call(deliberate))
