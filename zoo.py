"""The zoo: trained agents of which it is known what they go for, each opened by its name.

    goalgap.zoo.names()                                        # "CheeseDish/ppo/seed-0", ...
    agent = goalgap.zoo.load("CheeseDish/ppo/seed-0")          # as of load_agent; agent.model is of stable-baselines3

They are the bundles of the leaderboard's entries: what each does on 3,000 levels stands in its entry's episodes, and
`goalgap zoo` says what that shows. They lie in the repository, and are no part of an installation.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import envs
from .agents.bundles.manifest import MANIFEST, Bundle
from .agents.reading.errors import AgentError
from .choices import choose
from .leaderboards.bundles import FOLDER
from .leaderboards.entry import ENTRIES
from .players import load_agent
from .provenance import repository

if TYPE_CHECKING:
    from .agents.acting import AgentPolicy


def names(entries: Path | str = ENTRIES) -> list[str]:
    """The names of all agents, sorted: environment, entry and training seed, as in "CheeseDish/ppo/seed-0"."""
    found = (path.parent.relative_to(entries) for path in Path(entries).glob(f"*/*/{FOLDER}/*/{MANIFEST}"))
    return sorted(f"{place.parent.parent.as_posix()}/{place.name}" for place in found if place.parts[0] in envs.SUITE)


def find(name: str, entries: Path | str = ENTRIES) -> Path:
    """The folder of an agent's bundle.

    Raises:
        FileNotFoundError: there are no agents; says where to get some.
        ValueError: there is none of this name; says what there is.
    """
    if not (known := names(entries)):
        raise FileNotFoundError(
            f"there are no agents below {entries}: the zoo is in {repository()}; clone it, and name its folder "
            "goalgap/leaderboards/entries: entries= in Python, --entries on the command line"
        )
    entry, _, agent = choose("agent of the zoo", name, known).rpartition("/")
    return Path(entries) / entry / FOLDER / agent


def load(name: str, *, entries: Path | str = ENTRIES, **options: Any) -> AgentPolicy:
    """An agent, ready to act in the environment that it was trained in.

    Args:
        name: as `names` lists it.
        entries: the folder of leaderboard entries, the repository's if left out.
        options: of `load_agent`, such as sampled=False.

    Raises:
        FileNotFoundError, ValueError: as of `find`.
        AgentError: its bundle is damaged.
        MissingPackageError: stable-baselines3 or torch is not installed.
    """
    folder = find(name, entries)
    try:
        task = envs.task(name.partition("/")[0], **Bundle.read(folder).training.arguments)
    except (TypeError, ValueError) as error:
        raise AgentError(f"{folder} names no environment that is here: {error}") from error
    return load_agent(folder, task, **options)
