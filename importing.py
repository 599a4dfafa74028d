"""What users name as MODULE:NAME, functions and classes of their own: imported where a user asks, never for a file."""

from __future__ import annotations

import sys
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from traceback import extract_tb
from typing import Any

from .choices import shown


def check_path(what: str, text: Any) -> None:
    """ValueError unless a text is of the form MODULE:NAME; nothing is imported."""
    module, colon, name = text.partition(":") if isinstance(text, str) else ("", "", "")
    if not (colon and name.isidentifier() and all(part.isidentifier() for part in module.split("."))):
        raise ValueError(f"{what} is named as MODULE:NAME, such as my_module:Mine, not {shown(text)}")


def import_named(what: str, text: str) -> Any:
    """What is named as MODULE:NAME, also of a module in the working directory; the module's code is run.

    Raises:
        ValueError: there is none, it is not named so, or its module raises an error.
    """
    check_path(what, text)
    module, _, name = text.partition(":")
    _look_here()
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"there is no {what} {shown(text)}: {error}") from error
    except Exception as error:
        raise ValueError(f"{module} cannot be imported: {_where(error)}") from error


def _where(error: Exception) -> str:
    """What is wrong with a module, and in which line."""
    last = extract_tb(error.__traceback__)[-1]
    place = "" if isinstance(error, SyntaxError) else f" ({last.filename}, line {last.lineno})"  # it tells by itself
    return f"{type(error).__name__}: {error}{place}"


def code_digest(text: str) -> str:
    """The SHA-256 of the file of the module in MODULE:NAME, which is not imported; empty where it has no file.

    Packages that it lies in are imported.

    Raises:
        ValueError: there is no such module, or one of its packages raises an error.
    """
    module = text.partition(":")[0]
    _look_here()
    try:
        found = find_spec(module)
    except (ImportError, ValueError) as error:
        raise ValueError(f"there is no module {shown(module)}: {error}") from error
    except Exception as error:
        raise ValueError(f"{module} cannot be imported: {_where(error)}") from error
    if found is None:
        raise ValueError(f"there is no module {shown(module)}, neither installed nor in the working directory")
    return sha256(Path(found.origin).read_bytes()).hexdigest() if found.has_location and found.origin else ""


def _look_here() -> None:
    """Modules of the working directory are found too, behind installed ones, which none of them can stand in for."""
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
