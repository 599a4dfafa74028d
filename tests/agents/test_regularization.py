"""Regularization: what training drops, decays and augments, and that nothing of it is left in an agent."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from recipes import SMALL, TASK, TINY

import goalgap
from goalgap.agents.algorithms.ppo import PPORecipe
from goalgap.agents.augmenting import cut_out, shifted
from goalgap.agents.bundles.manifest import Card
from goalgap.agents.bundles.packing import pack
from goalgap.agents.changes import read_changes
from goalgap.agents.loading import load_agent, model_policy
from goalgap.agents.mitigations import MITIGATIONS, mitigated
from goalgap.agents.recipes import default_recipe
from goalgap.agents.records import read_record
from goalgap.agents.sight import undisturbed
from goalgap.agents.training import train
from goalgap.envs.engine.batch import Batch
from goalgap.eval.play.rollout import rollout

GRIDS = Batch.of(TASK, np.arange(300)).observe()
REGULARIZED = {
    "dropout": {"dropout": 0.5},
    "decay": {"weight_decay": 0.1},
    "shift": {"augment": "shift"},
    "cutout": {"augment": "cutout"},
}
every_regularization = pytest.mark.parametrize("name", REGULARIZED)


def collected(changes, algorithm="PPO"):
    """A model in mid-training, which has collected a rollout and not learned from it, and its callback."""
    recipe = replace(SMALL[algorithm], **changes)
    model = recipe.build(TASK, 0)
    _, callback = model._setup_learn(recipe.steps, recipe.callbacks(TASK, 0))
    callback.on_training_start(locals(), globals())
    model.collect_rollouts(model.env, callback, model.rollout_buffer, model.n_steps)
    return model, callback


def log_probabilities(model, training):
    model.policy.set_training_mode(training)
    data = next(model.rollout_buffer.get())
    told = [data.observations, data.actions.long().flatten()]
    if hasattr(data, "lstm_states"):
        told += [data.lstm_states, data.episode_starts]
    with torch.no_grad():
        _, now, _ = model.policy.evaluate_actions(*told)
    real = data.mask > 0 if hasattr(data, "mask") else slice(None)  # sequences are filled up
    return now[real], data.old_log_prob[real]


@pytest.mark.parametrize("algorithm", ["PPO", "RecurrentPPO"])
def test_an_action_is_as_likely_when_it_is_learned_from_as_when_it_was_drawn(algorithm):
    """So that PPO's ratios begin at 1, which they do not where units are dropped in learning alone."""
    model, _ = collected({"dropout": 0.5}, algorithm)
    now, before = log_probabilities(model, training=True)
    assert now == pytest.approx(before, abs=1e-5)
    plain, _ = log_probabilities(model, training=False)
    assert (plain - before).abs().max() > 1e-3


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_so_many_units_are_dropped_and_the_others_scaled_up(rate):
    model, _ = collected({"dropout": rate, "hidden": (64,)})
    extractor, obs = model.policy.features_extractor, torch.as_tensor(GRIDS).float()
    with torch.no_grad():
        dropped, plain = extractor.train()(obs), extractor.eval()(obs)
    alive = plain > 0
    assert (dropped[alive] == 0).float().mean() == pytest.approx(rate, abs=0.05)
    kept = alive & (dropped > 0)
    assert dropped[kept] == pytest.approx(plain[kept] / (1 - rate))


def test_masks_are_the_same_within_a_rollout_and_others_in_the_next():
    model, callback = collected({"dropout": 0.5})
    extractor, obs = model.policy.features_extractor.train(), torch.as_tensor(GRIDS).float()
    with torch.no_grad():
        one, again = extractor(obs), torch.cat([extractor(obs[:7]), extractor(obs[7:])])
        callback.on_rollout_start()
        after = extractor(obs)
    assert again == pytest.approx(one, abs=1e-5)
    assert ((after == 0) != (one == 0)).any()


def test_who_is_evaluated_in_mid_training_drops_nothing():
    model, callback = collected({"dropout": 0.5})
    with undisturbed(model):
        told = model_policy(model, TASK).network(GRIDS, None, np.ones(len(GRIDS), bool))[0]
    dropping, _ = log_probabilities(model, training=True)
    callback.on_training_end()
    without, _ = log_probabilities(model, training=True)
    assert (dropping - without).abs().max() > 1e-3
    assert (model_policy(model, TASK).network(GRIDS, None, np.ones(len(GRIDS), bool))[0] == told).all()


def test_weights_decay_as_by_a_loss_of_their_squares():
    model, other = (replace(TINY, weight_decay=decay).build(TASK, 0).policy for decay in (0.1, 0.0))
    obs = torch.as_tensor(GRIDS[:8])
    for policy, loss in ((model, 0.0), (other, 0.1)):
        squares = sum(weights.square().sum() for weights in policy.parameters())
        (policy.predict_values(obs).mean() + loss * squares / 2).backward()
        policy.optimizer.step()
    for one, two in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(one, two, atol=1e-5, rtol=1e-4)


def test_a_shift_moves_the_whole_grid_round_its_edges_by_a_cell_at_most():
    moved = shifted(GRIDS, np.random.default_rng(0))
    ways = {by: np.roll(GRIDS, by, (1, 2)) for by in product((-1, 0, 1), repeat=2)}
    found = [{by for by, whole in ways.items() if np.array_equal(whole[i], frame)} for i, frame in enumerate(moved)]
    assert all(found)
    assert set.union(*found) == set(ways)


def test_a_shift_of_pixels_moves_whole_tiles():
    task = goalgap.task("ColourShape", size=5)
    side, frames = len(task.game.tiles[-1]), Batch.of(task, np.arange(50)).observe()
    moved = shifted(frames, np.random.default_rng(0), side)
    for before, after in zip(frames, moved, strict=True):
        assert any(np.array_equal(np.roll(before, by, (0, 1)), after) for by in product((-side, 0, side), repeat=2))


def test_a_cutout_is_an_empty_rectangle_that_spares_the_agent():
    frames = np.ones((500, 24, 16, 3), np.uint8)
    cut = cut_out(frames, np.random.default_rng(0))
    assert (cut[..., -1] == 1).all()
    holes = cut[..., :-1].any(-1) == 0
    heights, widths = holes.any(2).sum(1), holes.any(1).sum(1)
    assert (holes.sum((1, 2)) == heights * widths).all()
    assert (set(heights), set(widths)) == (set(range(3, 9)), set(range(2, 7)))
    assert (frames == 1).all()
    assert holes.any(0).all()


@pytest.mark.parametrize("way", ["shift", "cutout"])
def test_the_agent_learns_from_the_observations_that_it_acted_on(way):
    """Rather than from others that would make PPO's ratios those of something else."""
    (model, _), (plain, _) = collected({"augment": way}), collected({})
    first, bare = model.rollout_buffer.observations[0], plain.rollout_buffer.observations[0]
    assert first.shape == bare.shape
    assert not np.array_equal(first, bare)
    now, before = log_probabilities(model, training=True)
    assert now == pytest.approx(before, abs=1e-5)


def test_observations_that_end_episodes_are_augmented_too():
    recipe = replace(TINY, augment="cutout", n_envs=64)
    augmented, plain = recipe.games(TASK, 0), replace(recipe, augment="").games(TASK, 0)
    told = []
    for games in (augmented, plain):
        games.seed(0)
        games.reset()
        for _ in range(TASK.horizon):
            _, _, dones, infos = games.step(np.zeros(64, np.int64))
            if dones.any():
                break
        told.append([infos[i]["terminal_observation"] for i in np.flatnonzero(dones)])
    assert len(told[0]) == len(told[1]) > 0
    assert not np.array_equal(told[0], told[1])


@every_regularization
def test_agents_keep_nothing_of_it_and_are_packed_as_others(name, tmp_path):
    folder = train(TASK, replace(TINY, **REGULARIZED[name]), 0, tmp_path / "agent")
    assert read_record(folder)["recipe"].items() >= REGULARIZED[name].items()
    agent, plain = load_agent(folder, TASK), TINY.build(TASK, 0)
    assert list(agent.model.policy.state_dict()) == list(plain.policy.state_dict())
    pack(folder, Card(name="Regular", authors="A. Person", description="Drops.", license="MIT"), tmp_path / "bundle")
    played = [rollout(TASK, load_agent(path, TASK), range(50)) for path in (folder, tmp_path / "bundle")]
    assert played[0].table.equals(played[1].table)


@pytest.mark.parametrize("changes", [{"curriculum": {"method": "accel", "buffer": 16}}, {"before": {"region": 2}}])
def test_regularization_goes_together_with_other_ways_of_training(changes, tmp_path):
    recipe = replace(TINY, dropout=0.1, augment="shift", **changes)
    assert read_record(train(TASK, recipe, 0, tmp_path / "agent"))["steps"] == 1024


@pytest.mark.parametrize("mitigation", [None, "none"])
def test_no_mitigation_has_a_name_too(mitigation):
    assert mitigated(("steps=512",), mitigation) == ("steps=512",)
    with pytest.raises(ValueError, match=r"unknown mitigation 'non': choose from none, .*; did you mean 'none'\?"):
        mitigated((), "non")


@pytest.mark.parametrize("mitigation", MITIGATIONS)
def test_each_mitigation_changes_a_recipe_by_what_it_is_called(mitigation):
    recipe = default_recipe(TASK, **read_changes(PPORecipe, mitigated(("steps=512",), mitigation)))
    assert recipe != default_recipe(TASK, steps=512)
    assert recipe.steps == 512


@pytest.mark.parametrize(
    ("environment", "changes", "told"),
    [
        ("CheeseCorner", {"dropout": 1.0}, "dropout is at most 0.9, not 1"),
        ("CheeseCorner", {"dropout": 0.1, "hidden": ()}, "there are none: take hidden=64"),
        ("CheeseCorner", {"weight_decay": -1.0}, "weight_decay is at least 0"),
        ("CheeseCorner", {"augment": "shfit"}, "did you mean 'shift'"),
        ("IrishElk", {"augment": "shift"}, "IrishElk shows none"),
        ("ColourShape", {"augment": "cutout"}, "take augment=shift"),
    ],
)
def test_what_cannot_be_regularized_so_is_refused_before_training(environment, changes, told, tmp_path):
    task = goalgap.task(environment)
    with pytest.raises(ValueError, match=told):
        train(task, default_recipe(task, "PPO", **changes), 0, tmp_path / "agent")
    assert not list(tmp_path.iterdir())


OWN = """
from math import prod

from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import nn


class Smooth(BaseFeaturesExtractor):
    last = nn.Tanh

    def __init__(self, observation_space):
        super().__init__(observation_space, 32)
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(prod(observation_space.shape), 32), self.last())

    def forward(self, observations):
        return self.layers(observations)


class Straight(Smooth):
    last = nn.Identity


class Again(Smooth):
    def __init__(self, observation_space):
        super().__init__(observation_space)
        self.more = nn.Linear(32, 32)
        self.wide = nn.Linear(32, 64)
        self.narrow = nn.Linear(64, 32)

    def forward(self, observations):
        last = self.layers[-1]
        return last(self.narrow(last(self.wide(last(self.more(self.layers(observations)))))))


class Convolved(BaseFeaturesExtractor):
    def __init__(self, observation_space):
        rows, cols, layers = observation_space.shape
        super().__init__(observation_space, 4 * rows * cols)
        self.layers = nn.Sequential(nn.Conv2d(layers, 4, 3, padding=1), nn.ReLU(), nn.Flatten())

    def forward(self, observations):
        return self.layers(observations.movedim(-1, 1))


class Apart(ActorCriticPolicy):
    def __init__(self, *given, **named):
        super().__init__(*given, **named, share_features_extractor=False)


class RecurrentApart(RecurrentActorCriticPolicy):
    def __init__(self, *given, **named):
        super().__init__(*given, **named, share_features_extractor=False)


class Linear(ActorCriticPolicy):
    def __init__(self, *given, **named):
        super().__init__(*given, **named, activation_fn=nn.Identity)
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    (tmp_path / "smooth_features.py").write_text(OWN)
    monkeypatch.syspath_prepend(str(tmp_path))
    return {"dropout": 0.5, "hidden": (16,), "extractor": "smooth_features:Smooth", "patch": 0, "far": 0}


def test_units_of_networks_of_ones_own_are_dropped_too(own):
    model, _ = collected(own)
    now, before = log_probabilities(model, training=True)
    assert now == pytest.approx(before, abs=1e-5)
    extractor, obs = model.policy.features_extractor, torch.as_tensor(GRIDS).float()
    with torch.no_grad():
        assert (extractor.train()(obs) == 0).float().mean() == pytest.approx(0.5, abs=0.1)
        for layers in (model.policy.mlp_extractor.policy_net, model.policy.mlp_extractor.value_net):
            assert (layers.train()(extractor(obs)) == 0).float().mean() == pytest.approx(0.5, abs=0.1)
        assert (extractor.eval()(obs) == 0).float().mean() == 0


@pytest.mark.parametrize("algorithm", ["PPO", "RecurrentPPO"])
def test_actor_and_critic_may_have_extractors_of_their_own(own, algorithm):
    """Values are also asked for alone, of other observations than actions were drawn for."""
    policy = {"PPO": "Apart", "RecurrentPPO": "RecurrentApart"}[algorithm]
    model, _ = collected(own | {"policy": f"smooth_features:{policy}"}, algorithm)
    now, before = log_probabilities(model, training=True)
    assert now == pytest.approx(before, abs=1e-5)
    extractors = model.policy.pi_features_extractor, model.policy.vf_features_extractor
    assert extractors[0] is not extractors[1]
    obs = torch.as_tensor(GRIDS).float()
    with torch.no_grad():
        for extractor in extractors:
            assert (extractor.train()(obs[:7]) == 0).float().mean() == pytest.approx(0.5, abs=0.2)
            assert (extractor(obs) == 0).float().mean() == pytest.approx(0.5, abs=0.1)


def test_an_extractor_of_ones_own_has_hidden_layers_enough(own):
    model, _ = collected(own | {"hidden": ()})
    obs = torch.as_tensor(GRIDS).float()
    with torch.no_grad():
        assert (model.policy.features_extractor.train()(obs) == 0).float().mean() == pytest.approx(0.5, abs=0.1)


def test_one_activation_may_be_used_in_several_places(own):
    model, _ = collected(own | {"extractor": "smooth_features:Again", "hidden": ()})
    now, before = log_probabilities(model, training=True)
    assert now == pytest.approx(before, abs=1e-5)


@pytest.mark.parametrize(
    "changes",
    [
        {"extractor": "smooth_features:Straight", "policy": "smooth_features:Linear"},
        {"extractor": "smooth_features:Convolved", "hidden": ()},
    ],
)
def test_dropout_of_a_network_that_has_nothing_to_drop_is_refused_before_it_learns(changes, own, tmp_path):
    own |= changes
    with pytest.raises(ValueError, match=r"(Straight|Convolved) has none behind any of ReLU, Tanh, .*: leave it out"):
        train(TASK, replace(TINY, **own), 0, tmp_path / "agent")
    assert not (tmp_path / "agent").exists()
