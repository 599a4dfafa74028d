"""`goalgap ask`: what asking the intended oracle for help is worth to an agent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from ..agents.confidence import AGREEMENT, SCORES
from ..agents.reference import is_reference_name
from ..asking import ask_for_help, plays
from ..envs.engine.task import Task
from ..eval.measures.asking import AskingCurve
from ..eval.show import terminal
from ..eval.show.asking import asking_chart, compared, points
from ..extras import needs_extras
from ..hub.fetching import local
from ..players import load_agent
from .agents import agent_paths, check_told, environment_first, say_otherwise
from .eval import Agents
from .exports import Exports, Files
from .options import Environment, Opened, Opening, Options, Shared, check_counts
from .progress import progress_shown
from .saying import output

if TYPE_CHECKING:
    from ..agents.ensembles import Ensemble


def ask(
    environment: Environment,
    agents: Agents = (),
    options: Shared = Options(),  # noqa: B008
    opening: Opened = Opening(),  # noqa: B008
    levels: int = 200,
    export: Files = Exports(),  # noqa: B008
) -> None:
    """Let an agent ask the intended oracle for its action where it is unsure, and show what that is worth.

    Several agents act and ask as one, an ensemble: by the mean of their probabilities.

    Args:
        agents: an agent's folder, bundle or stable-baselines3 zip, or one of the zoo, or several, or a run's folder for
            all its seeds. The environment may also stand last.
        options: how the environment is made.
        levels: how many levels to play, of training, which tells how sure the agent usually is, and of deployment.
    """
    environment, agents = environment_first(environment, agents)
    console, task = output(), options.task(environment)
    check_counts(levels=levels)
    export.check()
    with console.status("opening agents"), local(agents) as (agents, _):
        paths = agent_paths(agents)
        check_told(dict(enumerate(paths)), options, task, opening.algorithm)
        found = _ensemble(paths, task, **opening.options)
        say_otherwise(output(stderr=True), paths, task)
    scores = [name for name in SCORES if len(found.agents) > 1 or name != AGREEMENT]
    curves = _curves(console, task, found, levels, scores)
    table, long = compared(curves), points(curves)
    console.print(terminal.tables([table]))
    export.write(console, [table, long], [long], figure=lambda _: asking_chart(curves))


def _ensemble(given: Sequence[str], task: Task, **opened: Any) -> Ensemble:
    """The agents at some paths, as one; what is `opened` is as `load_agent` has it."""
    for path in given:
        if is_reference_name(path, task.game):
            raise ValueError(f"{path} has no network that says how sure it is: name trained agents")
    made = [load_agent(Path(path), task, **opened) for path in given]
    with needs_extras():
        from ..agents.ensembles import Ensemble
    return Ensemble.of(made)


def _curves(console: Console, task: Task, ensemble: Ensemble, levels: int, scores: Sequence[str]) -> list[AskingCurve]:
    """What is played, with its progress shown."""
    done = 0
    with progress_shown(console) as update:

        def tell(ended: int) -> None:
            nonlocal done
            done += ended
            update(f"ask, {ensemble.name}", done, plays(scores) * levels)

        return ask_for_help(task, ensemble, levels, scores, tell)
