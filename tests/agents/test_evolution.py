"""Augmented random search judges its candidates side by side as it would one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from recipes import SMALL, TASK
from stable_baselines3.common.callbacks import CallbackList

from goalgap.envs.engine.batch import Batch


def silent(model):
    callback = CallbackList([])
    callback.init_callback(model)
    return callback


@pytest.mark.parametrize("hidden", [(), (6,)])
def test_candidates_side_by_side_are_judged_as_one_by_one(hidden):
    """By the mean return of whole episodes on the same levels; weights are large, so that chance decides nothing."""
    small = replace(SMALL["ARS"], hidden=hidden, n_envs=16)
    model = small.build(TASK, 0)
    candidates = torch.randn((6, model.n_params), generator=torch.Generator().manual_seed(0)) * 1e4
    found = model.evaluate_candidates(candidates, silent(model))
    levels = model.games.levels["seed"].reshape(6, small.n_envs)
    assert (levels == levels[0]).all()
    expected, steps = [], 0
    for weights in candidates:
        model.policy.load_from_vector(weights.numpy())
        for seed in levels[0]:
            batch = Batch.of(TASK, np.array([seed]))
            while not batch.done[0]:
                batch.step(model.predict(batch.observe(), deterministic=True)[0])
                steps += 1
            expected.append(batch.returns[0, TASK.channel])
    np.testing.assert_allclose(found, np.reshape(expected, (6, -1)).mean(1), atol=1e-6)
    assert len(set(found.tolist())) > 1
    assert model.num_timesteps == steps


def test_each_round_of_evolution_has_fresh_levels_and_no_seed_shares_another_seeds():
    played = []
    for seed in range(2):
        model = SMALL["ARS"].build(TASK, seed)
        for _ in range(3):
            model.evaluate_candidates(torch.zeros(6, model.n_params), silent(model))
            played.append(set(model.games.levels["seed"].tolist()))
    assert len(set.union(*played)) == sum(map(len, played)) == 2 * 3 * 4


def test_evolution_with_weights_of_zero_plays_at_random():
    model = SMALL["ARS"].build(TASK, 0)
    model.policy.load_from_vector(np.zeros(model.n_params, np.float32))
    obs = np.repeat(Batch.of(TASK, np.arange(1)).observe(), 4000, axis=0)
    drawn = model.predict(obs, deterministic=False)[0]
    np.testing.assert_allclose(np.bincount(drawn, minlength=4) / 4000, 0.25, atol=0.03)
