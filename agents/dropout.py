"""Dropout in training (Srivastava et al. 2014) whose masks are the same when an action is drawn and learned from.

PPO divides the probability of an action by what it was when the action was drawn. Where a unit is dropped in one and
not in the other, that ratio is off before anything is learned. So masks are kept (Hausknecht & Wagener 2022): here they
are a function of the observation, and others in each rollout. The network itself stays as it is: masks are put on what
its layers give, in training alone, so that saved agents, and those that are evaluated while they learn, drop nothing.
"""

from __future__ import annotations

from typing import Any

import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor, nn

ACTIVATIONS = (nn.ReLU, nn.Tanh, nn.ELU, nn.GELU, nn.SiLU, nn.LeakyReLU)
MASKS = 4096  # of a rollout
LARGEST = 2**20  # of the whole numbers that observations are told apart by: their sums are exact in float64


class Dropout(BaseCallback):
    """Drops units of the hidden layers, each with one probability, while a model learns.

    Args:
        rate: the share of units that are dropped, in (0, 1); those that stay are scaled up, as if none were.

    Raises:
        ValueError: there are none, when training starts, or at its first step, where none was met.
    """

    model: OnPolicyAlgorithm

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate, self._masks, self._hooks = rate, dict[tuple[nn.Module, int], Tensor](), list[Any]()

    def _on_training_start(self) -> None:
        hidden = [part for place in self._places for part in place.modules() if isinstance(part, ACTIVATIONS)]
        if not hidden:
            raise ValueError(self._nothing())
        self._weights = torch.randint(LARGEST, (_size(self.model),), dtype=torch.float64, device=self.model.device)
        extractors = [place for place in self._places if isinstance(place, BaseFeaturesExtractor)]
        self._hooks = [place.register_forward_pre_hook(self._tell_apart) for place in extractors]
        self._hooks += [part.register_forward_hook(self._drop) for part in hidden]

    @property
    def _places(self) -> tuple[nn.Module, ...]:
        """Where hidden layers are: in the extractor, or one of the actor and one of the critic, and behind it."""
        policy = self.model.policy
        return tuple(dict.fromkeys((policy.pi_features_extractor, policy.vf_features_extractor, policy.mlp_extractor)))

    def _on_rollout_start(self) -> None:
        """Forget the masks, and drop in the rollout too, for which stable-baselines3 has turned training modes off."""
        self._masks.clear()
        for place in self._places:
            place.train()

    def _on_step(self) -> bool:
        if not self._masks:
            raise ValueError(self._nothing())
        return True

    def _nothing(self) -> str:
        kinds = ", ".join(kind.__name__ for kind in ACTIVATIONS)
        return (
            f"dropout drops units of hidden layers, shape (n, units), behind an activation, and "
            f"{type(self._places[0]).__name__} has none behind any of {kinds}: leave it out, or use one of these in it"
        )

    def _on_training_end(self) -> None:
        for hook in self._hooks:
            hook.remove()

    def _tell_apart(self, extractor: nn.Module, given: tuple[Tensor]) -> None:
        """Which mask each observation has: exact sums of whole numbers, whatever is read beside it."""
        if extractor.training:
            values = (255 * given[0].flatten(1)).round().double()
            self._which = (values @ self._weights).long() % MASKS

    def _drop(self, layer: nn.Module, _: Any, out: Tensor) -> Tensor | None:
        """What a hidden layer gives, shape (n, units), without the units of the masks."""
        if not layer.training or out.dim() != 2:
            return None
        if (place := (layer, out.shape[1])) not in self._masks:  # a layer may be used in several places
            kept = torch.rand(MASKS, out.shape[1], device=out.device) >= self.rate
            self._masks[place] = kept / (1 - self.rate)
        return out * self._masks[place][self._which]


def _size(model: OnPolicyAlgorithm) -> int:
    shape: Any = model.observation_space.shape
    return int(torch.Size(shape).numel())
