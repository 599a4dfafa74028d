"""Slurm by submitit, whose own executor for one machine stands for the cluster."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from instant import carried_out, ran, swept

from goalgap.sweeps.engines.slurm import Slurm

pytestmark = pytest.mark.slow


def test_jobs_carry_out_cells_and_a_lost_one_is_the_failure_of_its_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("submitit")
    paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    found = carried_out(swept(tmp_path, 6, dies=[2], raises=[4]), Slurm(2, tmp_path / "jobs", "local"))
    failed = {number: each.reason for number, each in enumerate(found) if not each.done}
    assert set(failed) == {2, 4}
    assert failed[2].startswith("its job ")
    assert failed[4] == "KeyError: 'nothing'"
    assert ran(tmp_path) == list(range(6))
    assert [each.result.steps for each in found if each.done] == [0, 1, 9, 25]
