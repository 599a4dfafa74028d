"""Cells of sweeps, and what came of them, that are made up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from goalgap.sweeps.outcomes import About, Mode, Outcome, Result
from goalgap.sweeps.summary import Summary


@dataclass(frozen=True)
class Told:
    """A cell that is only told of."""

    about: About
    key: str = "a"
    claim: str = "a"
    place: Path | None = None

    def run(self, _: object) -> Result:
        raise NotImplementedError


def about(agent: str = "PPO", seed: int = 0, **told: object) -> About:
    usual = {"environment": "CheeseCorner", "steps": 4096, "recipe": "steps=4096 hidden=64,64"}
    return About(agent=agent, seed=seed, **{**usual, **told})  # type: ignore[arg-type]


def ended(of: About, score: float, goal: str | None, modes: tuple[str, ...] = ("sampled", "argmax")) -> Outcome:
    each = (
        Mode(mode=name, learned=1.0, scores={"deploy": score - k}, gaps={"goal": 0.5}, pursuits={})
        for k, name in enumerate(modes)
    )
    return Outcome(key="a", about=of, status="done", result=Result(finding="divided", goal=goal, modes=tuple(each)))


def summary(*known: tuple[About, Outcome | None]) -> Summary:
    made = Summary()
    assert len(list(made.noted((Told(of), outcome) for of, outcome in known))) == len(known)
    return made
