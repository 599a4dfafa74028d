"""How a worker opens an agent's file: by the function that opens it where nothing is confined."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..agents.acting import AgentPolicy
from ..envs import task
from ..players import load_agent


def open_agent(path: str, played: dict[str, Any], options: dict[str, Any]) -> AgentPolicy:
    """The policy of an agent; `played` is a task's environment and arguments, options are those of `load_agent`."""
    return load_agent(Path(path), task(played["environment"], **played["arguments"]), **options)
