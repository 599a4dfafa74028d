"""The parts that a network in a file may be built of, by the text that stable-baselines3 writes beside a pickled class.

What is not here cannot be named by a file, so a file runs nothing but these.
"""

from __future__ import annotations

from typing import Any

from sb3_contrib.ars.policies import ARSLinearPolicy, ARSPolicy
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticCnnPolicy, RecurrentActorCriticPolicy
from sb3_contrib.qrdqn import policies as qrdqn
from stable_baselines3.common.policies import ActorCriticCnnPolicy, ActorCriticPolicy
from stable_baselines3.common.torch_layers import FlattenExtractor, NatureCNN
from stable_baselines3.dqn import policies as dqn
from torch import nn

from ..features import PatchFeatures, PixelFeatures, SmallCnn
from ..recurrence import SequencePolicy
from ..softmax import SoftmaxPolicy

ACTOR_CRITIC = (ActorCriticPolicy, ActorCriticCnnPolicy)
POLICIES: dict[str, tuple[type[Any], ...]] = {
    "PPO": ACTOR_CRITIC,
    "A2C": ACTOR_CRITIC,
    "TRPO": ACTOR_CRITIC,
    "RecurrentPPO": (RecurrentActorCriticPolicy, RecurrentActorCriticCnnPolicy, SequencePolicy),
    "ARS": (ARSPolicy, ARSLinearPolicy, SoftmaxPolicy),
    "DQN": (dqn.DQNPolicy, dqn.CnnPolicy),
    "QRDQN": (qrdqn.QRDQNPolicy, qrdqn.CnnPolicy),
}
PACKAGES = ("stable_baselines3", "sb3_contrib", "goalgap")  # that these policies are of
EXTRACTORS = (PatchFeatures, PixelFeatures, SmallCnn, FlattenExtractor, NatureCNN)
ACTIVATIONS = (
    nn.ReLU, nn.LeakyReLU, nn.ELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish, nn.Tanh, nn.Sigmoid, nn.Softplus, nn.Hardswish,
    nn.Identity,
)  # fmt: skip
