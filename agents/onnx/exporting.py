"""Exporting: a trained agent of stable-baselines3 becomes an ONNX file, of its policy alone."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...envs.engine.batch import Batch
from ...envs.engine.task import Task
from ...terms import SPLITS
from ..acting import AgentPolicy
from ..bundles.cards import trained_on
from ..bundles.manifest import Bundle, Card, is_bundle
from ..confidence import probabilities
from ..frames import PLAIN
from ..loading import load_agent
from ..network import noted
from ..reading.errors import AgentError
from .loading import open_onnx
from .network import NEXT, OBSERVATION, OnnxNetwork
from .packing import pack_onnx

OPSET, STATES = 17, ("hidden", "cell")
GAMES, STEPS, CLOSE = 8, 16, 1e-3  # in which a file is compared with its agent, and probabilities that are alike


class Acting(nn.Module):
    """What a policy says of one observation of the environment, float32, and the states that it hands on.

    Args:
        raw: logits as its last layer gives them, rather than as logarithms of probabilities.
    """

    def __init__(self, agent: AgentPolicy, task: Task, raw: bool) -> None:
        super().__init__()
        self.raw = raw
        self.policy: Any = agent.network.policy
        self.turned = self.policy.observation_space.shape != task.observation_space.shape  # pictures, channels first

    def forward(self, obs: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        seen = obs.permute(0, 3, 1, 2) if self.turned else obs
        if not hasattr(self.policy, "get_distribution"):
            return (_values(self.policy, seen),)
        given, new = list[Tensor](), tuple[Tensor, ...]()
        with noted(self.policy, given):
            if states:
                told, new = self.policy.get_distribution(seen, states, torch.zeros(1))
            else:
                told = self.policy.get_distribution(seen)
        return (given[-1] if self.raw and given else told.distribution.logits, *new)


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
    """The content of an ONNX file of an agent, as `agents.onnx` describes it.

    Raises:
        AgentError: a part of the user's own does what cannot be exported, or the file would act in another way.
    """
    for raw in (True, False):  # as the last layer gives them, where the policy acts by these
        content = _written(agent, task, raw)
        if acts_alike(agent, open_onnx(Path(f"{agent.name} as ONNX"), content, task), task):
            return content
    raise AgentError(
        f"{agent.name} acts in another way as ONNX: a part of your own does what is not exported, such as an `if` on "
        "what it sees; torch.where can be exported, and the agent can be evaluated as it is"
    )


def acts_alike(agent: AgentPolicy, network: OnnxNetwork, task: Task) -> bool:
    """Whether a network gives the same chances of actions as an agent, along random episodes of all splits."""
    rng, players = np.random.default_rng(0), (agent, replace(agent, model=network))
    for split in SPLITS:
        batch, states = Batch.of(task.on(split), range(GAMES)), [None, None]
        for step in range(STEPS):
            obs, begun = batch.observe(), np.full(GAMES, step == 0)
            told = [one.logits(obs, state, begun) for one, state in zip(players, states, strict=True)]
            states = [state for _, state in told]
            ours, theirs = (probabilities(np.asarray(logits, np.float64)) for logits, _ in told)
            if np.abs(ours - theirs).max() > CLOSE:
                return False
            batch.step(rng.integers(len(task.game.actions), size=GAMES))
    return True


def _written(agent: AgentPolicy, task: Task, raw: bool) -> bytes:
    """The content of an ONNX file of an agent."""
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
            Acting(agent, task, raw), tuple(given), made, dynamo=False, opset_version=OPSET,
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
