"""Changes of a recipe as text: what is typed becomes the recipe, and what is unusual is told in names and records."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from recipes import SMALL, TASK, TINY, every_algorithm

import goalgap
from goalgap.agents.algorithms import ALGORITHMS
from goalgap.agents.changes import read_changes, tell_changes, type_changes
from goalgap.agents.recipes import default_recipe
from goalgap.agents.records import folder_of, record_of
from goalgap.agents.training import plan


def typed(algorithm, *texts, task=TASK):
    return default_recipe(task, algorithm, **read_changes(ALGORITHMS[algorithm], texts))


@every_algorithm
def test_every_field_can_be_typed_as_it_stands_in_a_record(algorithm):
    task, wanted = goalgap.task("IceCream"), replace(SMALL[algorithm], practice={"begin": "anywhere", "size": 9})
    texts = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    texts |= {"hidden": ",".join(map(str, wanted.hidden)), "practice": "begin:anywhere,size:9"}
    if "before" in texts:
        wanted, texts = replace(wanted, before={"begin": "home"}), texts | {"before": "begin:home", "curriculum": ""}
    assert typed(algorithm, *(f"{name}={value}" for name, value in texts.items()), task=task) == wanted


def test_a_curriculum_is_typed_by_its_method_and_what_is_changed(tmp_path):
    recipe = typed("PPO", "curriculum=method:accel,score:oracle-latest,temperature:0.5,buffer:512")
    wanted = {"method": "accel", "score": "oracle-latest", "temperature": 0.5, "buffer": 512}
    assert recipe == default_recipe(TASK, curriculum=wanted)
    told = "curriculum-method-accel-score-oracle-latest-buffer-512-temperature-0.5"
    assert folder_of(tmp_path, TASK, recipe).name.startswith(f"CheeseCorner-PPO-size5-{told}-")


@pytest.mark.parametrize("text", ["True", "true", "False"])
def test_truths_are_typed_and_read_again(text):
    recipe = typed("PPO", f"curriculum=method:plr,robust:{text}")
    assert recipe.curriculum["robust"] is (text != "False")
    assert typed("PPO", *type_changes(recipe)) == recipe


def test_nothing_typed_is_none():
    assert typed("PPO", "hidden=", "practice=") == default_recipe(TASK, hidden=(), practice={})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("n_epochs=2", "unknown field of a recipe for PPO 'n_epochs': choose from steps, .*did you mean 'epochs'"),
        ("learning_rate=fast", "learning_rate is a number from 0 to 1, not 'fast'"),
        ("learning_rate=3", "learning_rate is at most 1, not 3"),
        ("epochs=2.5", "epochs is a whole number of at least 1, not '2.5'"),
        ("epochs", "takes name=value, not 'epochs': the names are steps, n_envs,"),
        ("hidden=64,x", "hidden is a whole number from 1 to 65536, not 'x'"),
        ("hidden=64.5", "hidden is a whole number"),
        ("curriculum=accel", "or curriculum=method:accel,buffer:1024, not 'accel'"),
        ("curriculum=buffer:1024", "a curriculum has a method, such as method:accel: plr, robust-plr, accel, sfl"),
        ("practice=region:3,region:5", "region of practice is given twice, by 'region:3,region:5': write it once"),
        ("practice=region", "as in practice=begin:anywhere or .*, not 'region'"),
    ],
)
def test_what_is_mistyped_is_told_with_what_is_allowed(text, told):
    with pytest.raises((ValueError, TypeError), match=told):
        typed("PPO", text)


def test_a_field_of_other_algorithms_says_of_which():
    with pytest.raises(ValueError, match="recipes for PPO, RecurrentPPO have dropout, and those for A2C have none"):
        typed("A2C", "dropout=0.1")


def test_a_field_is_typed_once():
    with pytest.raises(ValueError, match=r"steps is given twice, by 'steps=5' and by 'steps=6': a mitigation"):
        typed("PPO", "steps=5", "steps=6")


def test_names_and_records_tell_what_is_unusual(tmp_path):
    task = goalgap.task("IceCream", alpha=0.5)
    unusual = typed(
        "PPO", "learning_rate=3e-4", "hidden=64,32", "epochs=2", "practice=begin:home,size:9", "far=7", task=task
    )
    told = ["learning_rate0.0003", "hidden64x32", "practice-begin-home-size-9", "epochs2"]
    assert tell_changes(task, unusual) == told  # far is 7 here as usual
    assert record_of(task, unusual, 0)["changes"] == told
    assert record_of(task, unusual, 0)["recipe"]["learning_rate"] == 0.0003
    folder = folder_of(tmp_path, task, unusual)
    assert folder.name.startswith("IceCream-PPO-alpha0.5-" + "-".join(told) + "-")
    assert folder.name != folder_of(tmp_path, task, replace(unusual, epochs=3)).name
    assert tell_changes(task, replace(unusual, practice={}, hidden=()))[1:3] == ["hiddennone", "practicenone"]
    for algorithm in ALGORITHMS:
        assert tell_changes(task, default_recipe(task, algorithm)) == []
    assert json.loads(json.dumps(record_of(TASK, TINY, 0)))["changes"][0] == "steps1024"


def test_what_it_learns_on_is_chosen_and_counts_for_nothing_else(tmp_path, monkeypatch):
    usual, chosen = default_recipe(TASK), typed("PPO", "device=cuda")
    assert (chosen.device, chosen.as_data(), tell_changes(TASK, chosen)) == ("cuda", usual.as_data(), [])
    assert folder_of(tmp_path, TASK, chosen) == folder_of(tmp_path, TASK, usual)
    with pytest.raises(ValueError, match="unknown device 'gpu': choose from cpu, cuda, auto"):
        typed("PPO", "device=gpu")
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ValueError, match="torch finds no GPU here, so device is cpu, or auto"):
        plan(TASK, chosen, 0, tmp_path / "agent")
    assert plan(TASK, typed("PPO", "device=auto"), 0, tmp_path / "agent").recipe.device == "auto"


def test_a_name_with_many_changes_is_cut_and_still_tells_runs_apart(tmp_path):
    longest = "curriculum=method:accel,score:oracle-latest,buffer:512,temperature:0.5,staleness:0.25,episodes:3"
    told = "epochs=2", "entropy=0.02", "discount=0.9", "gae_lambda=0.7", "weight_decay=0.001", "augment=shift"
    many = [typed("PPO", *told, longest, f"learning_rate={rate}", "hidden=64,32,16") for rate in (1e-3, 2e-4)]
    names = {folder_of(tmp_path, TASK, recipe).name for recipe in many}
    assert len(names) == 2
    assert {len(name) for name in names} == {157}
    for recipe in many:
        plan(TASK, recipe, 0, folder_of(tmp_path, TASK, recipe) / "seed-0")
