"""A seed means the same for ever: levels and episodes are held to the hashes in golden.json.

Where this fails, the meaning of seeds has changed. If that is intended, raise the environment's `version`
and run `python tests/golden.py --write`; scores of the older version are not comparable any more.
"""

from __future__ import annotations

import json

import golden
import numpy as np
import pytest
from helpers import levels_of, small

KEPT = json.loads(golden.PATH.read_text())
CASES = golden.cases()


@pytest.mark.parametrize("kind", ["levels", "episodes"])
def test_every_case_is_kept_and_differs_from_the_others(kind):
    """But where what was asked for means nothing in control and deployment."""
    assert list(KEPT) == list(CASES)
    hashes = [KEPT[case][kind] for case in KEPT if " train " in case or case.endswith(" default")]
    assert len(set(hashes)) == len(hashes) > 40


def leaves(records):
    """All fields that are numbers, whatever they lie in."""
    if records.dtype.names is None:
        return [records]
    return [leaf for field in records.dtype.names for leaf in leaves(records[field])]


def test_hashes_depend_on_every_field_and_on_no_padding(name):
    levels = levels_of(small(name), 3)
    before, padded = golden.digest(golden.fields(levels)), np.full(levels.nbytes, 255, np.uint8).view(levels.dtype)
    padded[...] = levels
    assert golden.digest(golden.fields(padded)) == before
    for leaf in leaves(levels):
        old = leaf.flat[-1]
        leaf.flat[-1] = old + 1 if leaf.dtype != bool else not old
        assert golden.digest(golden.fields(levels)) != before
        leaf.flat[-1] = old
    assert golden.digest(golden.fields(levels)) == before


@pytest.mark.parametrize("case", CASES)
def test_levels_are_what_they_were(case):
    assert golden.levels_of(CASES[case]) == KEPT[case]["levels"]


@pytest.mark.parametrize("case", CASES)
def test_episodes_are_what_they_were(case):
    assert golden.episodes_of(CASES[case]) == KEPT[case]["episodes"]
