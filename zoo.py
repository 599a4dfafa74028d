"""The zoo: trained agents of which it is known what they go for, each opened by its name.

    goalgap.zoo.names()                                        # "CheeseDish/ppo/seed-0", ...
    agent = goalgap.zoo.load("CheeseDish/ppo/seed-0")          # as of load_agent; agent.model is of stable-baselines3
    goalgap.zoo.recorded("CheeseDish/ppo/seed-0")              # the episodes that its entry has of it

They are the bundles of the leaderboard's entries: what each does on 3,000 levels stands in its entry's episodes, and
`goalgap zoo` says what that shows. They lie in the repository, and are no part of an installation.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import envs
from .agents.bundles.manifest import MANIFEST, Bundle
from .agents.reading.errors import AgentError
from .agents.records import ABLATED
from .choices import choose
from .files import exists
from .leaderboards.bundles import FOLDER, run_of
from .leaderboards.entry import Entry
from .leaderboards.folders import ENTRIES
from .leaderboards.words import slug
from .players import load_agent
from .provenance import repository

if TYPE_CHECKING:
    from .agents.acting import AgentPolicy
    from .eval.table.episodes import Episodes

ALIKE = 0.8  # how far a word that is meant as the name of an environment is one, from 0 to 1


def names(entries: Path | str = ENTRIES) -> list[str]:
    """The names of all agents, sorted: environment, entry and training seed, as in "CheeseDish/ppo/seed-0".

    Entries that agents have made once more without their memory are left out: they are the same agents.
    """
    found = (path.parent.relative_to(entries) for path in Path(entries).glob(f"*/*/{FOLDER}/*/{MANIFEST}"))
    own = (each for each in found if each.parts[0] in envs.SUITE and not each.parts[1].endswith(slug(ABLATED)))
    return sorted(f"{place.parent.parent.as_posix()}/{place.name}" for place in own)


def is_name(word: str) -> bool:
    """Whether a word is meant as a name of an agent here: ENVIRONMENT/ENTRY/seed-0, with no file or folder there."""
    environment, *rest = word.split("/")
    return len(rest) == 2 and bool(get_close_matches(environment, envs.SUITE, cutoff=ALIKE)) and not exists(Path(word))


def find(name: str, entries: Path | str = ENTRIES) -> Path:
    """The folder of an agent's bundle.

    Raises:
        FileNotFoundError: there are no agents; says where to get some.
        ValueError: there is none of this name; says what there is, of its environment where it is of one.
    """
    if not (known := names(entries)):
        raise FileNotFoundError(
            f"there are no agents below {entries}: the zoo is in {repository()}; clone it, and name its folder "
            "goalgap/leaderboards/entries: entries= in Python, --entries of `goalgap zoo` and `goalgap compare`; other "
            "commands take the folder of an agent below it"
        )
    places = get_close_matches(name.partition("/")[0], envs.SUITE, n=1, cutoff=ALIKE)
    here = [each for each in known if each.partition("/")[0] in places]
    entry, _, agent = choose("agent of the zoo", name, here or known).rpartition("/")
    return Path(entries) / entry / FOLDER / agent


def recorded(name: str, entries: Path | str = ENTRIES) -> Episodes:
    """The episodes of an agent that are in its entry; raises as `find` does, and EntryError where these are damaged."""
    folder = find(name, entries)
    entry = Entry.read(folder.parents[1])
    bundled = next(each for each in entry.bundles if each.folder.name == folder.name)
    run = run_of(bundled, entry.episodes.runs)
    return replace(entry.episodes.where(training_seed=run.training_seed), runs=(run,))


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
