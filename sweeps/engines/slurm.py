"""Slurm: jobs that submitit starts and watches, each of which has a cell; or a script that starts shards."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from ...extras import needs_extras
from ..working import Begun, Piece, crashed, settle
from . import Tell

ARRAY = 500  # jobs in an array, of which Slurm's own default allows 1,000
MINUTES = 24 * 60  # that a cell may take
GIGABYTES = 4  # of memory that it may take
POLL = 1.0  # seconds

SCRIPT = """\
#!/bin/bash
#SBATCH --job-name=goalgap
#SBATCH --array=1-{shards}
#SBATCH --cpus-per-task={processes}
#SBATCH --output=goalgap-%A-%a.log
#SBATCH --requeue
# sbatch adds what your cluster asks for: --partition, --time, --mem
cd {folder} || exit 1
exec {python} -m goalgap {words} --shard "$SLURM_ARRAY_TASK_ID/{shards}" --processes {processes}
"""


def script(words: Sequence[str], shards: int, processes: int) -> str:
    """What `sbatch` takes to work through a command in so many shards, from the working directory."""
    told = {"folder": shlex.quote(str(Path.cwd())), "python": shlex.quote(sys.executable), "words": shlex.join(words)}
    return SCRIPT.format(shards=shards, processes=processes, **told)


@dataclass(frozen=True)
class Slurm:
    """Jobs, so many at a time.

    Attributes:
        folder: where submitit keeps what jobs are given and print; all machines must see it.
        cluster: "slurm", or "local" for processes here.
    """

    processes: int
    folder: Path
    cluster: str = "slurm"

    def __call__(self, pieces: Iterable[Piece], tell: Tell) -> None:
        """ValueError where Slurm takes no job, though none is running: what is left is left as it is.

        Jobs that are left when this is stopped are cancelled.
        """
        running = list[tuple[Any, Piece]]()
        try:
            self._work_through(iter(pieces), running, tell)
        finally:
            for job, _ in running:
                job.cancel(check=False)

    def _work_through(self, waiting: Iterator[Piece], running: list[tuple[Any, Piece]], tell: Tell) -> None:
        executor = self._executor()
        while True:
            given = list(islice(waiting, max(0, min(self.processes, ARRAY) - len(running))))
            try:
                running += _submitted(executor, given, tell)
            except (RuntimeError, OSError) as error:
                if not running:
                    raise ValueError(f"Slurm takes no jobs: {' '.join(str(error).split())}") from error
                waiting = chain(given, waiting)  # as where a user may have so many jobs: some will end
            if not running:
                return
            for job, piece in _ended(running):
                tell(piece, _result(job, piece))

    def _executor(self) -> Any:
        with needs_extras():
            import submitit
        try:
            executor = submitit.AutoExecutor(folder=self.folder, cluster=self.cluster)
        except RuntimeError as error:
            raise ValueError(
                f"there is no Slurm here ({error}): run this where sbatch is, or take another engine; --emit-slurm N "
                "prints a script to be taken there"
            ) from None
        executor.update_parameters(name="goalgap", timeout_min=MINUTES, cpus_per_task=1, mem_gb=GIGABYTES)
        return executor


def _submitted(executor: Any, given: list[Piece], tell: Tell) -> list[tuple[Any, Piece]]:
    """The jobs of some pieces; RuntimeError or OSError where they cannot be submitted."""
    jobs = executor.map_array(settle, given) if given else []
    for piece in given:
        tell(piece, Begun())
    return list(zip(jobs, given, strict=True))


def _ended(running: list[tuple[Any, Piece]]) -> list[tuple[Any, Piece]]:
    """Wait until some jobs have ended, and take them from those that are running."""
    while not (ended := [each for each in running if each[0].done()]):
        time.sleep(POLL)
    running[:] = [each for each in running if each not in ended]
    return ended


def _result(job: Any, piece: Piece) -> object:
    """What came of a job, also where it was lost."""
    error = job.exception()
    if error is None:
        return job.result()
    return crashed(piece, f"its job {job.job_id} was lost: {' '.join(str(error).split())}")
