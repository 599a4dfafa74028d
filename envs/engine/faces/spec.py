"""What Gymnasium writes down of an environment that it has made, completed by the horizon.

Games truncate themselves, after `horizon` steps, which depends on their arguments; so the registry names no limit, and
`gymnasium.make` wraps no TimeLimit around them. What asks for the number of steps finds it in the spec of the
environment. Made again from that spec, it has a TimeLimit of the same number, which cuts nothing off.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gymnasium.envs.registration import EnvSpec

from ..task import Task


class HorizonInSpec:
    """An environment whose `spec`, once set, has the task's horizon as `max_episode_steps`."""

    task: Task
    _spec: EnvSpec | None = None

    @property
    def spec(self) -> EnvSpec | None:
        return self._spec

    @spec.setter
    def spec(self, given: EnvSpec | None) -> None:
        self._spec = given and replace(given, max_episode_steps=self.task.horizon)


def with_limit(arguments: dict[str, Any], max_episode_steps: int | None) -> dict[str, Any]:
    """Arguments of a task, where `max_episode_steps`, as a spec has it, is another word for `horizon`."""
    if max_episode_steps is None:
        return arguments
    if (arguments.get("horizon") or max_episode_steps) != max_episode_steps:
        raise ValueError(
            f"max_episode_steps is another word for horizon, so give one of them: not horizon={arguments['horizon']} "
            f"and max_episode_steps={max_episode_steps}"
        )
    return {**arguments, "horizon": max_episode_steps}
