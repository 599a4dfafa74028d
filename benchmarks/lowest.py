"""Whether GoalGap works with the lowest versions that pyproject.toml allows: `python benchmarks/lowest.py`.

It makes a virtual environment, installs the package with every bound `>=` taken as `==`, and runs a handful of tests
that use each of these packages. torch is taken from PyTorch's CPU index where that can be reached, else from PyPI,
whose build for Linux brings gigabytes of GPU libraries. With `--torch 2.13.0` another version of it is taken.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTED = (
    "tests/engine/faces", "tests/envs/test_cheese_corner.py", "tests/envs/test_registration.py",
    "tests/agents/test_vec_env.py", "tests/agents/test_evolution.py", "tests/agents/test_training.py",
    "tests/agents/test_loading.py", "tests/agents/test_storage.py", "tests/cli/test_cli.py",
    "tests/eval/test_episodes.py", "tests/eval/test_report.py", "tests/eval/test_rollout.py",
)  # fmt: skip
BOUND = re.compile(r"^([\w.-]+)>=([\w.]+)")


def lowest() -> dict[str, str]:
    """The lowest version of each package that the core and its extra `agents` allow."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["agents"]]
    return dict(bound.groups() for bound in map(BOUND.match, needed) if bound)


def install(python: Path, versions: dict[str, str]) -> None:
    """Install the package with these versions, and what its tests need in any version."""
    pip = [python, "-m", "pip", "install", "-q"]
    limits = python.parents[1] / "lowest.txt"
    limits.write_text("".join(f"{name}=={version}\n" for name, version in versions.items()), encoding="utf-8")
    run("make", "torch", f"PIP={' '.join(map(str, pip))} -c {limits}")
    run(*pip, "-c", limits, f"{ROOT}[agents]", "pytest", "pytest-xdist", "hypothesis")


def run(*command: object) -> None:
    """Run a command that sees nothing of what is installed around this script; exits as it does where it fails."""
    clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run([str(word) for word in command], cwd=ROOT, env=clean, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def main() -> None:
    """Install the lowest versions into a fresh environment and test them there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", help="a version of torch instead of the lowest")
    versions = lowest() | {name: given for name, given in vars(parser.parse_args()).items() if given}
    print(*(f"{name} {version}" for name, version in versions.items()), sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        install(python, versions)
        run(python, "-m", "pip", "list")
        run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTED)


if __name__ == "__main__":
    main()
