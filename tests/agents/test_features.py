"""What networks see of a grid: a patch and a far view, both around the agent."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from gymnasium.spaces import Box
from helpers import own
from recipes import TASK
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecTransposeImage

import goalgap
from goalgap.agents.features import PatchFeatures, PixelFeatures, SmallCnn, sight
from goalgap.envs.engine.batch import Batch


def observed(n=50, **arguments):
    batch = Batch.of(goalgap.task("CheeseCorner", **arguments), np.arange(n))
    return batch.observe()


def test_the_patch_is_centred_on_the_agent():
    obs = observed(size=5)
    _, near = PatchFeatures(TASK.observation_space).views(torch.as_tensor(obs).float())
    for grid, patch in zip(obs, near.reshape(50, 7, 7, 3).numpy(), strict=True):
        row, col = np.argwhere(grid[..., 2])[0]
        assert (patch == np.pad(grid, ((3, 3), (3, 3), (0, 0)), "edge")[row : row + 7, col : col + 7]).all()


def test_the_far_view_counts_blocks_around_the_agent():
    obs, task = observed(size=9), goalgap.task("CheeseCorner", size=9)
    far, near = PatchFeatures(task.observation_space, patch=3, far=5).views(torch.as_tensor(obs).float())
    assert near.shape == (50, 3 * 3 * 3)
    for grid, view in zip(obs, far.reshape(50, 5, 5, 3).numpy(), strict=True):
        row, col = np.argwhere(grid[..., 2])[0] + 7
        around = np.pad(grid, ((7, 7), (7, 7), (0, 0)))[row - 7 : row + 8, col - 7 : col + 8]
        inside = np.pad(np.ones_like(grid), ((7, 7), (7, 7), (0, 0)))[row - 6 : row + 7 : 3, col - 6 : col + 7 : 3]
        expected = around.reshape(5, 3, 5, 3, 3).sum((1, 3)) / 3 * inside
        np.testing.assert_allclose(view, expected, atol=1e-6)


def test_bits_are_taken_as_they_are_and_have_no_patch():
    bits = Box(0, 1, (12,), np.uint8)
    obs = torch.as_tensor(np.random.default_rng(0).integers(0, 2, (5, 12))).float()
    assert torch.equal(PatchFeatures(bits, patch=0, hidden=())(obs), obs)
    assert PatchFeatures(bits, patch=0, hidden=(8, 4))(obs).shape == (5, 4)
    for views in ({"patch": 7}, {"patch": 0, "far": 3}):
        with pytest.raises(ValueError, match="take patch=0 and far=0"):
            PatchFeatures(bits, **views)


def test_what_is_seen_without_hidden_layers_is_far_and_near():
    obs = torch.as_tensor(observed(size=5)).float()
    features = PatchFeatures(TASK.observation_space, patch=3, hidden=())
    assert torch.equal(features(obs), torch.cat(features.views(obs), 1))
    assert features(obs).shape == (50, features.features_dim)
    assert torch.equal(features.views(obs)[0], obs.flatten(1))


def pictures(n=50):
    """Pictures as stable-baselines3 shows them, their space, and the games."""
    task = goalgap.task("ColourShape")
    batch, space = Batch.of(task, np.arange(n)), VecTransposeImage.transpose_space(task.observation_space)
    return torch.as_tensor(batch.observe()).movedim(-1, 1) / 255, space, batch


def test_the_tiles_around_the_agent_are_seen_which_is_found_by_its_own():
    obs, space, batch = pictures()
    kind, views = sight(batch.task, patch=3, far=0)
    features = kind(space, **views, hidden=(), channels=0)
    far, near = features.views(obs)
    layers, mice = batch.task.game.art.board(batch.observe()), batch.states["mouse"]
    tiles = torch.as_tensor(batch.task.game.tiles).movedim(-1, 1).flatten(1) / 255
    shown = (torch.as_tensor(layers).float() @ tiles).reshape(50, -1)
    np.testing.assert_allclose(far, shown)
    for k, (row, col) in enumerate(mice.tolist()):
        around = shown[k].reshape(11, 11, 27)[row - 1 : row + 2, col - 1 : col + 2]
        np.testing.assert_allclose(near[k], around.flatten())
    assert torch.equal(features(obs), torch.cat([far, near], 1))
    assert features.features_dim == (121 + 9) * 27
    assert not list(features.parameters())


def test_every_tile_that_is_seen_passes_one_convolution():
    obs, space, batch = pictures(5)
    kind, views = sight(batch.task, patch=3, far=3, hidden=())
    features = kind(space, **views, channels=4)
    seen = torch.cat(features.views(obs), 1).reshape(5, 18, 27)
    _, convolution, _, _ = features.layers
    expected = (seen @ convolution.weight.T + convolution.bias).relu().flatten(1)
    torch.testing.assert_close(features(obs), expected)
    assert features(obs).shape == (5, features.features_dim) == (5, 18 * 4)


def test_what_sees_a_task_is_told_by_its_tiles():
    assert sight(TASK, patch=3) == (PatchFeatures, {"patch": 3})
    kind, views = sight(goalgap.task("ColourShape"), patch=3)
    assert (kind, [*views]) == (PixelFeatures, ["agent", "patch"])
    assert PPO("MlpPolicy", goalgap.vec_env("ColourShape", 2), n_steps=8, batch_size=16, policy_kwargs={
        "features_extractor_class": kind, "features_extractor_kwargs": views,
    }).policy.features_extractor.features_dim == 128  # fmt: skip


def test_small_convolutions_take_the_place_of_the_networks_for_pictures(grid):
    """stable-baselines3's own refuse these grids; ours learn, are saved and are evaluated from a file."""
    task = goalgap.task(grid, **own(grid).SMALL)
    with pytest.raises((AssertionError, RuntimeError), match=r"NatureCNN|Kernel size can't be greater"):
        PPO("CnnPolicy", goalgap.vec_env(task, 2))
    for policy in ("MlpPolicy", "CnnPolicy"):
        convolving = {"features_extractor_class": SmallCnn, "features_extractor_kwargs": {"channels": (8, 8)}}
        model = PPO(policy, goalgap.vec_env(task, 2), n_steps=8, batch_size=16, policy_kwargs=convolving)
        assert isinstance(model.policy.features_extractor, SmallCnn)
        assert model.predict(goalgap.vec_env(task, 5).reset())[0].shape == (5,)


def test_convolutions_keep_rows_columns_and_layers_apart():
    """What is seen moves with what is there: a step down is a step down, whatever the layer."""
    cnn = SmallCnn(Box(0, 1, (5, 7, 2), np.uint8), channels=(4,), features_dim=3)
    obs = torch.zeros(1, 5, 7, 2)
    obs[0, 1, 2, 1] = 1
    changed = cnn.layers[1](cnn.layers[0](obs.movedim(-1, 1))) - cnn.layers[1](cnn.layers[0](0 * obs.movedim(-1, 1)))
    assert {(row, col) for _, _, row, col in changed.abs().gt(1e-9).nonzero().tolist()} <= set(
        product(range(3), range(1, 4))
    )
    assert cnn(obs).shape == (1, 3)
    with pytest.raises(ValueError, match=r"SmallCnn looks at grids .* shape \(12,\): take 'MlpPolicy'"):
        SmallCnn(Box(0, 1, (12,), np.uint8))


def test_an_agent_of_small_convolutions_is_saved_and_evaluated(tmp_path):
    model = PPO(
        "MlpPolicy", goalgap.vec_env(TASK, 8), n_steps=16, batch_size=128, n_epochs=1,
        policy_kwargs={"features_extractor_class": SmallCnn},
    ).learn(128)  # fmt: skip
    model.save(tmp_path / "cnn.zip")
    assert len(goalgap.evaluate(TASK, tmp_path / "cnn.zip", levels=4)) == 12
