"""The agents that `goalgap eval` is given: which word is the environment, whose seeds they are, what they must say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from .. import envs, zoo
from ..agents.bundles.manifest import is_bundle
from ..agents.records import agent_file, finished, told_otherwise
from ..agents.reference import FORMS
from ..choices import shown
from ..envs.engine.task import Task
from ..files import exists
from ..hub.addresses import is_address
from .options import Options, RefusedError
from .saying import say

REFERENCES = {form.partition(":")[0] for form in FORMS.split(", ")}


def environment_first(environment: str, agents: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The environment and the agents, also where the environment was typed last, or not at all of one of the zoo."""
    words = (environment, *agents)
    if not agents and zoo.is_name(environment):
        return environment.partition("/")[0], words
    if _is_environment(words[0]) or not (_is_environment(words[-1]) or _is_agent(words[0])):
        return words[0], words[1:]
    return words[-1], words[:-1]


def _is_agent(word: str) -> bool:
    return word.partition(":")[0] in REFERENCES or is_address(word) or zoo.is_name(word) or exists(Path(word))


def _is_environment(word: str) -> bool:
    """What looks like an agent is none: finding it would import a module of that name."""
    try:
        return not (word.partition(":")[0] in REFERENCES or is_address(word)) and bool(envs.find(word))
    except ValueError:
        return False


def by_seed(agents: Sequence[str], training_seeds: Sequence[int]) -> dict[int, str]:
    """Agents by training seed: as given, else as their records say, else 0, 1, ... in order."""
    paths = agent_paths(agents)
    seeds = training_seeds or [_recorded_seed(path, k) for k, path in enumerate(paths)]
    if len(seeds) != len(paths):
        raise ValueError(f"--training-seed takes a seed for each agent: {len(paths)}, not {len(seeds)}")
    if repeated := sorted({seed for seed in seeds if list(seeds).count(seed) > 1}):
        raise ValueError(f"two agents have training seed {repeated[0]}: give all seeds in order by --training-seed")
    return dict(zip(seeds, paths, strict=True))


def agent_paths(agents: Sequence[str]) -> list[str]:
    """The agents, those of a run one by one, and of the zoo their bundles; ValueError where there are none."""
    paths = [path for agent in agents for path in _seed_folders(_place(agent))]
    if not paths:
        raise ValueError(f"name an agent: a folder, a .zip file, one of `goalgap zoo`, or a reference policy: {FORMS}")
    return paths


def _place(agent: str) -> str:
    return str(zoo.find(agent)) if zoo.is_name(agent) else agent


def _seed_folders(agent: str) -> list[str]:
    """The agents of a run, where its folder is given."""
    folders = sorted(Path(agent).glob("seed-*"))
    return [str(folder) for folder in folders if finished(folder) or is_bundle(folder)] or [agent]


def _recorded_seed(agent: str, place: int) -> int:
    return int(agent_file(Path(agent))[1].get("seed", place)) if Path(agent).is_dir() else place


def check_told(agents: Mapping[int, str], options: Options, task: Task, algorithm: str | None = None) -> None:
    """RefusedError where a bare zip is given without what it was trained with, or other agents say otherwise."""
    bare = [path for path in agents.values() if Path(path).is_file()]
    missing = [f"--alpha {task.alpha:g}"] * (options.alpha is None) + [f"--reward {task.reward}"] * (not options.reward)
    if bare and missing:
        raise RefusedError(
            f"{bare[0]} does not say what it was trained with: add {' '.join(missing)}, or what it was instead "
            "(alpha: the share of training levels that tell the goals apart)"
        )
    typed = {"alpha": options.alpha, "reward": options.reward, "algorithm": algorithm}
    for path, record in _records(agents.values()):
        told = {**record, "algorithm": record.get("recipe", {}).get("algorithm")}
        for name, value in typed.items():
            if value is not None and told.get(name, value) != value:
                raise RefusedError(f"{path} says that its {name} is {shown(told[name])}: leave out --{name} {value}")


def say_otherwise(console: Console, agents: Iterable[str], task: Task) -> None:
    """Tell where agents play with other arguments of the environment than they were trained with."""
    for path, record in _records(agents):
        if told := told_otherwise(record, task):
            say(console, f"{path} {told}")


def _records(agents: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What agents in folders say of themselves."""
    return ((path, agent_file(Path(path))[1]) for path in agents if Path(path).is_dir())
