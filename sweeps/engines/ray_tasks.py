"""Ray: a task for each cell, on whatever machines its cluster has. All must see the folder of results.

When a worker or a node is lost, Ray tries its task again elsewhere: the claim has died with the process that had it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ...agents.processes import last_line
from ...extras import needs_extras
from ..working import Begun, Piece, crashed, settle
from . import Tell

RETRIES = 3  # of a task whose worker or node is lost
POLL = 5.0  # seconds after which it is looked for new nodes


@dataclass(frozen=True)
class Ray:
    """Tasks on a Ray cluster: the one at `address`, or, without, one of `processes` CPUs that is started here.

    Attributes:
        shared: whether a process may carry out several cells, one after the other.
    """

    processes: int
    address: str | None = None
    shared: bool = True

    def at_a_time(self) -> int:
        """How many cells the cluster has room for, which is joined, or started, for that."""
        return _cpus(self._cluster())

    def _cluster(self) -> Any:
        with needs_extras():
            import ray
        if not ray.is_initialized():
            own = {"address": "local", "num_cpus": self.processes, "include_dashboard": False}
            found = {"PYTHONPATH": os.pathsep.join(filter(None, [str(Path.cwd()), *sys.path]))}
            told: dict[str, Any] = {"runtime_env": {"env_vars": found}, "log_to_driver": False}
            try:
                ray.init(**told, **({"address": self.address} if self.address else own))
            except Exception as error:
                place = f"the cluster at {self.address}" if self.address else "a cluster here"
                raise ConnectionError(f"Ray does not come to {place}: {last_line(str(error))}") from error
        return ray

    def __call__(self, pieces: Iterable[Piece], tell: Tell) -> None:
        ray = self._cluster()
        options = {} if self.shared else {"max_calls": 1}
        task = ray.remote(num_cpus=1, max_retries=RETRIES, **options)(settle)
        waiting, running = iter(pieces), dict[Any, Piece]()
        while True:
            for piece in islice(waiting, max(0, _cpus(ray) - len(running))):
                running[task.remote(piece)] = piece
                tell(piece, Begun())
            if not running:
                return
            for ready in ray.wait(list(running), timeout=POLL)[0]:
                piece = running.pop(ready)
                tell(piece, _result(ray, ready, piece))


def _cpus(ray: Any) -> int:
    """How many cells fit the cluster; one where it has just lost all its nodes."""
    return max(1, int(ray.cluster_resources().get("CPU", 0)))


def _result(ray: Any, ready: Any, piece: Piece) -> object:
    """What came of a task, also where Ray has given it up."""
    try:
        return ray.get(ready)
    except ray.exceptions.RayTaskError as error:
        return crashed(piece, last_line(str(error)))
    except ray.exceptions.RayError as error:
        return crashed(piece, f"Ray lost its worker {RETRIES + 1} times: {type(error).__name__}")
