"""Which programs work with GoalGap, and how: `python benchmarks/clients.py [NAME...]`, all of them or some.

Each file of `clients/` is a short training or rollout with one of them, and the recipe that its users can copy. Its
head pins the versions, as PEP 723 has it. A client gets a virtual environment of its own on top of this one, so that
torch is not installed again; what it pins otherwise is installed there. With `--environments FOLDER` these are kept.
What came out is written to `clients/results.json`, where rows of clients that were not run stay as they are, and from
that to `docs/guide/clients.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import site
import subprocess
import sys
import tempfile
import tomllib
import venv
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from statistics import mode
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "benchmarks" / "clients"
RESULTS = FOLDER / "results.json"
PAGE = ROOT / "docs" / "guide" / "clients.md"
HEAD = re.compile(r"^# /// script\n(.*?)^# ///\n", re.M | re.S)
SECONDS = 900
INTRODUCTION = """# Other programs

What works with GoalGap, tried by `python benchmarks/clients.py`: each program is installed in the version that is named
here, within the bounds of GoalGap's own requirements, and its script below, a short training or rollout, is run to its
end. Beside it are {usual}, unless a row
says otherwise.

| program | version | result | recipe or reason | tried |
| --- | --- | --- | --- | --- |"""
ABSENT = """
The scripts are files of `benchmarks/clients`, and each is a whole recipe. Whoever uses another program writes one more.

Not tried: PufferLib 3.0.0, a source package that fetches raylib from GitHub while it builds, which no package index
has; and `package_to_hub` of huggingface_sb3, which uploads.
"""
BESIDE = ("gymnasium", "stable-baselines3", "torch", "numpy")
VERSIONS = """
import importlib.metadata, json, platform, sys
installed = {name: importlib.metadata.version(name).partition("+")[0] for name in sys.argv[1:]}
print(json.dumps({"Python": platform.python_version(), **installed}))
"""


Result = dict[str, Any]


@dataclass(frozen=True)
class Client:
    """A program and the script that tries it."""

    path: Path

    @cached_property
    def head(self) -> dict[str, Any]:
        """What the script's head says, and below `tool.client`: name, recipe, fault, no-deps."""
        found = HEAD.match(self.path.read_text(encoding="utf-8"))
        if not found:
            raise ValueError(f"{self.path} has no head that pins its versions: # /// script ... # ///")
        return tomllib.loads(re.sub(r"^# ?", "", found[1], flags=re.M))

    @property
    def told(self) -> dict[str, Any]:
        """What is said of the client itself."""
        told: dict[str, Any] = self.head["tool"]["client"]
        return told

    @property
    def alone(self) -> list[str]:
        """What is installed without what it requires, since that excludes GoalGap's own requirements."""
        return list(self.told.get("no-deps", []))

    @property
    def version(self) -> str:
        """What is pinned, in words."""
        pinned = [re.sub(r"\[.*?\]", "", each).replace("==", " ") for each in self.alone or self.head["dependencies"]]
        return str(self.told.get("version", ", ".join(pinned)))

    @property
    def digest(self) -> str:
        """8 hex digits that change with what is run and what it pins, so that a result is known to be of these."""
        return sha256(repr((self.head["dependencies"], self.alone, self.script)).encode()).hexdigest()[:8]

    @property
    def script(self) -> str:
        """The script without its head."""
        return HEAD.sub("", self.path.read_text(encoding="utf-8"))


def clients() -> dict[str, Client]:
    """Every client by the name of its script."""
    return {path.stem: Client(path) for path in sorted(FOLDER.glob("*.py"))}


def attempt(client: Client, folder: Path) -> Result:
    """Install the client into a virtual environment in this folder, run its script, and say what came out."""
    python = environment(folder)
    installed = install(client, python)
    beside = json.loads(run(python, "-c", VERSIONS, *BESIDE).stdout)
    tried = {"date": datetime.now(UTC).date().isoformat(), "script": client.digest, "beside": beside}
    if installed.returncode:
        return {"result": "does not install", "told": reason(installed), **tried}
    with tempfile.TemporaryDirectory() as place:
        ran = run(python, client.path, folder=Path(place))
    result, told = ("fails", reason(ran)) if ran.returncode else ("works", "")
    return {"result": result, "told": told, **tried}


def environment(folder: Path) -> Path:
    """The interpreter of a virtual environment that sees all that is installed here."""
    if not (folder / "bin" / "python").exists():
        venv.create(folder)
        packages = next(folder.glob("lib/python*/site-packages"))
        here = "; ".join(f"site.addsitedir({path!r})" for path in site.getsitepackages())
        (packages / "below.pth").write_text(f"import site; {here}\n", encoding="utf-8")
    return folder / "bin" / "python"


def install(client: Client, python: Path) -> subprocess.CompletedProcess[str]:
    """Install what the client pins, within the bounds of GoalGap and with the torch that is here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    torch = f"torch=={version('torch').partition('+')[0]}"
    bounds = [*project["dependencies"], *project["optional-dependencies"]["agents"], torch]
    held = python.parents[1] / "held.txt"
    held.write_text("".join(f"{bound}\n" for bound in bounds), encoding="utf-8")
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    installed = run(*pip, "-c", held, *client.head["dependencies"])
    return installed if installed.returncode or not client.alone else run(*pip, "--no-deps", *client.alone)


def run(*command: object, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with what it prints; one that takes too long has failed."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(
            words, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False, env=os.environ
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 1, "", f"no end after {SECONDS} seconds")


def reason(done: subprocess.CompletedProcess[str]) -> str:
    """The last thing that a failed command said."""
    lines = [line for line in (done.stdout + done.stderr).strip().splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else f"exit status {done.returncode}"


def page(results: dict[str, Result]) -> str:
    """The page of the guide: a table of all clients that were tried, and the script of each."""
    known = {name: client for name, client in clients().items() if name in results}
    usual = {name: mode(result["beside"][name] for result in results.values()) for name in ("Python", *BESIDE)}
    rows = [row(client, results[name], usual) for name, client in known.items()]
    introduction = INTRODUCTION.format(usual=", ".join(map(" ".join, usual.items())))
    return "\n".join([introduction, *rows, ABSENT, *map(section, known.values())])


def row(client: Client, result: Result, usual: dict[str, str]) -> str:
    """The client's line of the table."""
    unusual = [f"{name} {told}" for name, told in result["beside"].items() if told != usual[name]]
    version = "; beside ".join([client.version, *([", ".join(unusual)] if unusual else [])])
    verdict, why = outcome(client, result)
    return f"| [{client.told['name']}](#{anchor(client)}) | {version} | {verdict} | {why} | {result['date']} |"


def outcome(client: Client, result: Result) -> tuple[str, str]:
    """The verdict, and the recipe or the reason."""
    told = client.told
    if result["result"] != "works":
        return result["result"], told.get("fault", f"`{result['told']}`".replace("|", "\\|"))
    recipe = " ".join(told.get("recipe", "").split())
    return ("works with this recipe", recipe) if recipe else ("works", "")


def anchor(client: Client) -> str:
    """How GitHub and Sphinx link to the client's section."""
    return re.sub(r"[^\w-]", "", client.told["name"].lower().replace(" ", "-"))


def section(client: Client) -> str:
    """How the client is installed, and its script, under its name."""
    commands = [" ".join(["pip install", *client.head["dependencies"]])]
    commands += [" ".join(["pip install --no-deps", *client.alone])] if client.alone else []
    installed = " and ".join(f"`{command}`" for command in commands)
    shown = f'```python title="{client.path.name}"\n{client.script}```'
    return f"\n## {client.told['name']}\n\n{installed}\n\n{shown}"


def main() -> int:
    """Try the clients that are named; 1 where one of them does not work."""
    known = clients()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; all if left out")
    parser.add_argument("--environments", type=Path, help="where virtual environments are kept; if left out, nowhere")
    given = parser.parse_args()
    if unknown := set(given.names) - known.keys():
        parser.error(f"no client {', '.join(sorted(unknown))}: choose from {', '.join(known)}")
    failed = 0
    for name in given.names or known:
        with tempfile.TemporaryDirectory() as nowhere:
            result = attempt(known[name], (given.environments or Path(nowhere)) / name)
        print(f"{name}: {result['result']} {result['told']}", flush=True)
        failed |= result["result"] != "works"
        keep(name, result)
    return failed


def kept() -> dict[str, Result]:
    """The results so far, by client."""
    results: dict[str, Result] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    return results


def keep(name: str, result: Result) -> None:
    """Write a result beside the others, and the page."""
    results = dict(sorted({**kept(), name: result}.items()))
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
