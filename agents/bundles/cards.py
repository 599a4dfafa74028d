"""What a bundle says of an agent, by its record or its card, and the folder that is written; without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...choices import shown
from ...envs import find
from ...envs import task as task_of
from ...envs.engine.task import Task
from ...files import new_folder, write_whole
from ..reading.errors import AgentError
from ..records import agent_file
from .manifest import MANIFEST, README, Bundle, Card, Training

NEEDED = ("environment", "reward", "alpha", "training_seed")  # of a card, where the agent has no record
KEPT = ("split", "reward", "alpha", "steps", "seconds", "device", "versions")


def trained_on(agent: Path, card: Card) -> tuple[Training, Task]:
    """What an agent was trained on, by its record, or else by its card; and the task."""
    _, record = agent_file(agent)
    told = card.model_dump() | (_recorded(record) if record else {})
    if missing := [name for name in NEEDED if told[name] is None]:
        raise AgentError(f"{agent} has no record of all its training: its card must say {', '.join(missing)} too")
    for named in (told["environment"], card.environment or ""):
        if ":" in named:
            raise AgentError(f"{agent} or its card names {shown(named)}: no module is imported for an environment")
    played = task_of(told["environment"], reward=told["reward"], **told["arguments"])
    _check_card(agent, card, told | {"environment": played.game.name})
    kept = {name: told[name] for name in KEPT if name in told}
    recipe = told.get("recipe", {"algorithm": card.algorithm} if card.algorithm else {})
    return Training(**{**kept, "arguments": played.arguments, "seed": told["training_seed"], "recipe": recipe}), played


def _recorded(record: dict[str, Any]) -> dict[str, Any]:
    """What a record says, by the names of a card."""
    return {"arguments": {}, **record, "algorithm": record["recipe"]["algorithm"], "training_seed": record["seed"]}


def _check_card(agent: Path, card: Card, told: dict[str, Any]) -> None:
    """AgentError where a card says something else than what is known of an agent."""
    said = card.model_dump(include={*NEEDED, "algorithm"}, exclude_none=True) | card.arguments
    known = told | told["arguments"]
    for name, value in said.items():
        same = name == "environment" and find(str(value))[0].name == known[name]
        if not same and known.get(name) != value:
            raise AgentError(f"the card says {name} {shown(value)}, and the record of {agent} {shown(known.get(name))}")


def write(folder: Path, made: Bundle, weights: bytes) -> None:
    """Write a bundle as a new folder, all at once; StorageError where that cannot be."""
    with new_folder(folder) as fresh:
        write_whole(fresh / made.file, weights)
        write_whole(fresh / README, readme(made).encode())
        write_whole(fresh / MANIFEST, (made.model_dump_json(indent=2) + "\n").encode())


def readme(bundle: Bundle) -> str:
    """The manifest for people, in Markdown; what strangers wrote stands in blocks, where it means nothing else."""
    trained = bundle.training
    told = {
        "by": bundle.card.authors, "license": bundle.card.license, "more": bundle.card.url,
        "environment": bundle.environment, "algorithm": bundle.algorithm, "training reward": trained.reward,
        "alpha": f"{trained.alpha:g}", "training seed": str(trained.seed), "content hash": bundle.digest,
    }  # fmt: skip
    width = max(map(len, told))
    rows = [f"    {name:{width}}  {value}" for name, value in told.items() if value]
    return "\n".join([
        "# An agent of GoalGap", "", f"    {bundle.card.name}", "", f"    {bundle.card.description}", "", *rows, "",
        "`goalgap eval ENVIRONMENT FOLDER` evaluates it. Opening it runs no code.", "",
    ])  # fmt: skip
