"""Exporting: a trained agent of stable-baselines3 becomes an ONNX file, of its policy alone."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn

from ...envs.engine.task import Task
from ..acting import AgentPolicy
from ..bundles.cards import trained_on
from ..bundles.manifest import Bundle, Card, is_bundle
from ..frames import PLAIN
from ..loading import load_agent
from ..network import noted
from ..reading.errors import AgentError
from .network import NEXT, OBSERVATION
from .packing import pack_onnx

OPSET, STATES = 17, ("hidden", "cell")


class Acting(nn.Module):
    """What a policy says of one observation of the environment, float32, and the states that it hands on."""

    def __init__(self, agent: AgentPolicy, task: Task) -> None:
        super().__init__()
        self.policy: Any = agent.network.policy
        self.turned = self.policy.observation_space.shape != task.observation_space.shape  # pictures, channels first

    def forward(self, obs: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        seen = obs.permute(0, 3, 1, 2) if self.turned else obs
        if not hasattr(self.policy, "get_distribution"):
            return (_values(self.policy, seen),)
        logits, new = list[Tensor](), tuple[Tensor, ...]()
        with noted(self.policy, logits):
            if states:
                _, new = self.policy.get_distribution(seen, states, torch.zeros(1))
            else:
                self.policy.get_distribution(seen)
        return (logits[0], *new)


def _values(policy: Any, seen: Tensor) -> Tensor:
    """What each action is worth to a policy that knows no chances: by its network of values, or of scores."""
    if hasattr(policy, "quantile_net"):
        told = policy.quantile_net(seen).mean(dim=1)
    elif hasattr(policy, "q_net"):
        told = policy.q_net(seen)
    else:
        told = policy.action_net(policy.extract_features(seen, policy.features_extractor))
    values: Tensor = told
    return values


def exported(agent: AgentPolicy, task: Task) -> bytes:
    """The content of an ONNX file of an agent, as `agents.onnx` describes it."""
    policy: Any = agent.network.policy
    policy.set_training_mode(False)
    states = STATES if agent.remembers else ()
    given = [torch.zeros(1, *task.observation_space.shape)]
    if states:
        layers, _, units = policy.lstm_hidden_state_shape
        given += [torch.zeros(layers, 1, units)] * 2
    made: Any = io.BytesIO()
    said = "logits" if agent.network.draws else "q_values"
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # on what depends on sizes, which are fixed
        torch.onnx.export(
            Acting(agent, task), tuple(given), made, dynamo=False, opset_version=OPSET,
            input_names=[OBSERVATION, *states], output_names=[said, *(NEXT + name for name in states)],
        )  # fmt: skip
    return bytes(made.getvalue())


def pack_as_onnx(agent: Path, card: Card, folder: Path, trust: Iterable[str | type[Any]] = ()) -> Bundle:
    """Write a trained agent of ours as a bundle with an ONNX file; arguments and errors as of `pack`.

    Args:
        trust: policies and feature extractors that its network may have, as of `load_agent`.

    Raises:
        AgentError: besides, for an agent that sees stacks of frames or flattened observations.
    """
    if is_bundle(agent):
        raise AgentError(f"{agent} is a bundle already: pack the agent that it was made of")
    _, task = trained_on(agent, card)
    opened = load_agent(agent, task, algorithm=card.algorithm, trust=trust)
    if opened.shown != PLAIN:
        raise AgentError(f"{agent} sees observations {opened.shown}: as ONNX those go that see them as they are")
    with TemporaryDirectory(prefix="goalgap-") as place:
        file = Path(place) / "policy.onnx"
        file.write_bytes(exported(opened, task))
        named = card.model_copy(update={"algorithm": type(opened.model).__name__})
        return pack_onnx(file, card if agent.is_dir() else named, folder, agent, source=opened.sha256)
