"""Several seeds side by side: each in a process of its own, so that none can take another down with it.

A process is given a job that has been checked, carries it out, and tells through a pipe how far it is. When the pipe
breaks, because the caller was killed, it stops at its next report; a seed that finished stays finished.
"""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from ..choices import shown
from ..envs.engine.task import Task
from .algorithms.recipe import Recipe
from .callbacks import TrainingProgress
from .training import Job, plan

OnSeedProgress = Callable[[int, TrainingProgress], None]
Running = dict[Connection, tuple[int, BaseProcess]]


class TrainingError(RuntimeError):
    """Some seeds failed, after all others had finished.

    Attributes:
        failures: what each failed seed died of.
    """

    def __init__(self, failures: Mapping[int, str]) -> None:
        self.failures = dict(failures)
        last = {seed: text.strip().splitlines()[-1] for seed, text in self.failures.items()}
        listed = "; ".join(f"seed {seed}: {text}" for seed, text in sorted(last.items()))
        super().__init__(f"{len(last)} of the seeds failed, the others are kept: {listed}")


def train_seeds(
    task: Task,
    recipe: Recipe,
    folders: Mapping[int, Path],
    processes: int = 2,
    progress: OnSeedProgress | None = None,
    curves: Path | None = None,
) -> None:
    """Train an agent for each seed.

    Args:
        task, recipe: as in `train`; the environment must be importable, as all of the suite are.
        folders: where each seed's agent goes; see `records.finished` for what need not be trained again.
        processes: how many to train at a time.
        progress: called in this process with a seed and how far it is.
        curves: as in `train`.

    Raises:
        ValueError, TypeError, StorageError: as of `train`, or no process is allowed; nothing was started.
        TrainingError: seeds failed; all others were trained first.
    """
    if isinstance(processes, bool) or not isinstance(processes, int) or processes < 1:
        raise ValueError(f"at least one process must train, not {shown(processes)}")
    waiting = [plan(task, recipe, seed, folder, curves) for seed, folder in folders.items()]
    running: Running = {}
    failures: dict[int, str] = {}
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                running |= _start(waiting.pop(0))
            for ready in wait(list(running)):
                _receive(ready, running, failures, progress)  # type: ignore[arg-type]
    finally:
        for _, process in running.values():
            process.terminate()
    if failures:
        raise TrainingError(failures)


def _start(job: Job) -> Running:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, job), daemon=True)
    with _interrupts_held():
        process.start()
    theirs.close()
    return {ours: (job.seed, process)}


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """What is started within never hears Ctrl-C, not even while it imports: the caller handles it, once it is back."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows, where the terminal tells each process by itself
        yield
        return
    resource_tracker.ensure_running()  # which the first process would start, and that ends what is held
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _receive(ready: Connection, running: Running, failures: dict[int, str], progress: OnSeedProgress | None) -> None:
    """Take one message: progress, or the text of a failure; an end of the pipe is the end of the process."""
    seed, process = running[ready]
    try:
        message = ready.recv()
    except EOFError:
        process.join()
        del running[ready]
        if process.exitcode and seed not in failures:
            failures[seed] = f"its process ended with exit code {process.exitcode}"
        return
    if isinstance(message, str):
        failures[seed] = message
    elif progress is not None:
        progress(seed, message)


def _work(pipe: Connection, job: Job) -> None:
    """What a process does: train one seed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        job.run(pipe.send)
    except BrokenPipeError:
        return
    except Exception:  # noqa: BLE001 (whatever it is, the caller is told)
        pipe.send(traceback.format_exc())
