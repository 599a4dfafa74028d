"""Why a file is not read, with the part of it that is meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class AgentError(ValueError):
    """An agent file that cannot be used; the message says what is wrong with it."""


class UnknownPartError(ValueError):
    """A network is built of something that is not known here."""


@contextmanager
def part(name: str) -> Iterator[None]:
    """Within, what goes wrong with one part of a file is told with its name."""
    try:
        yield
    except UnknownPartError as error:
        raise UnknownPartError(f"{name}: {error}") from error
    except Exception as error:
        raise ValueError(f"{name}: {error or type(error).__name__}") from error
