"""Agents that ask for help: at each step they say how sure they are, and where they are not, they ask the oracle.

How sure is sure is told by training, where nobody asks: a threshold is a quantile of the confidence in its steps. Each
score of confidence (`agents.confidence`) so has a curve of the score in deployment against the share of steps asked
about, to be held against asking at random. An agent that is sure of the wrong goal does not ask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from .agents.acting import AgentPolicy
from .agents.chance import shares
from .agents.confidence import SCORES, Floats
from .agents.ensembles import Ensemble
from .agents.records import TRAINED
from .choices import choose, shown
from .envs.engine.batch import Batch
from .envs.engine.task import Task
from .eval.measures.arrays import arranged
from .eval.measures.asking import AskingCurve, Helped, asking_curves
from .eval.play.policy import level_keys
from .eval.play.rollout import rollout, watch
from .players import as_task, find_policy
from .pursuit import TINY

if TYPE_CHECKING:
    from .players import Given

QUANTILES = tuple(k / 10 for k in range(11))
RANDOM, ASK = "random asking", 5  # the baseline, and what its random numbers are used for
NEVER, ALWAYS = -np.inf, np.inf


class Thinker(Protocol):
    """Who says how sure it is, such as `agents.ensembles.Ensemble`: what `think` returns has logits, float64, shape
    (agents, n, actions), actions, int64, shape (n,), and a state."""

    @property
    def name(self) -> str: ...

    def think(self, obs: Any, state: Any, episode_start: Any, keys: NDArray[np.uint64]) -> Any: ...


class Threshold(NamedTuple):
    """Below which confidence is asked; just there it is asked by chance, so that what says nothing asks at random.

    Attributes:
        value: of the confidence.
        tied: the probability of asking there.
    """

    value: float = NEVER
    tied: float = 0.0

    @classmethod
    def of(cls, confidence: Floats, quantile: float) -> Self:
        """By which this part of all steps of training, shape (steps,), would be asked about."""
        value = np.quantile(confidence, quantile)
        below, at = (confidence < value - TINY).mean(), (np.abs(confidence - value) <= TINY).mean()
        return cls(float(value), float(np.clip((quantile - below) / at, 0, 1)) if at else 0.0)

    def asks(self, confidence: Floats, numbers: Floats) -> NDArray[np.bool_]:
        """Where is asked, by random numbers in [0, 1), shape (n,)."""
        return (confidence < self.value - TINY) | ((confidence <= self.value + TINY) & (numbers < self.tied))


@dataclass(frozen=True)
class Asking:
    """A thinker that asks the intended oracle where it is less sure than a threshold; bound as reference policies are.

    Attributes:
        score, threshold: of its confidence, a name in `SCORES` or `RANDOM`, and below what it asks.
        noting: scores that are noted.
        asked: how often it has asked on each level, int64, an array for each batch that was played.
        noted: these scores in all steps, an array for each step of a batch.
    """

    thinker: Thinker
    score: str = RANDOM
    threshold: Threshold = field(default_factory=Threshold)
    noting: tuple[str, ...] = ()
    asked: list[NDArray[np.int64]] = field(default_factory=list)
    noted: dict[str, list[Floats]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.thinker.name}, asking"

    def bind(self, batch: Batch) -> Asks:
        """The policy that plays a batch."""
        self.asked.append(np.zeros(batch.n, np.int64))
        return Asks(self.name, self, batch, level_keys(batch))

    def sure(self, score: str, logits: Floats, batch: Batch) -> Floats:
        """How sure it is by a score in each game, shape (n,)."""
        if score == RANDOM:
            return shares(0, batch.levels["seed"], batch.states["t"], ASK)
        return SCORES[score](logits)


@dataclass(frozen=True)
class Asks:
    """An asking policy on one batch."""

    name: str
    asking: Asking
    batch: Batch
    keys: NDArray[np.uint64]

    def __call__(self, obs: Any, state: Any, episode_start: Any) -> tuple[NDArray[np.int64], Any]:
        """Actions, its own or the oracle's, int64, shape (n,), and the next state."""
        asking, going = self.asking, ~self.batch.done
        logits, actions, state = asking.thinker.think(obs, state, episode_start, self.keys)
        for name in asking.noting:
            asking.noted.setdefault(name, []).append(asking.sure(name, logits, self.batch)[going])
        sure, numbers = (asking.sure(name, logits, self.batch) for name in (asking.score, RANDOM))
        ask = np.flatnonzero(going & asking.threshold.asks(sure, numbers))
        if len(ask):
            actions = actions.copy()
            actions[ask] = _oracle(self.batch, ask)
            asking.asked[-1][ask] += 1
        return actions, state


def _oracle(batch: Batch, where: NDArray[np.int64]) -> NDArray[np.int64]:
    """What the intended oracle does in some games."""
    task = batch.task
    asked = Batch.on(task, batch.levels[where])
    asked.put(batch.states[where])
    return asked.best_actions(task.channels.index(task.game.intended.name))


def ask_for_help(
    task: Task | str,
    thinker: Thinker | Given,
    levels: int = 200,
    scores: Sequence[str] = tuple(SCORES),
    progress: Callable[[int], None] | None = None,
) -> list[AskingCurve]:
    """How much the help of the intended oracle is worth in deployment, by each score of confidence, and at random.

    Args:
        task: what is played, or the name of an environment; its alpha is that of training, where who asks has no
            record of one.
        thinker: who asks, such as an ensemble, or one agent, as `evaluate` takes it.
        levels: how many of training, which tell thresholds, and of deployment, 0 .. levels-1.
        scores: names in `agents.confidence.SCORES`.
        progress: told how many episodes have ended, now and then, of `plays(scores)` x levels.

    Raises:
        TypeError, ValueError: there is no such score, or who asks does not say how sure it is.
        FileNotFoundError: nothing is at the path of an agent.
    """
    if isinstance(scores, str):
        raise TypeError(f"scores are a list of names, such as [{shown(scores)}]")
    for name in scores:
        choose("score of confidence", name, SCORES)
    task = as_task(task)
    thinker = _thinker(thinker, task)
    told = getattr(thinker, "run_fields", {})
    task = replace(task, **{name: told[name] for name in TRAINED if name in told})
    watched = Asking(thinker, noting=tuple(scores))
    watch(replace(task, split="train"), watched, levels, progress)
    play = partial(_played, task.on("deploy"), thinker, levels, progress)
    never, always = play(RANDOM, Threshold(NEVER)), play(RANDOM, Threshold(ALWAYS))
    steps = {name: np.concatenate(watched.noted[name]) for name in scores}

    def curve(name: str) -> dict[float, Helped]:
        bounds = {each: Threshold(each) if name == RANDOM else Threshold.of(steps[name], each) for each in QUANTILES}
        return {NEVER: never, **{each: play(name, bound) for each, bound in bounds.items()}, ALWAYS: always}

    return asking_curves({name: curve(name) for name in (*steps, RANDOM)}, RANDOM)


def _thinker(given: Any, task: Task) -> Thinker:
    """Who asks: an agent is an ensemble of one."""
    found: Any = given if hasattr(given, "think") else find_policy(given, task)
    if isinstance(found, AgentPolicy):
        found = Ensemble.of([found])
    if not hasattr(found, "think"):
        raise TypeError(f"{found.name} has no network that says how sure it is: give a trained agent, or an ensemble")
    thinker: Thinker = found
    return thinker


def plays(scores: Sequence[str]) -> int:
    """How often `ask_for_help` plays all levels."""
    return 3 + len(QUANTILES) * (1 + len(scores))


def _played(
    task: Task, thinker: Thinker, levels: int, progress: Callable[[int], None] | None, score: str, threshold: Threshold
) -> Helped:
    """All levels, with help below a threshold."""
    asking = Asking(thinker, score, threshold)
    episodes = rollout(task, asking, range(levels), progress=progress)
    asked, steps = np.concatenate(asking.asked), episodes.column("length")
    return Helped(arranged(episodes), asked.astype(np.float64), steps.astype(np.float64))
