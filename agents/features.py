"""What a small grid looks like to a network: all of it, and once more what lies around the agent.

A plain multilayer perceptron on the whole grid must learn for each cell anew that a wall to the left stops
a step to the left. A patch centred on the agent says it in the same place everywhere; the whole grid is kept
beside it for what is far away. For small grids on a processor this learns faster than convolutions do.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from gymnasium.spaces import Box
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor, nn
from torch.nn.functional import embedding


class PatchFeatures(BaseFeaturesExtractor):
    """The flattened grid and a square patch around the agent, through a multilayer perceptron.

    Args:
        observation_space: grids of one-hot layers, shape (rows, cols, layers).
        agent_layer: the layer with the one agent, by convention the last.
        patch: cells on a side of the patch, odd; beyond its edge the grid goes on as it is at the edge, a wall.
            0 leaves the patch away.
        hidden: units of each layer; the last is the number of features.
    """

    windows: Tensor

    def __init__(
        self, observation_space: Box, agent_layer: int = -1, patch: int = 7, hidden: Sequence[int] = (256, 128)
    ) -> None:
        rows, cols, layers = observation_space.shape
        super().__init__(observation_space, hidden[-1])
        self.agent_layer = agent_layer
        self.register_buffer("windows", _windows(rows, cols, layers, patch), persistent=False)
        units = [(rows * cols + patch * patch) * layers, *hidden]
        stack: list[nn.Module] = []
        for k in range(len(hidden)):
            stack += [nn.Linear(units[k], units[k + 1]), nn.ReLU()]
        self.layers = nn.Sequential(*stack)

    def patches(self, obs: Tensor) -> Tensor:
        """The patch around each agent, shape (n, patch * patch * layers), from grids (n, rows, cols, layers)."""
        agent = obs[..., self.agent_layer].flatten(1).argmax(1)
        return obs.flatten(1).gather(1, embedding(agent, self.windows))

    def forward(self, obs: Tensor) -> Tensor:
        """Features, float32, shape (n, hidden[-1])."""
        features: Tensor = self.layers(torch.cat([obs.flatten(1), self.patches(obs)], 1))
        return features


def _windows(rows: int, cols: int, layers: int, patch: int) -> Tensor:
    """For an agent on each cell, where its patch lies in a flattened grid: (cells, patch * patch * layers)."""
    if patch and patch % 2 == 0:
        raise ValueError(f"a patch has the agent in its middle, so its side is odd, not {patch}")
    reach = torch.arange(patch) - patch // 2
    row = (torch.arange(rows)[:, None, None, None] + reach[:, None]).clamp(0, rows - 1)
    col = (torch.arange(cols)[:, None, None] + reach).clamp(0, cols - 1)
    cells = (row * cols + col).reshape(rows * cols, -1, 1)
    return (cells * layers + torch.arange(layers)).reshape(rows * cols, -1)
