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
    """One that is over after it was asked so many times whether it is."""

    def __init__(self, result: object, asked: int) -> None:
        self.left, self.result, self.exception = asked, (lambda: result), (lambda: None)

    def done(self) -> bool:
        self.left -= 1
        return self.left < 0

    def cancel(self, check: bool) -> None:
        assert not check, "of one that may have ended"
        self.left = -1


class Refusing:
    """An executor that refuses some of the arrays, by their number from 1."""

    def __init__(self, *refused: int) -> None:
        self.refused, self.sizes = refused, list[int]()

    def map_array(self, function: Any, given: list[Any]) -> list[Job]:
        self.sizes.append(len(given))
        if len(self.sizes) in self.refused:
            raise RuntimeError("sbatch: error:\n  Job violates accounting policy")
        return [Job(function(each), 2 * k) for k, each in enumerate(given)]


def submitting(monkeypatch: pytest.MonkeyPatch, executor: Refusing) -> None:
    monkeypatch.setattr("goalgap.sweeps.engines.slurm.POLL", 0.0)
    monkeypatch.setattr(Slurm, "_executor", lambda _: executor)


def test_cells_that_slurm_does_not_take_now_are_submitted_when_a_job_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitting(monkeypatch, executor := Refusing(2))
    found = carried_out(swept(tmp_path, 5), Slurm(2, tmp_path / "jobs"))
    assert executor.sizes[:3] == [2, 1, 2], "one has ended, a new one is refused, the other has ended"
    assert [(each.done, each.attempts, each.result.steps) for each in found if each] == [
        (True, 1, number**2) for number in range(5)
    ]


def test_where_slurm_takes_nothing_cells_are_left_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submitting(monkeypatch, Refusing(1))
    with pytest.raises(ValueError, match="Slurm takes no jobs: sbatch: error: Job violates accounting policy"):
        carried_out(swept(tmp_path, 8), Slurm(2, tmp_path / "jobs"))
    assert not any(outcome for _, outcome in swept(tmp_path, 8).known())


def test_jobs_are_cancelled_when_the_sweep_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submitting(monkeypatch, executor := Refusing())
    made = list[Job]()
    monkeypatch.setattr(executor, "map_array", lambda *given: made.extend(Refusing().map_array(*given)) or made)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("goalgap.sweeps.engines.slurm._ended", stop)
    with pytest.raises(KeyboardInterrupt):
        carried_out(swept(tmp_path, 2), Slurm(2, tmp_path / "jobs"))
    assert [job.left for job in made] == [-1, -1]


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
