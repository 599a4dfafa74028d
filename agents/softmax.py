"""The network of evolved agents, which draw their actions: sb3-contrib's own always takes the likeliest."""

from __future__ import annotations

from typing import Any

import torch
from gymnasium.spaces import Box, Discrete
from sb3_contrib.ars.policies import ARSPolicy
from stable_baselines3.common.distributions import CategoricalDistribution, Distribution
from stable_baselines3.common.type_aliases import PyTorchObs
from torch import Tensor
from torch.func import functional_call, vmap

from .features import PatchFeatures, PixelFeatures


class SoftmaxPolicy(ARSPolicy):
    """Logits of what `PatchFeatures` sees, linear or through hidden layers; actions are drawn by them.

    Args:
        observation_space, action_space: of the task.
        net_arch: units of the hidden layers.
        patch, far: what is seen.
        agent: of pixels, the agent's tile.
    """

    observation_space: Box

    def __init__(
        self, observation_space: Box, action_space: Discrete[Any], net_arch: list[int], patch: int, far: int,
        agent: Any = None,
    ) -> None:  # fmt: skip
        self.view, self.agent = {"patch": patch, "far": far}, agent
        super().__init__(observation_space, action_space, net_arch)

    def make_features_extractor(self) -> PatchFeatures:
        """What is seen, without weights of its own."""
        if self.agent is not None:
            return PixelFeatures(self.observation_space, self.agent, channels=0, hidden=(), **self.view)
        return PatchFeatures(self.observation_space, hidden=(), **self.view)

    def _predict(self, observation: PyTorchObs, deterministic: bool = False) -> Tensor:
        """Actions, int64, shape (n,): drawn, or the likeliest."""
        return self.get_distribution(observation).get_actions(deterministic)

    def get_distribution(self, obs: PyTorchObs) -> Distribution:
        """The chances of the actions, as other policies of stable-baselines3 tell them."""
        logits = self.action_net(self.extract_features(obs, self.features_extractor))
        return CategoricalDistribution(logits.shape[1]).proba_distribution(logits)

    def logits(self, weights: Tensor, obs: Tensor) -> Tensor:
        """The logits of many networks at once, each for games of its own.

        Args:
            weights: of each network, float32, shape (networks, weights).
            obs: uint8, shape (networks * games, *observation shape), the games of the first network first.

        Returns:
            float32, shape (networks, games, actions).
        """
        net, features = self.action_net, self.extract_features(obs, self.features_extractor)
        parameters = dict(net.named_parameters())
        parts = torch.split(weights, [parameter.numel() for parameter in parameters.values()], 1)
        stacked = {name: part.view(-1, *parameters[name].shape) for name, part in zip(parameters, parts, strict=True)}
        seen = features.view(len(weights), -1, features.shape[1])
        logits: Tensor = vmap(lambda own, part: functional_call(net, own, (part,)))(stacked, seen)
        return logits
