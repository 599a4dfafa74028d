"""`make` takes torch from PyTorch's CPU index where that answers, and else leaves it to PyPI, soon."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIP = "echo installing"  # prints what pip would be told
pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="there is no make")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *told: object) -> None:
        """Nothing."""


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """An index of packages that has torch."""
    (tmp_path / "torch").mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def made(index: str, pip: str = PIP) -> str:
    command = ["make", "-s", "torch", f"TORCH_INDEX={index}", f"PIP={pip}", f"PYTHON={sys.executable}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert not done.stderr
    return done.stdout


def test_an_index_that_answers_is_taken(index: str) -> None:
    assert made(index) == f"installing --no-deps --index-url {index} torch\n"


@pytest.mark.parametrize(("path", "pip"), [("/nothing", PIP), ("", "false")])
def test_an_index_without_it_is_left(path: str, pip: str, index: str) -> None:
    assert made(index + path, pip) == f"torch comes from PyPI: it cannot be had from {index}{path}\n"


@pytest.mark.parametrize("silent", [False, True])
def test_an_index_that_does_not_answer_is_left_soon(silent: bool) -> None:
    """Nothing listens, or it listens and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        if not silent:
            server.close()
        started = time.monotonic()
        assert made(address) == f"torch comes from PyPI: it cannot be had from {address}\n"
        assert time.monotonic() - started < 20


def test_no_index_means_pypi() -> None:
    assert "PyPI" in made("")
