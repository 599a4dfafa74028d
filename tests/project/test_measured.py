"""Studies go on from what is kept beside their pages, and the pages say what is kept."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import goalgap
from goalgap.envs import SUITE
from goalgap.eval.measures.asking import AskingCurve
from goalgap.eval.measures.estimates import Estimate
from goalgap.sweeps.outcomes import Mode, Outcome, Result

BENCHMARKS = Path(goalgap.__file__).resolve().parent / "benchmarks"


@pytest.fixture(autouse=True)
def _found(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def test_charts_and_page_of_mitigations_are_of_what_is_kept():
    study = import_module("curricula")
    files = study.files()
    for name, content in files.items():
        assert (BENCHMARKS / name).read_text(encoding="utf-8") == content
    told = sum(len(study.known(name)) for name in study.EDITABLE)
    kept = json.loads(study.KEPT.read_text())
    assert told == len(kept), "something that is kept is of no recipe that there is, and so on no page"


def test_page_of_algorithms_is_of_what_is_kept():
    study = import_module("algorithms")
    page = study.page()
    assert study.PAGE.read_text(encoding="utf-8") == page
    assert page.count("\n| ") == 1 + len(json.loads(study.KEPT.read_text())) + 1


def test_what_is_kept_is_read_again_and_replaced(tmp_path):
    measured = import_module("measured")
    path = tmp_path / "kept.json"
    first = measured.Measured(estimates={"score": Estimate(mean=1 / 3, seeds=(1 / 3, None))}, means={"steps": 2.0})
    assert measured.read_measured(path) == {}
    measured.keep_measured(path, "one", first)
    measured.keep_measured(path, "other", first)
    more = measured.Measured(estimates={"score": Estimate(mean=0.5, low=0.25, high=0.75, seeds=(0.5,) * 5)}, means={})
    measured.keep_measured(path, "one", more)
    known = measured.read_measured(path)
    assert known["one"] == more
    assert known["one"].seeds == 5
    assert known["other"].estimates["score"] == Estimate(mean=0.3333, seeds=(0.3333, None))
    assert len(path.read_text().splitlines()) == 4, "a line for each, so that a change can be read"


def test_seeds_that_are_done_are_kept_and_no_fewer_than_before(monkeypatch, tmp_path):
    study = import_module("algorithms")
    monkeypatch.setattr(study, "KEPT", tmp_path / "kept.json")
    cells = study.cells("IrishElk", "A2C", 3)
    told = Mode(mode="sampled", learned=1.0, scores={"deploy": 0.25}, gaps={"goal": 0.5}, pursuits={})

    def outcome(cell, status):
        return Outcome(
            key=cell.key, about=cell.about, status=status, seconds=1, ended="", process="", result=Result(modes=(told,))
        )

    for statuses, seeds in ((["done", "failed"], 1), (["done", "done", None], 2), (["done"], 2)):
        known = [(cell, status and outcome(cell, status)) for cell, status in zip(cells, statuses, strict=False)]
        study.keep(SimpleNamespace(known=lambda known=known: known))
        (kept,) = import_module("measured").read_measured(study.KEPT).values()
        assert kept.seeds == seeds
        assert kept.estimates["score"].mean == 0.25
    assert "| IrishElk | A2C | 300,032 | 2 | 1.00 (1.00..1.00) | 0.25 (0.25..0.25) | 0.50" in study.page()


def test_very_many_cells_are_those_of_a_sweep_file(tmp_path):
    study = import_module("sweeps")
    assert study.plan(tmp_path, 3 * len(SUITE)) == f"{3 * len(SUITE)} cells to do"


def test_what_is_known_is_not_trained_again(monkeypatch, tmp_path):
    study = import_module("curricula")
    trained, cell = [], study.Cell("CheeseCorner", study.DR, 0.0)
    estimates = {name: Estimate(mean=0.5, seeds=(0.5,) * 3) for name in ("score", "gap")}
    told = import_module("measured").Measured(
        estimates=estimates, means=dict.fromkeys(study.TOLD, 0.0), code=study.CODE
    )
    monkeypatch.setattr(study, "KEPT", tmp_path / "kept.json")
    monkeypatch.setattr(study, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(study.Cell, "train", lambda cell, seeds, processes: trained.append((cell, seeds)) or told)
    asked = ["curricula.py", "CheeseCorner", "--methods", study.DR, "--alphas", "0", "--seeds"]
    for seeds in ("3", "3", "2", "4"):
        monkeypatch.setattr("sys.argv", [*asked, seeds])
        study.main()
    assert trained == [(cell, 3), (cell, 4)]
    assert "| domain randomization | 0 % | 3 | 0.50 (0.50..0.50)" in (tmp_path / "page.md").read_text()


@pytest.mark.parametrize("earlier", [0, 1])
def test_what_an_earlier_version_has_measured_is_marked_and_measured_again(earlier, monkeypatch, tmp_path):
    study, measured = import_module("curricula"), import_module("measured")
    estimates = {name: Estimate(mean=0.5, seeds=(0.5,) * 5) for name in ("score", "gap")}
    kept = measured.Measured(estimates=estimates, means=dict.fromkeys(study.TOLD, 0.0), code=study.CODE - earlier)
    monkeypatch.setattr(study, "KEPT", tmp_path / "kept.json")
    monkeypatch.setattr(study, "PAGE", tmp_path / "page.md")
    for method in (study.DR, "SFL"):
        measured.keep_measured(study.KEPT, study.Cell("CheeseCorner", method, 0.0).folder.name, kept)
    trained = []
    monkeypatch.setattr(study.Cell, "train", lambda cell, *_: trained.append(cell.method) or kept)
    monkeypatch.setattr("sys.argv", ["curricula.py", "CheeseCorner", "--methods", study.DR, "SFL", "--alphas", "0"])
    study.main()
    page = (tmp_path / "page.md").read_text()
    assert trained == [study.DR, "SFL"] * earlier
    assert ("| SFL\N{DAGGER} |" in page) == ("by an earlier version" in page) == bool(earlier)


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ({}, ""),
        ({0.1: 0.5}, "at 10 %"),
        ({0.1: 0.4, 0.01: 0.9}, "not at 10 %"),
        ({1e-5: 0.9, 0.01: 0.4, 0.1: 0.6, 1.0: 0.8}, "from 10 %"),
        ({0.0: 0.7, 0.01: 0.6}, "at 0 %"),
    ],
)
def test_from_which_alpha_on_agents_are_robust(scores, told):
    assert import_module("published").robust_from(scores) == told


def test_page_of_asking_has_a_table_and_a_chart_of_each_environment():
    study = import_module("asking")
    curve = AskingCurve("margin", (0.0, 1.0), np.array([0.0, 1.0]), np.array([0.25, 0.75]), Estimate(mean=0.5))
    page = study.page({"CheeseDish": [curve]}, 5, 200)
    assert "5 agents of each environment" in page
    assert re.search(r"margin.* \| 0\.25 \| 0\.30 \| 0\.38 \| 0\.50 \|", page)
    assert "](asking-CheeseDish.svg)" in page
