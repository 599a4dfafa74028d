"""Ray: a real cluster of several nodes on this machine, one of which is killed while the sweep goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from instant import ran, swept

from goalgap.sweeps.engines.ray_tasks import Ray

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster() -> Iterator[Any]:
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    yield made
    ray.shutdown()
    made.shutdown()


def test_a_lost_node_and_a_lost_worker_take_no_cell_with_them(cluster: Any, tmp_path: Path) -> None:
    """Cells of the lost node are tried again on others; one that kills whoever has it fails, with its reason."""
    lost = cluster.add_node(num_cpus=1)
    sweep = swept(tmp_path, 14, slow=range(14), dies=[5], raises=[6])
    tally, pieces = sweep.survey(2)
    removed = False

    def watch(_: object) -> None:
        nonlocal removed
        if tally.done >= 2 and not removed:
            removed = True
            cluster.remove_node(lost, allow_graceful=False)
            cluster.add_node(num_cpus=1)

    sweep.carry_out(Ray(2, cluster.address), tally, pieces, watch)
    assert removed, [outcome.reason for _, outcome in sweep.known()]
    failed = {cell.about.seed: outcome.reason for cell, outcome in sweep.known() if not outcome.done}
    assert failed == {5: "Ray lost its worker 4 times: WorkerCrashedError", 6: "KeyError: 'nothing'"}
    assert set(ran(tmp_path)) == set(range(14))
    assert tally.left == 0
