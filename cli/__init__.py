"""The command line: `goalgap COMMAND`, made from typed functions. The only part that imports everything."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import tyro

from .. import __version__
from ..choices import shown
from ..envs.engine.kernels.notice import compiling
from ..extras import MissingPackageError
from .ask import ask
from .bench import bench
from .compare import compare
from .curves import curves
from .enter import enter
from .eval import evaluate
from .leaderboard import leaderboard
from .options import RefusedError
from .pack import pack
from .play import play
from .push import push_bundle
from .recipe import recipe
from .report import report
from .rounds import rounds
from .run import run
from .saying import output, say, tell_mistake, write_any_terminal
from .show import list_environments, show
from .site import build, serve
from .standard import standard
from .submit import submit
from .suite import suite
from .sweep import sweep
from .train import train
from .verify import verify
from .watch import watch
from .zoo import list_agents

COMMANDS: dict[str, Callable[..., Any]] = {
    "list": list_environments,
    "show": show,
    "run": run,
    "train": train,
    "recipe": recipe,
    "eval": evaluate,
    "ask": ask,
    "submit": submit,
    "watch": watch,
    "play": play,
    "report": report,
    "compare": compare,
    "bench": bench,
    "sweep": sweep,
    "suite": suite,
    "curves": curves,
    "pack": pack,
    "push": push_bundle,
    "enter": enter,
    "leaderboard": leaderboard,
    "leaderboard build": build,
    "leaderboard serve": serve,
    "verify": verify,
    "round": rounds,
    "zoo": list_agents,
    "standard": standard,
}
ABOUT = "Which goal has your agent learned? --version says which goalgap this is."
MENDABLE = (ValueError, TypeError, OSError, MemoryError, RefusedError, MissingPackageError)
KEEPING = ("run", "train", "standard", "bench", "sweep")  # commands that keep each piece of work when it is done
LONGEST = 4096  # characters of an argument, as many as a path may have


def main(arguments: list[str] | None = None) -> None:
    """Run one command. Exit code 2 for what the user can mend, with one line that says how; 130 when interrupted."""
    write_any_terminal()
    words = sys.argv[1:] if arguments is None else arguments
    if words in (["--version"], ["-V"]):
        print(f"goalgap {__version__}")
        return
    try:
        _check_words(words)
        with compiling(_tell_once()):
            tyro.extras.subcommand_cli_from_dict(COMMANDS, prog="goalgap", description=ABOUT, args=_joined(words))
    except MENDABLE as error:
        tell_mistake(error)
        sys.exit(2)
    except KeyboardInterrupt:
        kept = "; what had finished is kept, and the same command goes on from there" if words[0] in KEEPING else ""
        say(output(stderr=True), f"stopped{kept}")
        sys.exit(130)


def _check_words(words: list[str]) -> None:
    for word in words:
        if len(word) > LONGEST:
            raise RefusedError(f"an argument has at most {LONGEST} characters, not {len(word)}: {word[:40]}...")
    options = [word.partition("=")[0].replace("_", "-") for word in words if word.startswith("--")]
    if twice := next((option for option in options if options.count(option) > 1), None):
        raise RefusedError(f"{shown(twice)} is given twice: give it once, with all its values behind it")


def _joined(words: list[str]) -> list[str]:
    """Words of which the first two are one, where they name a command: `leaderboard build`."""
    command = " ".join(words[:2])
    return [command, *words[2:]] if command in COMMANDS else words


def _tell_once() -> Callable[[str], None]:
    """What says on stderr, once for each game, that its code is compiled: seconds without any other sign of life."""

    @cache
    def tell(game: str) -> None:
        say(output(stderr=True), f"compiling {game}, first time only")

    return tell
