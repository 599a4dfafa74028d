"""The command line: `goalgap COMMAND`, made from typed functions. The only part that imports everything."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import tyro
from rich.console import Console

from .. import __version__
from ..envs.engine.kernels.notice import compiling
from ..players import MissingPackageError
from .curves import curves
from .eval import evaluate
from .leaderboard import enter, leaderboard
from .options import RefusedError
from .report import report
from .run import run
from .show import list_environments, show
from .standard import standard
from .train import train

COMMANDS: dict[str, Callable[..., Any]] = {
    "list": list_environments,
    "show": show,
    "run": run,
    "train": train,
    "eval": evaluate,
    "report": report,
    "curves": curves,
    "enter": enter,
    "leaderboard": leaderboard,
    "standard": standard,
}
ABOUT = "Which goal has your agent learned? --version says which goalgap this is."
MENDABLE = (ValueError, TypeError, OSError, RefusedError, MissingPackageError)


def main(arguments: list[str] | None = None) -> None:
    """Run one command. Exit code 2 for what the user can mend, with one line that says how; 130 when interrupted."""
    words = sys.argv[1:] if arguments is None else arguments
    if words in (["--version"], ["-V"]):
        print(f"goalgap {__version__}")
        return
    try:
        with compiling(_tell_once()):
            tyro.extras.subcommand_cli_from_dict(COMMANDS, prog="goalgap", description=ABOUT, args=words)
    except MENDABLE as error:
        Console(stderr=True, soft_wrap=True).print(f"[bold red]error:[/] {_plain(error)}", highlight=False)
        sys.exit(2)
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped; what had finished is kept, and the same command goes on from there")
        sys.exit(130)


def _tell_once() -> Callable[[str], None]:
    """What says on stderr, once for each game, that its code is compiled: seconds without any other sign of life."""

    @cache
    def tell(game: str) -> None:
        Console(stderr=True, soft_wrap=True).print(f"compiling {game}, first time only", highlight=False)

    return tell


def _plain(error: BaseException) -> str:
    return str(error).replace("[", r"\[") or type(error).__name__
