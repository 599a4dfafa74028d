"""Packing: an agent's file becomes a bundle, by its owner or by anyone, since no code of it runs."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.spaces import Box

from ...choices import shown
from ...envs import find
from ...envs import task as task_of
from ...envs.engine.fingerprint import fingerprint
from ...envs.engine.task import Task
from ...files import new_folder, write_whole
from ..loading import AgentPolicy, load_agent
from ..reading.errors import AgentError
from ..records import agent_file
from .manifest import MANIFEST, README, WEIGHTS, Bundle, Card, Network, Space, Training
from .weights import saved

NEEDED = ("environment", "reward", "alpha", "training_seed")  # of a card, where the agent has no record
KEPT = ("split", "reward", "alpha", "steps", "seconds", "device", "versions")


def pack(agent: Path, card: Card, folder: Path, half: bool = False) -> Bundle:
    """Write an agent as a bundle.

    Args:
        agent: a folder that `train` wrote, or a zip of stable-baselines3.
        card: what its maker says of it.
        folder: a new one.
        half: keep weights in half precision, 16 bits a number.

    Raises:
        FileNotFoundError, AgentError: of the agent, as of `load_agent`; or card and record do not go together.
        StorageError: the folder cannot be written.
    """
    training, played = _trained(agent, card)
    opened = load_agent(agent, played, algorithm=card.algorithm)
    try:
        weights = saved(opened.network.policy, half)
    except ValueError as error:
        raise AgentError(f"{agent} cannot be packed: {error}") from error
    made = Bundle(
        card=card, environment=played.game.id, fingerprint=fingerprint(played), algorithm=_algorithm(opened),
        network=_network(opened), training=training, weights=sha256(weights).hexdigest(), source=opened.sha256,
    )  # fmt: skip
    with new_folder(folder) as fresh:
        write_whole(fresh / WEIGHTS, weights)
        write_whole(fresh / README, readme(made).encode())
        write_whole(fresh / MANIFEST, (made.model_dump_json(indent=2) + "\n").encode())
    return made


def _trained(agent: Path, card: Card) -> tuple[Training, Task]:
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


def _algorithm(opened: AgentPolicy) -> str:
    return type(opened.model).__name__


def _network(opened: AgentPolicy) -> Network:
    """What declares a network, by the words of stable-baselines3's files: classes by their text."""
    model: Any = opened.model
    space: Box = model.observation_space
    seen = Space(shape=space.shape, dtype=space.dtype.name, low=_one(space.low), high=_one(space.high))
    arguments = _in_text(model.policy_kwargs)
    return Network(
        policy=type(model.policy).__name__, arguments=arguments, observations=seen, actions=int(model.action_space.n)
    )


def _one(bounds: Any) -> float:
    return float(np.unique(bounds).item())


def _in_text(told: Any) -> Any:
    """Arguments as JSON holds them."""
    if isinstance(told, dict):
        return {name: _in_text(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_in_text(value) for value in told]
    return str(told) if isinstance(told, type) else told


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
