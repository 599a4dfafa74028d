"""Policies of the user's own that act by more than their last layer says, or by another: alone, together, as ONNX."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from recipes import TASK
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.policies import ActorCriticPolicy
from torch.nn.functional import linear

import goalgap
from goalgap.agents.acting import AgentPolicy
from goalgap.agents.ensembles import Ensemble
from goalgap.agents.loading import model_policy
from goalgap.agents.onnx.exporting import exported
from goalgap.agents.onnx.network import OnnxNetwork
from goalgap.agents.reading.errors import AgentError
from goalgap.eval.play.rollout import rollout


class Tempered(ActorCriticPolicy):
    def _get_action_dist_from_latent(self, latent: Any) -> Any:
        return self.action_dist.proba_distribution(self.action_net(latent) / 5 + torch.tensor([0.0, 0.0, 0.0, 2.0]))


class Masking(ActorCriticPolicy):
    """Never goes up where its latent says so."""

    def _get_action_dist_from_latent(self, latent: Any) -> Any:
        never = torch.where(latent[:, :1] > 0, -30.0, 0.0) * torch.tensor([1.0, 0.0, 0.0, 0.0])
        return self.action_dist.proba_distribution(self.action_net(latent) + never)


class Unhooked(ActorCriticPolicy):
    def _get_action_dist_from_latent(self, latent: Any) -> Any:
        return self.action_dist.proba_distribution(linear(latent, 9 * self.action_net.weight, self.action_net.bias))


class Choosing(ActorCriticPolicy):
    def _get_action_dist_from_latent(self, latent: Any) -> Any:
        logits = self.action_net(latent)
        return self.action_dist.proba_distribution(logits.flip(1) * 9 if float(latent[0, 0]) > 0 else logits)


def agent_of(policy: Any, gain: float = 30.0) -> AgentPolicy:
    """An untrained agent with pronounced chances of its actions."""
    model = PPO(policy, goalgap.vec_env(TASK, 2), n_steps=8, batch_size=16, seed=0, device="cpu")
    with torch.no_grad():
        model.policy.action_net.weight *= gain
    return model_policy(model, TASK, seed=5)


def played(player: Any) -> list[Any]:
    return rollout(TASK, player, range(40)).table["actions"].to_pylist()


@pytest.mark.parametrize("policy", [Tempered, Masking, Unhooked, Choosing])
def test_one_alone_acts_as_an_ensemble_as_it_does_by_itself(policy: Any) -> None:
    agent = agent_of(policy)
    assert played(Ensemble.of([agent])) == played(agent) != played(agent_of("MlpPolicy"))


@pytest.mark.parametrize("policy", ["MlpPolicy", Tempered, Masking, Unhooked])
def test_a_file_acts_as_the_agent_that_it_was_exported_from(policy: Any) -> None:
    agent = agent_of(policy)
    network: Any = OnnxNetwork(exported(agent, TASK))
    assert played(AgentPolicy("exported", network, seed=5)) == played(agent)


def test_what_acts_otherwise_as_a_file_is_not_exported() -> None:
    with pytest.raises(AgentError, match="PPO acts in another way as ONNX: a part of your own"):
        exported(agent_of(Choosing), TASK)


def test_the_last_layer_tells_confidence_where_nothing_else_is_acted_by() -> None:
    obs, keys = np.zeros((3, *TASK.observation_space.shape), np.uint8), np.arange(3, dtype=np.uint64)
    obs[..., 0] = np.arange(3)[:, None, None]
    for policy, kept in (("MlpPolicy", True), (Tempered, False), (Unhooked, False)):
        logits = Ensemble.of([agent_of(policy)]).think(obs, None, np.ones(3, bool), keys).logits
        assert (np.abs(np.exp(logits).sum(-1) - 1) > 1e-3).all() == kept, "energy"


@pytest.mark.parametrize("kind", [PPO, DQN])
def test_a_model_in_memory_that_has_diverged_is_not_evaluated(kind: Any) -> None:
    model = kind("MlpPolicy", goalgap.vec_env(TASK, 1), device="cpu")
    with torch.no_grad():
        next(model.policy.parameters()).fill_(torch.nan)
    with pytest.raises(ValueError, match=f"this {kind.__name__} has diverged"):
        goalgap.evaluate(TASK, model, levels=1)
