"""Jobs that cannot be submitted, and clusters that are not there."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from commands import goalgap as command
from instant import carried_out, swept

from goalgap.cli.execution import Execution
from goalgap.sweeps.engines.ray_tasks import Ray
from goalgap.sweeps.engines.slurm import Slurm


class Job:
    """One that is over at once."""

    def __init__(self, result: object) -> None:
        self.result, self.done, self.exception = (lambda: result), (lambda: True), (lambda: None)


class Refusing:
    """An executor that refuses every second array."""

    calls = 0

    def map_array(self, function: Any, given: list[Any]) -> list[Job]:
        self.calls += 1
        if self.calls % 2 == 0:
            raise RuntimeError("sbatch: error:\n  Job violates accounting policy")
        return [Job(function(each)) for each in given]


def test_cells_that_slurm_does_not_take_have_failed_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = Refusing()
    monkeypatch.setattr(Slurm, "_executor", lambda _: refusing)
    found = carried_out(swept(tmp_path, 8), Slurm(2, tmp_path / "jobs"))
    assert [bool(each and each.done) for each in found] == [True, True, False, False, True, True, False, False]
    assert found[2] is not None
    assert found[2].reason == "its job could not be submitted: sbatch: error: Job violates accounting policy"


def test_without_slurm_the_command_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("submitit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    (tmp_path / "sweep.toml").write_text('environments = ["CheeseCorner"]\nreferences = ["random"]\nlevels = 4\n')
    assert command("sweep", "sweep.toml", "--engine", "slurm") == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "there is no Slurm here" in told
    assert "--emit-slurm N prints a script" in told


def test_a_ray_cluster_has_as_many_cells_at_a_time_as_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray")
    monkeypatch.setattr(Ray, "_cluster", lambda _: SimpleNamespace(cluster_resources=lambda: {"CPU": 48.0}))
    joined = Execution(processes=2, engine="ray", address="auto")
    assert joined._at_a_time() == 48
    for other in (Execution(3), Execution(3, "ray"), Execution(3, "ray", "auto", dry_run=True)):
        assert other._at_a_time() == 3
