"""What a small grid looks like to a network: all of it, and once more as the agent sees it from where it stands.

A plain multilayer perceptron on the whole grid must learn for each cell anew that a wall to the left stops
a step to the left. A patch centred on the agent says it in the same place everywhere. What is farther away comes
from the whole grid as it is, or from a coarse view, centred too, of blocks of 3 x 3 cells, which is smaller and
learned sooner where things lie anywhere. For small grids on a processor both learn faster than convolutions do.

Observations that are no grids but a row of bits are taken as they are. Of a grid that is seen as pixels, every tile is
looked at by one convolution, and what comes of it is seen as the layers of a grid are (`PixelFeatures`).

stable-baselines3's own `CnnPolicy` builds a NatureCNN, which wants pictures of 36 x 36 pixels and more and refuses
these grids. Who wants convolutions takes `SmallCnn`:

    PPO("MlpPolicy", env, policy_kwargs={"features_extractor_class": SmallCnn})
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from gymnasium.spaces import Box
from stable_baselines3.common.preprocessing import is_image_space
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor, nn
from torch.nn.functional import embedding, pad, pixel_unshuffle

from ..envs.engine.task import Task

BLOCK = 3  # cells on a side of what the coarse view takes together


class PatchFeatures(BaseFeaturesExtractor):
    """A patch around the agent beside what is farther away, through a multilayer perceptron.

    Args:
        observation_space: grids of one-hot layers, shape (rows, cols, layers), or bits, shape (n,).
        patch: cells on a side of the patch, odd; beyond its edge the grid goes on as it is at the edge, a wall.
            0 leaves the patch away.
        far: blocks on a side of a coarse view around the agent, odd; beyond its edge the grid is empty.
            0 takes the whole grid instead.
        hidden: units of each layer, the last the number of features; without any, what is seen is the features.
        agent_layer: the layer with the one agent, by convention the last.

    Raises:
        ValueError: a view is asked for of bits, or has an even side.
    """

    near: Tensor
    coarse: Tensor

    def __init__(
        self,
        observation_space: Box,
        patch: int = 7,
        far: int = 0,
        hidden: Sequence[int] = (256, 128),
        agent_layer: int = -1,
    ) -> None:
        rows, cols, layers = shape = _grid(observation_space, patch, far)
        units = [(patch**2 + (far**2 or rows * cols)) * layers, *hidden]
        super().__init__(observation_space, units[-1])
        self.shape, self.agent_layer, self.far = shape, agent_layer, far
        self.register_buffer("near", _patches(rows, cols, layers, patch), persistent=False)
        self.register_buffer("coarse", _coarse(rows, cols, layers, far), persistent=False)
        self.layers = nn.Sequential(*_stack(units))

    def views(self, obs: Tensor) -> tuple[Tensor, Tensor]:
        """What is seen of observations (n, *shape) far and near, each flattened: shape (n, cells * layers)."""
        grids, agent = self.grids(obs)
        flat = grids.flatten(1)
        near = flat.gather(1, embedding(agent, self.near))
        return (_sums(grids).gather(1, embedding(agent, self.coarse)) if self.far else flat), near

    def grids(self, obs: Tensor) -> tuple[Tensor, Tensor]:
        """Observations as grids, shape (n, rows, cols, layers), and the number of each agent's cell, shape (n,)."""
        grids = obs.reshape(-1, *self.shape)
        return grids, grids[..., self.agent_layer].flatten(1).argmax(1)

    def forward(self, obs: Tensor) -> Tensor:
        """Features, float32, shape (n, features_dim)."""
        features: Tensor = self.layers(torch.cat(self.views(obs), 1))
        return features


class PixelFeatures(PatchFeatures):
    """As `PatchFeatures`, of pixels: one convolution, of a step a cell, over all the tiles that are seen, comes first.

    Args:
        observation_space: pictures as stable-baselines3 passes them on, shape (3, rows * side, cols * side).
        agent: the agent's tile, red, green and blue 0 .. 255, shape (side, side, 3), by which it is found.
        channels: of the convolution; 0 leaves it away.
        patch, far, hidden: as in `PatchFeatures`.
    """

    tile: Tensor

    def __init__(
        self, observation_space: Box, agent: Any, channels: int = 8, patch: int = 7, far: int = 0,
        hidden: Sequence[int] = (256, 128),
    ) -> None:  # fmt: skip
        depth, height, width = observation_space.shape
        self.side, values = len(agent), depth * len(agent) ** 2
        super().__init__(Box(0, 1, (height // self.side, width // self.side, values)), patch, far, ())
        self.register_buffer("tile", torch.as_tensor(agent).movedim(-1, 0).flatten() / 255, persistent=False)
        units, looking = [self.features_dim // values * (channels or values), *hidden], list[nn.Module]()
        if channels:
            looking = [nn.Unflatten(1, (-1, values)), nn.Linear(values, channels), nn.ReLU(), nn.Flatten()]
        self.layers, self._features_dim = nn.Sequential(*looking, *_stack(units)), units[-1]

    def grids(self, obs: Tensor) -> tuple[Tensor, Tensor]:
        """The values of each tile as a grid, and the cell that is most like the agent's tile."""
        grids = pixel_unshuffle(obs, self.side).movedim(1, -1).contiguous()
        unlike = grids.square().sum(-1) - grids @ (2 * self.tile)  # squared distances, but for a constant
        return grids, unlike.flatten(1).argmin(1)


class SmallCnn(BaseFeaturesExtractor):
    """Convolutions of 3 x 3 cells over a grid of any size, each cell keeping its place, and one layer on top.

    Args:
        observation_space: grids of one-hot layers, shape (rows, cols, layers), or pictures as stable-baselines3 passes
            them on, shape (3, rows, cols).
        channels: of each convolution.
        features_dim: features, the units of the last layer.

    Raises:
        ValueError: observations are no grids.
    """

    def __init__(self, observation_space: Box, channels: Sequence[int] = (32, 32), features_dim: int = 128) -> None:
        if len(observation_space.shape) != 3:
            raise ValueError(
                f"SmallCnn looks at grids (rows, cols, layers), but observations have shape {observation_space.shape}: "
                "take 'MlpPolicy' as it is"
            )
        super().__init__(observation_space, features_dim)
        self.first = is_image_space(observation_space)  # whether the channels come first
        layers, rows, cols = np.roll(observation_space.shape, 0 if self.first else 1).tolist()
        widths, stack = [layers, *channels], list[nn.Module]()
        for k in range(len(channels)):
            stack += [nn.Conv2d(widths[k], widths[k + 1], 3, padding=1), nn.ReLU()]
        self.layers = nn.Sequential(*stack, nn.Flatten(), nn.Linear(rows * cols * widths[-1], features_dim), nn.ReLU())

    def forward(self, obs: Tensor) -> Tensor:
        """Features, float32, shape (n, features_dim), of observations, shape (n, *shape)."""
        features: Tensor = self.layers(obs if self.first else obs.movedim(-1, 1))
        return features


def _stack(units: Sequence[int]) -> list[nn.Module]:
    """Layers from so many units to so many, and so on."""
    return [layer for k in range(len(units) - 1) for layer in (nn.Linear(units[k], units[k + 1]), nn.ReLU())]


def _grid(space: Box, patch: int, far: int) -> tuple[int, int, int]:
    """Rows, cols and layers; bits are a grid of one column and one layer, with no agent on it to look around."""
    if len(space.shape) == 3:
        return space.shape
    if len(space.shape) != 1 or patch or far:
        raise ValueError(
            f"a patch of {patch} and a far view of {far} around the agent need a grid (rows, cols, layers), but "
            f"observations have shape {space.shape}: of bits, shape (n,), take patch=0 and far=0"
        )
    return space.shape[0], 1, 1


def _sums(obs: Tensor) -> Tensor:
    """A third of the sum over the block around each cell, flattened, and an empty cell behind the last."""
    wide = pad(obs, (0, 0, 1, 1, 1, 1))
    tall = wide[:, :-2] + wide[:, 1:-1] + wide[:, 2:]
    return pad((tall[:, :, :-2] + tall[:, :, 1:-1] + tall[:, :, 2:]).flatten(1), (0, obs.shape[-1])) / BLOCK


def _patches(rows: int, cols: int, layers: int, side: int) -> Tensor:
    """For an agent on each cell, where its patch lies in a flattened grid: (cells, side * side * layers)."""
    row, col = _around(rows, cols, side, 1)
    return _spread(row.clamp(0, rows - 1) * cols + col.clamp(0, cols - 1), layers)


def _coarse(rows: int, cols: int, layers: int, side: int) -> Tensor:
    """For an agent on each cell, where the middles of its blocks lie in `_sums`; outside, the empty cell."""
    row, col = _around(rows, cols, side, BLOCK)
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    return _spread(torch.where(inside, row * cols + col, rows * cols), layers)


def _around(rows: int, cols: int, side: int, step: int) -> tuple[Tensor, Tensor]:
    """Row and col, for an agent on each cell, of the places around it, which may lie outside."""
    if side and side % 2 == 0:
        raise ValueError(f"a view has the agent in its middle, so its side is odd, not {side}")
    reach = (torch.arange(side) - side // 2) * step
    return torch.arange(rows)[:, None, None, None] + reach[:, None], torch.arange(cols)[:, None, None] + reach


def _spread(cells: Tensor, layers: int) -> Tensor:
    """All layers of the cells around each agent: (rows, cols, side, side) -> (rows * cols, side * side * layers)."""
    by_agent = cells.flatten(2).flatten(0, 1)[:, :, None]
    return (by_agent * layers + torch.arange(layers)).flatten(1)


def sight(task: Task, **views: Any) -> tuple[type[PatchFeatures], dict[str, Any]]:
    """What sees a task's observations, and its arguments, of which `views` are given."""
    tiles = task.game.tiles
    return (PatchFeatures, views) if tiles is None else (PixelFeatures, {"agent": tiles[-1].tolist(), **views})
