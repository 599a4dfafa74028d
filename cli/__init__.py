"""The command line: `goalgap COMMAND`, made from typed functions. The only part that imports everything."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import tyro
from rich.console import Console

from . import boards, drawing, looking, main_job
from .options import RefusedError

COMMANDS: dict[str, Callable[..., Any]] = {
    "list": looking.list_environments,
    "show": looking.show,
    "run": main_job.run,
    "train": main_job.train,
    "eval": main_job.evaluate,
    "report": main_job.report,
    "curves": drawing.curves,
    "enter": boards.enter,
    "leaderboard": boards.leaderboard,
}


def main(arguments: list[str] | None = None) -> None:
    """Run one command. Exit code 2 for what the user can mend, with one line that says how; 130 when interrupted."""
    try:
        tyro.extras.subcommand_cli_from_dict(
            COMMANDS, prog="goalgap", description="Which goal has your agent learned?", args=arguments
        )
    except (ValueError, TypeError, OSError, RefusedError) as error:
        Console(stderr=True, soft_wrap=True).print(f"[bold red]error:[/] {_plain(error)}", highlight=False)
        sys.exit(2)
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped; what had finished is kept, and the same command goes on from there")
        sys.exit(130)


def _plain(error: BaseException) -> str:
    return str(error).replace("[", r"\[") or type(error).__name__
