"""`goalgap pack`: a trained agent becomes a bundle, which anyone can open without trusting its maker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from ..agents.bundles.manifest import Bundle, Card
from ..extras import needs_extras
from .options import Flag, OptionalInt, Trust
from .saying import output, say


@dataclass(frozen=True)
class Packing:
    """What a bundle is made of."""

    half: Flag = False
    """keep weights in half precision, in half the room; its actions may then differ now and then"""
    format: Literal["safetensors", "onnx"] = "safetensors"
    """onnx writes an agent of stable-baselines3 as an ONNX file, which onnxruntime evaluates without torch; so do
    networks with parts of your own, named by --trust, become files that nobody has to trust"""
    trust: Trust = ()

    def pack(self, agent: Path, card: Card, out: Path) -> Bundle:
        """Make the bundle; ValueError for what cannot be had together."""
        onnx = agent.suffix == ".onnx"
        if self.half and (onnx or self.format == "onnx"):
            raise ValueError("--half is of safetensors: an ONNX file has its weights as they are")
        if self.trust and self.format != "onnx":
            raise ValueError(
                "--trust is of --format onnx, which packs networks with parts of your own: weights alone are packed of "
                "networks that everybody has"
            )
        with needs_extras():
            if onnx:
                from ..agents.onnx.packing import pack_onnx

                return pack_onnx(agent, card, out)
            if self.format == "onnx":
                from ..agents.onnx.exporting import pack_as_onnx

                return pack_as_onnx(agent, card, out, self.trust)
            from ..agents.bundles.packing import pack

            return pack(agent, card, out, self.half)


def pack(
    agent: Annotated[Path, tyro.conf.Positional],
    card: Annotated[Path, tyro.conf.arg(metavar="CARD.toml")],
    out: Annotated[Path, tyro.conf.arg(metavar="FOLDER")],
    packing: Annotated[Packing, tyro.conf.arg(name="")] = Packing(),
    training_seed: OptionalInt = None,
) -> None:
    """Pack a trained agent with a card into a bundle: a manifest, its weights, and no code.

    Args:
        agent: a folder that `goalgap train` wrote, a zip of stable-baselines3, or an ONNX file of any framework.
        card: a TOML file with name, authors, description and license, and url if there is one; of a file, which has no
            record of its training, environment, reward, alpha, training_seed and algorithm too, of a zip where that is
            not usual.
        out: a new folder for the bundle.
        training_seed: of the agent, instead of the card's: so one card does for all seeds.
    """
    read = Card.read(card)
    told = read if training_seed is None else Card(**{**read.model_dump(), "training_seed": training_seed})
    made = packing.pack(agent, told, out)
    size = sum(path.stat().st_size for path in out.iterdir())
    say(output(), f"bundle: {out} ({size / 1000:.0f} kB), content hash {made.digest}")
