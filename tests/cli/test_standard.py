"""The standard experiments are those whose entries are committed, and one command makes them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from commands import goalgap

from goalgap import SUITE
from goalgap.agents.recipes import default_algorithm
from goalgap.agents.reference import reference_names
from goalgap.cli.standard import Maker, ablation_words
from goalgap.leaderboards import entry
from goalgap.leaderboards.entry import EntryInfo
from goalgap.leaderboards.folders import ENTRIES, read_entries
from goalgap.leaderboards.standard import Experiment, experiments


def committed(environment: str, kind: str) -> dict[str, EntryInfo]:
    paths = (ENTRIES / environment).glob("*/entry.json")
    entries = [EntryInfo.model_validate(json.loads(path.read_text())) for path in paths]
    return {each.name: each for each in entries if each.kind == kind}


@pytest.mark.parametrize("name", SUITE)
def test_experiments_are_what_was_committed(name: str) -> None:
    """Names, descriptions and commands, the key of a results folder in one of them included."""
    expected, maker = {}, Maker(Path("results"), ENTRIES, name)
    for experiment in experiments(SUITE[name], default_algorithm(name)):
        command = f"goalgap {' '.join(experiment.words)}"
        expected[experiment.name] = (experiment.description, command)
        if experiment.ablated:
            again = " ".join(ablation_words(maker.folder_of(experiment), experiment))
            described = f"{experiment.description} Its memory is reset at every step."
            expected[f"{experiment.name}, memory ablated"] = (described, f"{command} && {again}")
    entries = committed(name, "trained")
    assert {name: (each.description, each.command) for name, each in entries.items()} == expected
    assert set(committed(name, "reference")) == set(reference_names(SUITE[name]))


@pytest.mark.slow
def test_entries_that_are_missing_are_made_by_the_commands_they_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a board of few levels, with one short experiment: each entry once, and nothing the second time."""
    short = Experiment("ChimeBandit", "RecurrentPPO", "RecurrentPPO", seeds=1)
    standard = sys.modules[Maker.__module__]  # `goalgap.cli.standard` is the command
    typed = standard._goalgap
    few = {"run": ("--levels", "6", "--steps", "4096"), "eval": ("--levels", "6"), "enter": ()}
    monkeypatch.setattr(entry, "LEVELS", 6)
    monkeypatch.setattr(standard, "experiments", lambda *_: [short])
    monkeypatch.setattr(standard, "reference_names", lambda _: ["random", "noop"])
    monkeypatch.setattr(standard, "_goalgap", lambda *words: typed(*words, *few[words[0]]))
    monkeypatch.setattr(Maker, "folder_of", lambda self, _: next(self.results.glob("ChimeBandit-*")))
    words = ("standard", "ChimeBandit", "--results", tmp_path / "results", "--entries", tmp_path / "entries")
    assert goalgap(*words) == 0
    made = {each.info.name: each for each in read_entries(tmp_path / "entries")}
    assert set(made) == {"random", "noop", "RecurrentPPO", "RecurrentPPO, memory ablated"}
    assert made["random"].info.command == "goalgap eval ChimeBandit random"
    assert made["RecurrentPPO, memory ablated"].episodes.runs[0].agent == "RecurrentPPO, memory ablated"
    capsys.readouterr()
    assert goalgap(*words) == 0
    assert capsys.readouterr().out == ""


def test_an_experiment_may_have_arguments_of_the_environment() -> None:
    """They stand in its name and its command, and in the task of its results."""
    varied = [each for each in experiments(SUITE["CheeseDish"], "PPO") if each.arguments]
    assert [each.name for each in varied] == ["PPO, redundancy 1", "PPO, redundancy 2", "PPO, redundancy 4"]
    assert varied[0].words == ["run", "CheeseDish", "--seeds", "3", "--set", "redundancy=1"]
    assert varied[0].description == "PPO by the standard recipe, with redundancy 1."
    maker = Maker(Path("results"), ENTRIES, "CheeseDish")
    assert len({maker.folder_of(each) for each in experiments(SUITE["CheeseDish"], "PPO")}) == 5
