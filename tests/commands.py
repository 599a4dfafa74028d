"""Commands typed as a user would type them, run in this process."""

from __future__ import annotations

from goalgap.cli import main


def goalgap(*words: object) -> int:
    """Run a command in this process; its exit code."""
    try:
        main([str(word) for word in words])
    except SystemExit as ending:
        return int(ending.code or 0)
    return 0
