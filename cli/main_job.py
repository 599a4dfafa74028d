"""Train, evaluate, report: the main job, whole or in parts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import tyro
from rich.console import Console

from ..envs.engine.task import Task
from ..eval.play.rollout import evaluate as play
from ..eval.report import Report
from ..eval.show import html, terminal
from ..eval.table.episodes import Episodes
from ..eval.table.runs import Run
from ..files import write_whole
from .options import Environment, Options, RefusedError, Shared, agents
from .progress import Update, progress
from .results import alone, find_episodes, finished_episodes, folder_of

LEVELS = 1000
RESULTS = Path("results")


def run(
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    algorithm: str | None = None,
    seeds: int = 3,
    steps: int | None = None,
    levels: int = LEVELS,
    processes: int = 2,
    results: Path = RESULTS,
) -> None:
    """Train agents, evaluate them on all splits, and report which goal they learned: the main job.

    Running the same command again does only what is missing.

    Args:
        environment: name or id; `goalgap list` shows them.
        options: how the environment is made.
        algorithm: PPO, RecurrentPPO or ARS, instead of the one that is usual for the environment.
        seeds: how many agents to train, with training seeds 0, 1, ...
        steps: transitions to learn from, instead of the recipe's.
        levels: how many levels of each split to evaluate on.
        processes: how many agents to train at a time.
        results: the folder all results go to.
    """
    console, task = Console(), options.task(environment)
    _check_counts(seeds=seeds, levels=levels, processes=processes)
    recipe = _recipe(task, algorithm, steps)
    folder = folder_of(results, task, recipe)
    with alone(folder):
        places = {seed: folder / f"seed-{seed}" for seed in range(seeds)}
        _train(console, task, recipe, places, processes)
        with progress(console) as update:
            parts = [each for place in places.values() for each in _evaluate_agent(task, place, levels, update)]
        _conclude(console, parts, folder)


def train(
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    algorithm: str | None = None,
    seed: int = 0,
    steps: int | None = None,
    out: Path | None = None,
    results: Path = RESULTS,
) -> None:
    """Train one agent.

    Args:
        environment: name or id.
        options: how the environment is made.
        algorithm: PPO, RecurrentPPO or ARS, instead of the one that is usual for the environment.
        seed: the training seed.
        steps: transitions to learn from, instead of the recipe's.
        out: the agent's folder, instead of one below the results.
        results: the folder all results go to.
    """
    console, task = Console(), options.task(environment)
    recipe = _recipe(task, algorithm, steps)
    folder = out or folder_of(results, task, recipe) / f"seed-{seed}"
    with alone(folder.parent):
        _train(console, task, recipe, {seed: folder}, 1)
    console.print(f"agent: {folder}", soft_wrap=True, highlight=False)


def evaluate(
    agent: Annotated[str, tyro.conf.Positional],
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    levels: int = LEVELS,
    argmax: bool = False,
    forget: bool = False,
    algorithm: str | None = None,
    out: Path | None = None,
) -> None:
    """Evaluate an agent, or a reference policy by name, and report.

    Args:
        agent: an agent's folder or stable-baselines3 zip (opening one runs code in it: only files you trust), or
            random, noop, oracle:GOAL, degraded:GOAL, mixture:GOAL:GOAL.
        environment: name or id.
        options: how the environment is made.
        levels: how many levels of each split to evaluate on.
        argmax: take the likeliest action instead of drawing from the policy.
        forget: let the agent forget at every step what it has seen before, to learn what it needs its memory for.
        algorithm: what a bare zip was trained by: PPO, RecurrentPPO or ARS, instead of the environment's usual one.
        out: a folder for episodes and report; printed only, if left out.
    """
    console, task = Console(), options.task(environment)
    _check_counts(levels=levels)
    policy, about = _policy(agent, task, argmax, algorithm)
    if forget:
        policy, about = _forgetful(policy, about)
    with progress(console) as update:
        episodes = _play(task, policy, levels, about, update, f"evaluate {policy.name}")
    if out is not None:
        with alone(out):
            way = f"{'forgetful-' if forget else ''}{'argmax' if argmax else 'sampled'}"
            episodes.write(out / f"{way}-{levels}.parquet")
            _conclude(console, [episodes], out)
    else:
        console.print(terminal.render(Report.of(episodes)))


def report(paths: Annotated[tuple[Path, ...], tyro.conf.Positional], out: Path | None = None) -> None:
    """Report on recorded episodes again, without playing any.

    Args:
        paths: files of episodes, or folders that hold some.
        out: a folder for report.json and report.html; the first path's folder, if left out.
    """
    if not paths:
        raise ValueError("name the files of episodes, or folders that hold some, such as results/CheeseCorner-...")
    first = paths[0] if paths[0].is_dir() else paths[0].parent
    _conclude(Console(), find_episodes(paths), out or first)


def _check_counts(**counts: int) -> None:
    for name, number in counts.items():
        if number < 1:
            raise ValueError(f"{name} must be at least 1, not {number}")


def _recipe(task: Task, algorithm: str | None, steps: int | None) -> Any:
    return agents().recipes.recipe(task.game.name, algorithm, **({} if steps is None else {"steps": steps}))


def _train(console: Console, task: Task, recipe: Any, places: dict[int, Path], processes: int) -> None:
    package = agents()
    missing = {seed: place for seed, place in places.items() if not package.training.finished(place)}
    if done := sorted(set(places) - set(missing)):
        console.print(f"trained already: seed {', '.join(map(str, done))}", highlight=False)
    if not missing:
        return
    with progress(console) as update:

        def tell(seed: int, now: Any) -> None:
            update(f"train seed {seed}", now.steps, now.total, f"training return {now.score:.2f}")

        try:
            package.seeds.train_seeds(task, recipe, missing, processes, tell)
        except package.seeds.TrainingError as error:
            raise RefusedError(str(error)) from error


def _evaluate_agent(task: Task, place: Path, levels: int, update: Update) -> Iterable[Episodes]:
    """The episodes of one trained agent, sampled and argmax, played where they are missing."""
    for way, argmax in (("sampled", False), ("argmax", True)):
        path = place / f"{way}-{levels}.parquet"
        policy, about = _policy(str(place), task, argmax)
        episodes = finished_episodes(path, about.details["sha256"])
        if episodes is None:
            name = f"evaluate seed {about.training_seed}, {way}"
            episodes = _play(task, policy, levels, about, update, name)
            episodes.write(path)
        yield episodes


def _play(task: Task, policy: Any, levels: int, about: Run, update: Update, name: str) -> Episodes:
    done = 0

    def tell(ended: int) -> None:
        nonlocal done
        done += ended
        update(name, done, 3 * levels)

    return play(task, policy, levels, run=about, progress=tell)


def _policy(agent: str, task: Task, argmax: bool, algorithm: str | None = None) -> tuple[Any, Run]:
    """The policy an agent's name or path stands for, and what is to be recorded of it."""
    package, path = agents(), Path(agent)
    if not path.exists() and (":" in agent or agent in package.reference.reference_names(task.game)):
        policy = package.reference.reference(agent, task.game)
        return policy, Run(agent=policy.name, deterministic=argmax, reward=task.reward)
    usual = package.recipes.recipe(task.game.name, algorithm).algorithm
    policy = package.loading.load_agent(path, task, sampled=not argmax, algorithm=usual)
    record = policy.record
    policy.seed = record.get("seed", 0)
    details = {name: record[name] for name in ("recipe", "sha256", "steps", "seconds") if name in record}
    about = Run(
        agent=record.get("recipe", {}).get("algorithm", policy.name), training_seed=record.get("seed", 0),
        deterministic=argmax, reward=record.get("reward", task.reward), alpha=record.get("alpha", 0.0), details=details,
    )  # fmt: skip
    return policy, about


def _forgetful(policy: Any, about: Run) -> tuple[Any, Run]:
    """The same agent without its memory; ValueError if it has none."""
    if not getattr(policy, "remembers", False):
        raise ValueError(f"{policy.name} has no memory to forget: only agents of RecurrentPPO have one")
    policy.memory = False
    return policy, about.model_copy(update={"agent": f"{about.agent}, memory ablated"})


def _conclude(console: Console, episodes: list[Episodes], folder: Path) -> None:
    """Print the report and write it as JSON and HTML."""
    made = Report.of(episodes)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "report.json", (made.model_dump_json(indent=2) + "\n").encode())
    write_whole(folder / "report.html", html.render(made, Episodes.join(episodes)).encode())
    console.print(terminal.render(made))
    console.print(f"\nreport: {folder / 'report.html'}", soft_wrap=True, highlight=False)
