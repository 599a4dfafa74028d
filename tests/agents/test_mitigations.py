"""Mitigations by name: what agents are called that were trained with some, whoever says so."""

from __future__ import annotations

from typing import Any

import pytest
from recipes import TASK

from goalgap.agents.changes import changed_recipe
from goalgap.agents.mitigations import MITIGATIONS, mitigated, mitigations_of
from goalgap.agents.records import run_fields
from goalgap.eval.table.runs import Run
from goalgap.sweeps.plan import cells_of
from goalgap.sweeps.sweep_file import SweepFile

OTHERS = ("dropout=0.2", "curriculum=method:accel,score:oracle-latest", "augment=shift dropout=0.2")


@pytest.mark.parametrize("mitigation", [*MITIGATIONS, *OTHERS[:2]])
def test_agents_are_called_by_what_they_were_trained_with_as_in_a_sweep(mitigation: str) -> None:
    recipe = changed_recipe(TASK, "PPO", mitigated((), mitigation))
    told = run_fields({"recipe": recipe.as_data(), "seed": 3})
    (cell,) = cells_of(SweepFile(environments=["CheeseCorner"], mitigations=[mitigation], seeds=[3]))
    assert told["agent"] == cell.about.name == f"PPO, {mitigation}"


def test_several_mitigations_are_all_told_and_none_is_not() -> None:
    assert [*mitigations_of(changed_recipe(TASK, "PPO", OTHERS[2].split()).as_data())] == ["dropout=0.2", "shift"]
    assert run_fields({"recipe": changed_recipe(TASK, "PPO", ()).as_data(), "seed": 0})["agent"] == "PPO"


@pytest.mark.parametrize(
    "recipe",
    [
        {"dropout": "x" * 10**6}, {"augment": "a\nb"}, {"curriculum": {"method": "none such"}}, {"curriculum": "accel"},
        {"curriculum": ["accel"]}, {"curriculum": {"method": ["accel"]}}, {"curriculum": {3: 4}}, {"curriculum": 7},
        {"weight_decay": float("nan")}, {"dropout": {"a": {"b": "c" * 100}}}, {"dropout": [None] * 99},
    ],
)  # fmt: skip
def test_what_strangers_say_makes_no_name_that_cannot_be_told(recipe: dict[str, Any]) -> None:
    assert all(len(name) <= 80 and name.isprintable() for name in mitigations_of(recipe))


def test_a_name_is_no_longer_than_a_table_takes() -> None:
    recipe = {"algorithm": "PPO", **dict.fromkeys(("dropout", "weight_decay", "augment"), "x" * 60)}
    assert len(Run(**run_fields({"recipe": recipe, "seed": 0})).agent) == 150
