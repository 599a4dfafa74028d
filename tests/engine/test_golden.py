"""A seed means the same for ever: levels and episodes are held to the hashes in golden.json.

Where this fails, the meaning of seeds has changed. If that is intended, raise the environment's `version`
and run `python tests/golden.py --write`; scores of the older version are not comparable any more.
"""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

GOLDEN = runpy.run_path(str(Path(__file__).with_name("golden.py")))
KEPT = json.loads(GOLDEN["PATH"].read_text())
CASES = GOLDEN["cases"]()


def test_every_case_is_kept():
    assert set(KEPT) == set(CASES)
    assert len({each for case in KEPT.values() for each in case.values()}) > len(KEPT)


@pytest.mark.parametrize("case", CASES)
def test_levels_are_what_they_were(case):
    assert GOLDEN["levels_of"](CASES[case]) == KEPT[case]["levels"]


@pytest.mark.parametrize("case", CASES)
def test_episodes_are_what_they_were(case):
    assert GOLDEN["episodes_of"](CASES[case]) == KEPT[case]["episodes"]
