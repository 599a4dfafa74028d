"""TreeWorld's agents."""

from __future__ import annotations

from ...envs.tree_world import GAME
from .agents import standard

AGENTS = (*standard(GAME),)
