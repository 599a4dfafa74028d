"""Confined agents act as they do without a worker, and what is refused, recorded and filtered."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import goalgap as command

import goalgap
from goalgap.agents.algorithms.ppo import PPORecipe
from goalgap.agents.training import train
from goalgap.cli.submit import FAILURE, SEEDS
from goalgap.eval.play.rollout import evaluate, rollout
from goalgap.eval.table.episodes import Episodes
from goalgap.extras import MissingPackageError
from goalgap.isolation import policies, seccomp
from goalgap.isolation.backends import ADVICE, Backend, backends
from goalgap.isolation.limits import EntryError
from goalgap.isolation.policies import isolated
from goalgap.isolation.submission import MOST_FILES, copied, digest
from goalgap.players import players

TASK = goalgap.task("CheeseCorner", size=5)
TINY = PPORecipe(steps=512, n_envs=16, n_steps=16, minibatch=128, epochs=1, hidden=(16,))
STEADY = """
import helper

def make_policy(shape, n):
    return helper.act
"""
HELPER = """
import numpy as np

def act(obs, state, starts):
    rng = np.random.default_rng(7) if state is None else state
    return rng.integers(4, size=len(obs)), rng
"""
confined = pytest.mark.skipif(not backends(), reason=f"nothing confines a worker here: {ADVICE}")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(TASK, TINY, 4, tmp_path_factory.mktemp("agents") / "agent")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A submission of two files."""
    place = tmp_path / "mine"
    place.mkdir()
    (place / "policy.py").write_text(STEADY)
    (place / "helper.py").write_text(HELPER)
    return place


@confined
def test_a_confined_agent_plays_the_same_episodes_in_batches_of_any_size(trained: Path) -> None:
    ((policy, run),) = players({4: trained}, TASK)
    plain = evaluate(TASK, policy, 40, run=run)
    with isolated(trained, TASK) as (agent, told):
        alike = evaluate(TASK, agent, 40, run=told)
        parts = rollout(TASK.on("deploy"), agent, range(40), run=told, batch_size=7)
    assert alike.table.equals(plain.table)
    assert parts.table["actions"].equals(plain.where(split="deploy").table["actions"])
    assert told.key == run.key
    assert told.details == run.details | {"isolation": str(backends()[0])}


@confined
def test_the_likeliest_actions_are_told_apart_and_a_bare_zip_is_named(trained: Path, tmp_path: Path) -> None:
    zip_file = tmp_path / "mine.zip"
    zip_file.write_bytes((trained / "agent.zip").read_bytes())
    with isolated(zip_file, TASK, sampled=False) as (_, run):
        assert (run.agent, run.deterministic, run.details["algorithm"]) == ("mine", True, "PPO")
    assert len(run.details["sha256"]) == 64


@confined
@pytest.mark.parametrize("wrong", [{"reward": "x"}, {"alpha": 2.0}, {"alpha": float("nan")}, {"seed": 10**30}])
def test_a_record_of_what_cannot_be_is_unreadable(trained: Path, tmp_path: Path, wrong: dict[str, Any]) -> None:
    """It is read in the evaluator, before a worker is started."""
    agent = shutil.copytree(trained, tmp_path / "agent")
    record = json.loads((agent / "agent.json").read_text())
    (agent / "agent.json").write_text(json.dumps(record | wrong))
    with pytest.raises(EntryError, match="does not say what it was trained with") as failure, isolated(agent, TASK):
        pass
    assert failure.value.reason == "unreadable"


@confined
def test_a_failure_names_the_submission_as_the_user_did(folder: Path) -> None:
    (folder / "helper.py").write_text("raise ValueError(__file__)")
    with (
        pytest.raises(EntryError, match=f"ValueError: {folder}/helper.py") as failure,
        isolated(folder, TASK, code=True),
    ):
        pass
    assert failure.value.reason == "unreadable"


@confined
def test_code_in_a_folder_plays_the_same_again(folder: Path) -> None:
    def once() -> Episodes:
        with isolated(folder, TASK, code=True) as (policy, run):
            assert run.details == {"submission": digest(folder), "code": True, "isolation": str(backends()[0])}
            return evaluate(TASK, policy, 10, run=run)

    first = once()
    assert first.table["actions"].equals(once().table["actions"])
    assert len(set(first.table["actions"].to_pylist()[0])) > 1


@confined
def test_submit_writes_what_eval_writes_and_records_how_a_submission_failed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, words = tmp_path / "out", ("CheeseCorner", "--size", 5, "--levels", 6, "--code", "--name", "mine")
    (folder / "helper.py").write_text("1 / 0")
    assert command("submit", folder, *words, "--out", out) == 2
    told = json.loads((out / FAILURE).read_text())
    assert (told["reason"], told["told"]) == ("unreadable", "ZeroDivisionError: division by zero")
    assert "mine failed (unreadable)" in " ".join(capsys.readouterr().err.split())
    (folder / "helper.py").write_text(HELPER)
    assert command("submit", folder, *words, "--out", out) == 0
    assert {path.name for path in out.glob("[!.]*")} == {
        "report.html", "report.json", "sampled-6.json", "sampled-6.parquet"
    }  # fmt: skip
    (run,) = Episodes.read(out / "sampled-6.parquet").runs
    assert (run.agent, run.details["isolation"]) == ("mine", str(backends()[0]))


def test_without_what_confines_code_is_refused_and_an_agent_is_not_isolated(
    trained: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "backends", lambda: ())
    with pytest.raises(MissingPackageError, match=r"bubblewrap"), isolated(folder, TASK, code=True):
        pass
    with isolated(trained, TASK) as (policy, run):
        actions, _ = policy(np.zeros((3, 7, 7, 3), np.uint8), None, np.ones(3, bool))
    assert actions.shape == (3,)
    assert run.details["isolation"] == "none"


def test_code_is_run_on_explicit_request_only(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for given in (folder, folder / "policy.py"):
        assert command("submit", given, "CheeseCorner") == 2
        assert "add --code" in " ".join(capsys.readouterr().err.split())


def test_seeds_are_of_one_agent_and_not_too_many(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in range(SEEDS + 1):
        shutil.copytree(trained, tmp_path / f"seed-{seed}")
        record = json.loads((trained / "agent.json").read_text())
        told = json.dumps(record | {"seed": seed, "alpha": 0.5 * (seed == 1)})
        (tmp_path / f"seed-{seed}" / "agent.json").write_text(told)
    assert command("submit", tmp_path, "CheeseCorner", "--size", 5) == 2
    assert f"at most {SEEDS} training seeds" in " ".join(capsys.readouterr().err.split())
    for seed in range(2, SEEDS + 1):
        shutil.rmtree(tmp_path / f"seed-{seed}")
    monkeypatch.setattr(policies, "backends", lambda: ())
    assert command("submit", tmp_path, "CheeseCorner", "--size", 5) == 2
    assert "trained differently" in " ".join(capsys.readouterr().err.split())


def test_a_submission_is_copied_whole_without_links_and_bounded(folder: Path, tmp_path: Path) -> None:
    (folder / "secret").symlink_to("/etc/passwd")
    copy = copied(folder, tmp_path / "copy", 1000)
    assert sorted(path.name for path in copy.rglob("*")) == ["helper.py", "policy.py"]
    before = digest(copy)
    (copy / "helper.py").rename(copy / "other.py")
    assert digest(copy) != before
    with pytest.raises(EntryError, match="of 10 bytes together"):
        copied(folder, tmp_path / "large", 10)
    for k in range(MOST_FILES):
        (folder / f"{k}").touch()
    with pytest.raises(EntryError, match="1001 files"):
        copied(folder, tmp_path / "many", 1000)
    (tmp_path / "link").symlink_to(folder / "policy.py")
    assert copied(tmp_path / "link", tmp_path / "linked", 1000).read_text() == STEADY
    with pytest.raises(EntryError, match="holds 0 files"):
        copied(Path("/dev/zero"), tmp_path / "endless", 1000)
    with pytest.raises(FileNotFoundError, match="no submission"):
        copied(tmp_path / "nowhere", tmp_path / "none", 10)


def test_a_backend_that_cannot_start_a_worker_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    from goalgap.isolation import backends as module

    assert not module._works(Backend("bubblewrap", "0", {"program": "/bin/false", "filter": ""}))


def decided(program: bytes, machine: int, number: int, flags: int = 0) -> int:
    """What a filter answers to a system call, as the kernel computes it."""
    lines = [struct.unpack_from("<HBBI", program, at) for at in range(0, len(program), 8)]
    values, at, held = {0: number, 4: machine, 16: flags}, 0, 0
    tests: dict[int, Any] = {
        seccomp.EQUAL: lambda k: held == k, seccomp.AT_LEAST: lambda k: held >= k, seccomp.ANY_BIT: lambda k: held & k,
    }  # fmt: skip
    while lines[at][0] != seccomp.RETURN:
        kind, yes, no, k = lines[at]
        if kind == seccomp.LOAD:
            held = values[k]
        else:
            at += yes if tests[kind](k) else no
        at += 1
    return int(lines[at][3])


@pytest.mark.parametrize("name", seccomp.MACHINES)
def test_the_filter_lets_threads_start_and_no_process(name: str) -> None:
    program, machine = seccomp.program(name), seccomp.MACHINES[name]
    own = list(seccomp.MACHINES).index(name)
    eagain, enosys, eperm = (seccomp.REFUSE | code for code in (11, 38, 1))
    assert decided(program, machine, seccomp.CLONE[own], seccomp.THREAD | 1) == seccomp.ALLOW
    assert decided(program, machine, seccomp.CLONE[own], 17) == eagain
    assert decided(program, machine, seccomp.CLONE3) == enosys
    assert decided(program, machine ^ 1, 0) == seccomp.KILL
    for numbers in seccomp.REFUSED.values():
        number = numbers[own]
        assert number is None or decided(program, machine, number) == eperm
    assert decided(program, machine, {"x86_64": 0, "aarch64": 63}[name]) == seccomp.ALLOW  # read
    assert decided(program, machine, seccomp.OTHER_ABI | 57) == seccomp.KILL


def test_there_is_no_filter_for_other_machines() -> None:
    with pytest.raises(OSError, match="x86_64 and aarch64, not for m68k"):
        seccomp.program("m68k")
