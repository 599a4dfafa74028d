"""`goalgap pack`: a trained agent becomes a bundle, which anyone can open without trusting its maker."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from ..extras import needs_extras
from .options import Flag, OptionalInt
from .saying import say


def pack(
    agent: Annotated[Path, tyro.conf.Positional],
    card: Annotated[Path, tyro.conf.arg(metavar="CARD.toml")],
    out: Annotated[Path, tyro.conf.arg(metavar="FOLDER")],
    half: Flag = False,
    training_seed: OptionalInt = None,
) -> None:
    """Pack a trained agent with a card into a bundle: a manifest, its weights, and no code.

    Args:
        agent: a folder that `goalgap train` wrote, or a zip of stable-baselines3.
        card: a TOML file with name, authors, description and license, and url if there is one; of a zip, which has no
            record of its training, environment, reward, alpha, training_seed and, if not usual there, algorithm too.
        out: a new folder for the bundle.
        half: keep weights in half precision, in half the room; its actions may then differ now and then.
        training_seed: of the agent, instead of the card's: so one card does for all seeds.
    """
    with needs_extras():
        from ..agents.bundles import packing
    from ..agents.bundles.manifest import Card

    read = Card.read(card)
    told = read if training_seed is None else Card(**{**read.model_dump(), "training_seed": training_seed})
    made = packing.pack(agent, told, out, half)
    size = sum(path.stat().st_size for path in out.iterdir())
    say(Console(), f"bundle: {out} ({size / 1000:.0f} kB), content hash {made.digest}")
