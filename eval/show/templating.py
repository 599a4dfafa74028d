"""The templates of pages and charts."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ...choices import printable

TEMPLATES = Path(__file__).parent / "templates"


def templates(*further: Path) -> Environment:
    """What loads templates: whatever is put into them is escaped, and what is missing is an error.

    Args:
        further: folders of other templates, which may extend and include these.
    """
    environment = Environment(
        loader=FileSystemLoader([*further, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"digest": digest, "plain": plain}
    return environment


def digest(text: str) -> str:
    """How the policy of a page names a style or a script of its own."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def plain(thing: object) -> str:
    """Anything as a text without characters that cannot be seen, or that turn the writing around them."""
    return printable(str(thing))
