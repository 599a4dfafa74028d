"""Engines: where cells are carried out. They differ in nothing else: cells and results are the same.

An engine is given pieces and tells of each what comes of it: `Begun`, and then an outcome, or `Elsewhere`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..working import Piece

Tell = Callable[[Piece, Any], None]
Engine = Callable[[Iterable[Piece], Tell], None]
