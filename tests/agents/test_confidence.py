"""Scores of confidence against scipy, and what ensembles do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from recipes import SMALL, TASK
from scipy.special import logsumexp, softmax
from scipy.stats import entropy

from goalgap.agents.confidence import AGREEMENT, SCORES
from goalgap.agents.ensembles import Ensemble
from goalgap.agents.loading import AgentPolicy
from goalgap.agents.network import Network
from goalgap.envs.engine.batch import Batch
from goalgap.eval.play.rollout import rollout

LOGITS = np.random.default_rng(0).normal(0, 3, (3, 50, 4))
GRIDS = Batch.of(TASK, np.arange(40)).observe()
STARTS = np.ones(40, bool)


def agent(algorithm="PPO", seed=0, **options):
    return AgentPolicy(f"{algorithm} {seed}", SMALL[algorithm].build(TASK, seed), **options)


@pytest.mark.parametrize("agents", [1, 3])
def test_scores_are_those_of_scipy(agents):
    logits = LOGITS[:agents]
    mean, shares = logits.mean(0), softmax(logits, axis=-1).mean(0)
    top = np.sort(shares, axis=-1)
    expected = {
        "max-logit": mean.max(-1),
        "max-probability": top[:, -1],
        "margin": top[:, -1] - top[:, -2],
        "negative-entropy": -entropy(shares, axis=-1),
        "negative-energy": logsumexp(mean, axis=-1),
        AGREEMENT: entropy(softmax(logits, axis=-1), axis=-1).mean(0) - entropy(shares, axis=-1),
    }
    assert set(expected) == set(SCORES)
    for name, values in expected.items():
        assert SCORES[name](logits) == pytest.approx(values, abs=1e-12), name


def test_huge_logits_and_impossible_actions_leave_scores_finite():
    logits = np.array([[[1000.0, 0.0, -1000.0], [0.0, -np.inf, 0.0]]])
    for name, score in SCORES.items():
        assert np.isfinite(score(logits)[0]), name
        assert np.isfinite(score(logits)[1]) or "logit" in name or "energy" in name, name


def test_agents_that_say_the_same_agree_and_others_do_not():
    same = np.repeat(LOGITS[:1], 3, axis=0)
    assert SCORES[AGREEMENT](same) == pytest.approx(np.zeros(50), abs=1e-12)
    assert (SCORES[AGREEMENT](LOGITS) < -1e-3).all()


@pytest.mark.parametrize("algorithm", ["PPO", "RecurrentPPO", "ARS"])
def test_raw_logits_are_those_of_the_last_layer(algorithm):
    """Normalized ones have an energy of 0, whatever the network says."""
    model = SMALL[algorithm].build(TASK, 0)
    with torch.no_grad():
        for weights in model.policy.action_net.parameters():
            weights.add_(1.0)
    (raw, _), (normal, _) = (Network(model, raw=each)(GRIDS, None, STARTS) for each in (True, False))
    assert softmax(raw, axis=-1) == pytest.approx(np.exp(normal), abs=1e-5)
    assert abs(logsumexp(raw, axis=-1)).min() > 0.1
    assert logsumexp(normal, axis=-1) == pytest.approx(np.zeros(40), abs=1e-5)


@pytest.mark.parametrize("algorithm", ["PPO", "RecurrentPPO"])
@pytest.mark.parametrize("sampled", [True, False])
def test_one_agent_alone_acts_as_by_itself(algorithm, sampled):
    alone = agent(algorithm, sampled=sampled, seed=0)
    tables = [rollout(TASK, player, range(30)).table["actions"] for player in (alone, Ensemble.of([alone]))]
    assert tables[0] == tables[1]


def test_several_act_by_the_mean_of_their_probabilities():
    agents = [agent(seed=seed, sampled=False) for seed in range(3)]
    for each in agents:
        with torch.no_grad():
            each.model.policy.action_net.weight.normal_(0, 1)
    ensemble = Ensemble.of(agents)
    thought = ensemble.think(GRIDS, None, STARTS, np.arange(40, dtype=np.uint64))
    mean = softmax(thought.logits, axis=-1).mean(0)
    assert thought.logits.shape == (3, 40, 4)
    assert (thought.actions == mean.argmax(-1)).all()
    drawn = replace(ensemble, sampled=True)
    counts = np.zeros((40, 4))
    for k in range(100):
        keys = np.arange(40, dtype=np.uint64) + np.uint64(1000 * k)
        counts[np.arange(40), drawn.think(GRIDS, None, STARTS, keys).actions] += 1
    assert counts / 100 == pytest.approx(mean, abs=0.25)
    assert abs(counts / 100 - mean).mean() < 0.05


def test_who_knows_no_chances_of_its_actions_cannot_be_unsure():
    with pytest.raises(ValueError, match="DQN 0 cannot say how sure it is: DQN knows no chances of its actions"):
        Ensemble.of([agent("DQN")])
