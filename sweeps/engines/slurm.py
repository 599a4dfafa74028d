"""Slurm: jobs that submitit starts and watches, each of which has a cell; or a script that starts shards."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
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
        executor, waiting, running = self._executor(), iter(pieces), list[tuple[Any, Piece]]()
        while True:
            given = list(islice(waiting, max(0, min(self.processes, ARRAY) - len(running))))
            if given:
                running += _submitted(executor, given, tell)
            if not running and not given:
                return
            ended = [(job, piece) for job, piece in running if job.done()]
            running = [each for each in running if each not in ended]
            for job, piece in ended:
                tell(piece, _result(job, piece))
            if not ended:
                time.sleep(POLL)

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
    """The jobs of some pieces; where they cannot be submitted, these have failed, and the others go on."""
    try:
        jobs = executor.map_array(settle, given)
    except (RuntimeError, OSError) as error:
        for piece in given:
            tell(piece, crashed(piece, f"its job could not be submitted: {' '.join(str(error).split())}"))
        return []
    for piece in given:
        tell(piece, Begun())
    return list(zip(jobs, given, strict=True))


def _result(job: Any, piece: Piece) -> object:
    """What came of a job, also where it was lost."""
    error = job.exception()
    if error is None:
        return job.result()
    return crashed(piece, f"its job {job.job_id} was lost: {' '.join(str(error).split())}")
