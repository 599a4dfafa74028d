"""The command line: `goalgap COMMAND`, made from typed functions. The only part that imports everything."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import tyro
from rich.console import Console

from ..api import MissingPackageError
from .curves import curves
from .eval import evaluate
from .leaderboard import enter, leaderboard
from .options import RefusedError
from .play import play
from .report import report
from .run import run
from .show import list_environments, show
from .standard import standard
from .train import train
from .watch import watch

COMMANDS: dict[str, Callable[..., Any]] = {
    "list": list_environments,
    "show": show,
    "run": run,
    "train": train,
    "eval": evaluate,
    "watch": watch,
    "play": play,
    "report": report,
    "curves": curves,
    "enter": enter,
    "leaderboard": leaderboard,
    "standard": standard,
}
MENDABLE = (ValueError, TypeError, OSError, RefusedError, MissingPackageError)


def main(arguments: list[str] | None = None) -> None:
    """Run one command. Exit code 2 for what the user can mend, with one line that says how; 130 when interrupted."""
    try:
        tyro.extras.subcommand_cli_from_dict(
            COMMANDS, prog="goalgap", description="Which goal has your agent learned?", args=arguments
        )
    except MENDABLE as error:
        Console(stderr=True, soft_wrap=True).print(f"[bold red]error:[/] {_plain(error)}", highlight=False)
        sys.exit(2)
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped; what had finished is kept, and the same command goes on from there")
        sys.exit(130)


def _plain(error: BaseException) -> str:
    return str(error).replace("[", r"\[") or type(error).__name__
