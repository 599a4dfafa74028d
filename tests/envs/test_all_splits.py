"""Training and control cannot be told apart by what is seen of a level, in every environment.

A classifier is shown the first observations of one half of the levels, and ranks the others. It is linear, in all that
is seen and, of grids, in how often one thing lies with, beside or above another. Its area under the ROC curve (AUC) is
one half where nothing tells the splits apart, with a standard error below 0.01; planted differences show that it finds
what there is. A bandit shows nothing before the first pull.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
import pytest
from helpers import batch_of, layouts
from scipy.stats import mannwhitneyu

import goalgap

LEVELS = 6000  # of each split: one half to learn from, one to be told apart, with an error of sqrt(1 / 6 / 3000)
RIDGE = 0.01


def first_seen(name, split):
    """In a random order by layout, so that none is in both halves: to know one by heart is no use."""
    batch = batch_of(goalgap.task(name, split=split), LEVELS)
    order = np.argsort([crc32(layout.tobytes()) for layout in layouts(name, batch.levels)], kind="stable")
    return batch.observe()[order]


def features(seen):
    """All that is seen, and of a grid how often things lie together and next to each other; shape (n, features)."""
    flat = seen.reshape(len(seen), -1).astype(np.float32)
    if seen.ndim == 2:
        return flat
    cells = seen.astype(np.float32)
    pairs = [together(cells, cells), together(cells[:, 1:], cells[:, :-1]), together(cells[:, :, 1:], cells[:, :, :-1])]
    return np.concatenate([flat, *pairs], axis=1)


def together(one, other):
    """In how many cells there is a thing of one grid and a thing of another, for all pairs of things."""
    layers = one.shape[-1]
    counts = one.reshape(len(one), -1, layers).transpose(0, 2, 1) @ other.reshape(len(other), -1, layers)
    return counts.reshape(len(one), -1)


def auc(one, other):
    """How often the classifier ranks an unseen level of the second sort above one of the first."""
    (x, y), (unseen, truth) = (half_of(one, other, half) for half in range(2))
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    x, unseen = (x - mean) / spread, (unseen - mean) / spread
    weights = np.linalg.solve(x.T @ x / len(x) + RIDGE * np.eye(x.shape[1]), x.T @ (y - y.mean()) / len(x))
    return mannwhitneyu(unseen[truth] @ weights, unseen[~truth] @ weights).statistic / truth.sum() / (~truth).sum()


def half_of(one, other, half):
    """The first or the second half of both sorts: features, and whether it is of the second sort."""
    parts = [seen[: len(seen) // 2] if half == 0 else seen[len(seen) // 2 :] for seen in (one, other)]
    return features(np.concatenate(parts)), np.repeat([False, True], [len(part) for part in parts])


def test_training_and_control_cannot_be_told_apart(name):
    assert 0.45 < auc(first_seen(name, "train"), first_seen(name, "control")) < 0.55


def fewer_walls(seen):
    """Of the levels with more walls than most, three in four are left out."""
    walls = seen[..., 0].sum(axis=(1, 2))
    return seen[(walls <= np.median(walls)) | (np.arange(len(seen)) % 4 == 0)]


def a_place_of_its_own(seen):
    """On a fifth of the levels the agent stands in one corner."""
    moved = seen.copy()
    moved[::5, ..., -1] = 0
    moved[::5, 1, -2, -1] = 1
    return moved


def beside_a_wall(seen):
    """Of the levels on which the agent has no wall above it, three in four are left out."""
    n, row, col = np.nonzero(seen[..., -1])
    return seen[(seen[n, row - 1, col, 0] > 0) | (np.arange(len(seen)) % 4 == 0)]


@pytest.mark.parametrize("planted", [fewer_walls, a_place_of_its_own, beside_a_wall])
def test_what_is_planted_is_found(planted):
    seen = first_seen("CheeseCorner", "control")
    assert auc(first_seen("CheeseCorner", "train"), planted(seen)) > 0.55
