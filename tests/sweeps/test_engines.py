"""Engines differ in nothing but where cells are carried out: real cells come to the same table, whoever had them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from instant import carried_out, here

from goalgap.sweeps.engines import Engine
from goalgap.sweeps.engines.local import Local
from goalgap.sweeps.engines.ray_tasks import Ray
from goalgap.sweeps.engines.slurm import Slurm
from goalgap.sweeps.plan import cells_of
from goalgap.sweeps.store import Store
from goalgap.sweeps.sweep import Sweep
from goalgap.sweeps.sweep_file import SweepFile
from goalgap.sweeps.tables import as_table

pytestmark = pytest.mark.slow
FILE = {
    "environments": ("CheeseCorner",),
    "arguments": {"size": 5},
    "mitigations": ("none", "accel"),
    "alphas": (0.25,),
    "seeds": (0,),
    "references": ("random", "oracle:cheese"),
    "recipe": ("steps=16384",),
    "levels": 8,
}


def table(folder: Path, engine: Engine) -> pa.Table:
    """The table of a sweep whose cells an engine has carried out."""
    cells = cells_of(SweepFile.of("test", {**FILE, "results": str(folder)}))
    sweep = Sweep(cells, Store(folder))
    assert all(outcome and outcome.done for outcome in carried_out(sweep, engine))
    return as_table(sweep.known())


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """What comes out one cell after another, in this process."""
    return table(tmp_path_factory.mktemp("here"), here)


@pytest.fixture(params=["processes", "ray", "slurm"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "processes":
        yield Local(2)
    elif request.param == "slurm":
        pytest.importorskip("submitit")
        yield Slurm(2, tmp_path / "jobs", "local")
    else:
        ray = pytest.importorskip("ray")
        yield Ray(2, None)
        ray.shutdown()


def test_every_engine_comes_to_the_same_table(engine: Engine, expected: pa.Table, tmp_path: Path) -> None:
    assert expected.num_rows == 2 * 2 + 2
    assert table(tmp_path / "results", engine).equals(expected)
