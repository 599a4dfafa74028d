"""The command `goalgap`, also as `python -m goalgap`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; Ctrl-C is told in a line from the first moment on, while all is still being imported."""
    try:
        from .cli import main as command
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(130)
    command()


if __name__ == "__main__":
    main()
