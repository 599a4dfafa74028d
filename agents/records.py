"""What a trained agent's folder says, and the names that folders have; nothing here needs torch.

An agent's folder holds `agent.zip`, as stable-baselines3 writes it, and `agent.json`, its record: what it was trained
on and how, and the zip's checksum. Folders appear complete (`files.new_folder`), so a record means a finished agent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..choices import printable, shortened, shown
from ..envs.engine.task import Task
from ..files import exists
from ..importing import code_digest
from ..provenance import installed_versions
from .algorithms.recipe import Recipe, spaces
from .bundles.manifest import MANIFEST, Bundle, is_bundle
from .changes import tell_changes
from .mitigations import mitigations_of
from .reading.errors import AgentError
from .reference import FORMS

ZIP, RECORD = "agent.zip", "agent.json"
RECORD_SIZE = 2**20  # bytes that are read of it
TRAINED = ("alpha", "reward")  # what records say of training that evaluation counts
NAME = 150  # characters that names tell of a run
ABLATED = ", memory ablated"  # what an agent is called that was made to forget at every step


def describe(task: Task, recipe: Recipe, seed: int) -> dict[str, Any]:
    """What a trained agent depends on, as JSON-able data: also the text of modules with classes of the user's own."""
    code = {name: code_digest(name) for name in recipe.own}
    return {
        "environment": task.game.id,
        "split": task.split,
        "arguments": task.arguments,
        "alpha": task.alpha,
        "reward": task.reward,
        "recipe": recipe.as_data(),
        "seed": seed,
        **({"code": code} if code else {}),
    }


def run_key(task: Task, recipe: Recipe, seed: int) -> str:
    """The content address of a trained agent: 12 hexadecimal digits that name what it depends on."""
    text = json.dumps(describe(task, recipe, seed), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def folder_of(results: Path, task: Task, recipe: Recipe) -> Path:
    """The folder of all agents of a task and a recipe, such as `IrishElk-PPO-alpha0.03-13cb7a`.

    The name says what is not as usual, as far as there is room, and ends in the first digits of the key of seed 0.
    Folders of the names that earlier versions gave, the environment's and all 12 digits, are found where they are.
    """
    key = run_key(task, recipe, 0)
    earlier = results / f"{task.game.name}-{key}"
    return earlier if earlier.is_dir() else results / f"{'-'.join(_told(task, recipe))[:NAME]}-{key[:6]}"


def _told(task: Task, recipe: Recipe) -> Iterator[str]:
    """The environment, the algorithm, and what else is not as usual."""
    yield from (task.game.name, recipe.algorithm)
    yield from (f"{name}{value}" for name, value in unusual(task).items())
    if task.alpha:
        yield f"alpha{task.alpha:g}"
    if task.reward != task.game.intended.name:
        yield task.reward
    yield from tell_changes(task, recipe)


def unusual(task: Task) -> dict[str, Any]:
    """The arguments of a task that are not its environment's own."""
    usual = Task.of(task.game).arguments | {"horizon": task.game.horizon(task.settings)}
    return {name: value for name, value in task.arguments.items() if value != usual[name]}


def finished(folder: Path) -> bool:
    """Whether a folder holds a trained agent."""
    return (folder / RECORD).is_file()


def check_own(folder: Path, task: Task, recipe: Recipe, seed: int) -> None:
    """AgentError unless the agent in a folder is that of a task, a recipe and a seed: folders can be copied."""
    record, expected = read_record(folder), json.loads(json.dumps(describe(task, recipe, seed)))
    for name, value in expected.items():
        if (told := record.get(name)) != value:
            raise AgentError(
                f"{folder} holds an agent of another run: its {_unlike(name, told, value)}; "
                f"choose another folder, or {again(folder)}"
            )


def _unlike(name: str, told: Any, expected: Any) -> str:
    """What is not as expected, and within a table which entry of it."""
    if isinstance(told, dict) and isinstance(expected, dict):
        for each in {**expected, **told}:
            if told.get(each) != expected.get(each):
                return _unlike(f"{name}.{each}", told.get(each), expected.get(each))
    return f"{name} is {shown(told)}, not {shown(expected)}"


def again(folder: Path) -> str:
    """What mends an agent that cannot be used."""
    return f"remove the folder {folder} and train it again"


def record_of(task: Task, recipe: Recipe, seed: int) -> dict[str, Any]:
    """What `agent.json` says that is known before training."""
    key = {"run_key": run_key(task, recipe, seed)}
    told = {"changes": tell_changes(task, recipe), "versions": installed_versions()}
    return describe(task, recipe, seed) | key | spaces(task) | told


def agent_file(path: Path) -> tuple[Path, dict[str, Any]]:
    """The zip of an agent, and what `agent.json` says beside it: nothing of a bare zip.

    Of a bundle, the file of its weights, and what its manifest says.

    Raises:
        FileNotFoundError: nothing is there.
        AgentError: the record, or the manifest, is corrupt.
    """
    if not exists(path):
        raise FileNotFoundError(
            f"no agent at {shortened(str(path))}: give a folder with {ZIP} and {RECORD}, a bundle, or a .zip file of "
            "stable-baselines3. Commands take names that `goalgap zoo` lists too, which goalgap.zoo.load opens, and "
            f"evaluation takes reference policies: {FORMS}"
        )
    if is_bundle(path):
        bundle = Bundle.read(path)
        if not (path / bundle.file).is_file():
            raise AgentError(f"{path} holds no weights: {bundle.file} is missing; get the bundle again")
        return path / bundle.file, bundle.record
    if path.is_dir():
        return path / ZIP, read_record(path)
    if not path.is_file():
        raise AgentError(
            f"{path} is neither a folder nor a file: give a folder with {ZIP} and {RECORD}, or a .zip file"
        )
    return path, {}


def content_of(file: Path, most: int) -> bytes:
    """The whole file, so that what is checked is what is read; AgentError where it has more bytes than these."""
    with file.open("rb") as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise AgentError(f"{file} is too large for an agent: {most >> 20} MiB are allowed")
    return content


def check_recorded(file: Path, content: bytes, record: dict[str, Any], task: Task) -> None:
    """AgentError where a file is not the one that its record, or its manifest, tells of, or is of another game."""
    told, mended = (MANIFEST, "get the bundle again") if "bundle" in record else (RECORD, again(file.parent))
    if hashlib.sha256(content).hexdigest() != record["sha256"]:
        raise AgentError(f"{file} is damaged, its checksum is not the one in {told}: {mended}")
    if record["environment"] != task.game.id:
        raise AgentError(f"{file} was trained on {printable(record['environment'])} and cannot play {task.game.id}")


def told_otherwise(record: Mapping[str, Any], task: Task) -> str:
    """With which other arguments of its environment than a task's an agent was trained; empty where with the same."""
    if not (unlike := unlike_arguments(record, task)):
        return ""
    trained, played = (" ".join(f"{name}={each[k]}" for name, each in unlike.items()) for k in (0, 1))
    return f"was trained with {trained}, and plays {played}: what follows is not of what it was trained on"


def unlike_arguments(record: Mapping[str, Any], task: Task) -> dict[str, tuple[Any, Any]]:
    """What arguments of the environment were in training and are in a task, by name, where these are not the same."""
    arguments = record.get("arguments", {})
    both = {name: (arguments.get(name, value), value) for name, value in task.arguments.items()}
    return {name: each for name, each in both.items() if each[0] != each[1]}


def changed_code(record: Mapping[str, Any]) -> list[str]:
    """Classes of the user's own, as MODULE:CLASS, whose modules are others now than when an agent was trained."""
    changed = list[str]()
    for name, digest in record.get("code", {}).items():
        with suppress(ValueError):  # the module cannot be found: its class was given as it is
            changed += [name] * (code_digest(name) != digest)
    return changed


def read_record(folder: Path) -> dict[str, Any]:
    """What `agent.json` says: at least environment, seed, recipe and sha256.

    Raises:
        FileNotFoundError: the record or the zip is missing.
        AgentError: the record is corrupt.
    """
    for name in (ZIP, RECORD):
        if not (folder / name).is_file():
            if seeds := sorted(place for place in folder.glob("seed-*") if finished(place)):
                told = f"{folder} is a run with {len(seeds)} agents: name one of them, such as {seeds[0]}"
                raise FileNotFoundError(told)
            part = f"; {again(folder)}" if any((folder / each).is_file() for each in (ZIP, RECORD)) else ""
            below = sorted(place.parent for place in folder.glob("*/seed-*") if finished(place))
            runs = f"; a run below it is {below[0]}" if below else ""
            raise FileNotFoundError(f"{folder} holds no agent: {name} is missing{part}{runs}")
    try:
        with (folder / RECORD).open("rb") as file:
            record = json.loads(file.read(RECORD_SIZE))
        _check_record(record)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        told = shortened(printable(f"{type(error).__name__}: {error}"))
        raise AgentError(f"{folder / RECORD} is corrupt ({told}); {again(folder)}") from error
    return dict(record)


def _check_record(record: Any) -> None:
    """KeyError, ValueError or TypeError unless a record says what is needed of it."""
    texts = record["environment"], record["sha256"], record["recipe"]["algorithm"]
    if not all(isinstance(text, str) for text in texts) or type(record["seed"]) is not int:
        raise TypeError("environment, sha256 and algorithm are texts, and seed is a whole number")
    if not 0 <= record["seed"] < 2**63:
        raise ValueError("seed is in 0 .. 2^63-1")


def run_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """What evaluation records of a trained agent (fields of its `Run`), from what `agent.json` says."""
    kept = {name: record[name] for name in TRAINED if name in record}
    told = ("recipe", "sha256", "bundle", "device", "steps", "seconds", "processor_seconds")
    details = {name: record[name] for name in told if name in record}
    name = ", ".join((record["recipe"]["algorithm"], *mitigations_of(record["recipe"])))
    return {"agent": name[:NAME], "training_seed": record["seed"], **kept, "details": details}
