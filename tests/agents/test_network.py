"""What an agent does on a level depends on the level and its seed: not on what else is played, or when."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
import torch
from recipes import SMALL, every_algorithm
from sb3_contrib import MaskablePPO, RecurrentPPO
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.vec_env import DummyVecEnv

import goalgap
from goalgap.agents.acting import AgentPolicy
from goalgap.agents.algorithms import ALGORITHMS
from goalgap.agents.network import ROWS, Network
from goalgap.envs.engine.batch import Batch
from goalgap.eval.play.rollout import rollout
from goalgap.terms import SPLITS

TASK = goalgap.task("CheeseCorner", size=5, horizon=12, split="deploy")
ORDER = np.random.default_rng(0).permutation(1000)


def strong(model):
    """The model with weights that make it sure of what it does, differently on every level."""
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(1)
        for weights in model.policy.parameters():
            weights.normal_(0, 0.5)
    return model


def by_level(policy, seeds, batch_size):
    """The episodes in the order of their levels, but for what compares them with all levels that were played."""
    table = rollout(TASK, policy, seeds, batch_size=batch_size).table.sort_by("level_seed")
    return table.select([name for name in table.column_names if not name.startswith("bits")]).to_pydict()


def first(table, levels):
    return {name: values[:levels] for name, values in table.items()}


@pytest.mark.parametrize("sampled", [True, False])
@every_algorithm
def test_episodes_are_the_same_in_every_batch_and_order_and_among_more_levels(algorithm, sampled):
    policy = AgentPolicy("agent", strong(SMALL[algorithm].build(TASK.on("train"), 0)), sampled, seed=3)
    whole = by_level(policy, np.arange(1000), 1000)
    assert len({tuple(actions) for actions in whole["actions"]}) > 20
    assert by_level(policy, ORDER, 256) == whole
    assert by_level(policy, np.arange(500), 64) == first(whole, 500)
    assert by_level(policy, ORDER[ORDER < 50], 7) == first(whole, 50)
    assert by_level(policy, np.arange(10), 1) == first(whole, 10)
    other = by_level(AgentPolicy("agent", policy.model, sampled, seed=4), np.arange(50), 50)
    assert (other != first(whole, 50)) == (sampled and policy.network.draws)
    assert policy.network.draws == ALGORITHMS[algorithm].draws


def test_splits_that_share_level_seeds_share_no_chance():
    """An agent that does anything with the same chance, wherever it is, does other things on other splits."""
    model = SMALL["ARS"].build(TASK.on("train"), 0)
    with torch.no_grad():
        torch.nn.utils.vector_to_parameters(torch.zeros(model.n_params), model.policy.parameters())
    policy = AgentPolicy("agent", model)
    begun = [
        [a[0] for a in rollout(TASK.on(split), policy, range(100)).table["actions"].to_pylist()] for split in SPLITS
    ]
    assert begun[0] != begun[1] != begun[2] != begun[0]


def test_a_critic_is_asked_as_stable_baselines3_asks_it_and_who_has_none_says_so():
    model, obs = strong(SMALL["PPO"].build(TASK.on("train"), 0)), Batch.of(TASK, np.arange(20)).observe()
    with torch.no_grad():
        expected = model.policy.predict_values(model.policy.obs_to_tensor(obs)[0])[:, 0]
    values = Network(model).values(obs)
    np.testing.assert_allclose(values, expected, rtol=1e-5)
    assert len(np.unique(values)) > 10
    for algorithm in ("ARS", "RecurrentPPO"):
        with pytest.raises(ValueError, match="has no critic that tells a value of an observation alone"):
            Network(SMALL[algorithm].build(TASK.on("train"), 0)).values(obs)


MODELS = {
    "odd": lambda env: PPO("MlpPolicy", env, policy_kwargs={"net_arch": [9, 7]}, device="cpu"),
    "lstm": lambda env: RecurrentPPO("MlpLstmPolicy", env, policy_kwargs={"lstm_hidden_size": 5}, device="cpu"),
    "masked": lambda env: MaskablePPO("MlpPolicy", env, device="cpu"),
    "values": lambda env: DQN("MlpPolicy", env, device="cpu", buffer_size=10),
}


@pytest.fixture(params=MODELS)
def model(request):
    env = DummyVecEnv([lambda: gymnasium.make("goalgap/CheeseCorner-v0", size=5)])
    return strong(MODELS[request.param](env))


def test_a_row_is_read_the_same_in_every_place_and_company(model):
    network, n, rng = Network(model), 3 * ROWS // 2, np.random.default_rng(0)
    obs, starts = rng.integers(0, 2, (n, *TASK.observation_space.shape), np.uint8), rng.random(n) < 0.3
    memory, order = rng.uniform(-1, 1, network(obs, None, starts)[1].shape).astype(np.float32), rng.permutation(n)
    logits, after = network(obs, memory, starts)
    mixed, mixed_after = network(obs[order], memory[:, :, order], starts[order])
    np.testing.assert_array_equal(mixed, logits[order])
    np.testing.assert_array_equal(mixed_after, after[:, :, order])
    for i in (0, 1, n - 1):
        alone, alone_after = network(obs[i : i + 1], memory[:, :, i : i + 1], starts[i : i + 1])
        np.testing.assert_array_equal(alone[0], logits[i])
        np.testing.assert_array_equal(alone_after[:, :, 0], after[:, :, i])


def test_rows_are_read_as_the_model_reads_them(model):
    """The likeliest action, over some steps, is what the model's own `predict` takes."""
    batch, agent, state, memory = Batch.of(TASK, np.arange(40)), AgentPolicy("agent", model, sampled=False), None, None
    for t in range(8):
        starts = np.full(40, t == 0)
        expected, memory = model.predict(batch.observe(), memory, starts, deterministic=True)
        actions, state = agent(batch.observe(), state, starts)
        np.testing.assert_array_equal(actions, expected)
        batch.step(actions)


def test_a_model_without_chances_is_recorded_as_deterministic():
    env = goalgap.vec_env(TASK, 1)
    episodes = [goalgap.evaluate(TASK, MODELS["values"](env), 4).runs[0].deterministic]
    episodes += [goalgap.evaluate(TASK, MODELS["odd"](env), 4).runs[0].deterministic]
    assert episodes == [True, False]


class Placed(Network):
    """Answers that depend on the place in the block."""

    def _read(self, obs, memory, starts):
        logits, memory = super()._read(obs, memory, starts)
        return logits * (1 + 1e-15 * np.arange(len(logits)))[:, None], memory


def test_rows_are_read_one_by_one_where_their_place_would_matter(model):
    obs = np.random.default_rng(0).integers(0, 2, (5, *TASK.observation_space.shape), np.uint8)
    placed = Placed(model)
    together, _ = placed(obs, None, np.ones(5, bool))
    assert placed._rows == (1 if placed.draws else ROWS)
    for row, expected in zip(obs, together, strict=True):
        np.testing.assert_array_equal(Network(model)(row[None], None, np.ones(1, bool))[0].argmax(), expected.argmax())
        np.testing.assert_array_equal(placed(row[None], None, np.ones(1, bool))[0][0], expected)
