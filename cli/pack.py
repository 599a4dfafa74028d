"""`goalgap pack`: a trained agent becomes a bundle, which anyone can open without trusting its maker."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

from ..agents.bundles.manifest import Bundle, Card
from ..extras import needs_extras
from .options import Flag, OptionalInt, Trust
from .saying import output, say


def pack(
    agent: Annotated[Path, tyro.conf.Positional],
    card: Annotated[Path, tyro.conf.arg(metavar="CARD.toml")],
    out: Annotated[Path, tyro.conf.arg(metavar="FOLDER")],
    half: Flag = False,
    format: Literal["safetensors", "onnx"] = "safetensors",
    training_seed: OptionalInt = None,
    trust: Trust = (),
) -> None:
    """Pack a trained agent with a card into a bundle: a manifest, its weights, and no code.

    Args:
        agent: a folder that `goalgap train` wrote, a zip of stable-baselines3, or an ONNX file of any framework.
        card: a TOML file with name, authors, description and license, and url if there is one; of a file, which has no
            record of its training, environment, reward, alpha, training_seed and algorithm too, of a zip where that is
            not usual.
        out: a new folder for the bundle.
        half: keep weights in half precision, in half the room; its actions may then differ now and then.
        format: onnx writes an agent of stable-baselines3 as an ONNX file, which onnxruntime evaluates without torch; so
            do networks with parts of your own, named by --trust, become files that nobody has to trust.
        training_seed: of the agent, instead of the card's: so one card does for all seeds.
    """
    read = Card.read(card)
    told = read if training_seed is None else Card(**{**read.model_dump(), "training_seed": training_seed})
    made = _packed(agent, told, out, half, format, trust)
    size = sum(path.stat().st_size for path in out.iterdir())
    say(output(), f"bundle: {out} ({size / 1000:.0f} kB), content hash {made.digest}")


def _packed(agent: Path, card: Card, out: Path, half: bool, format: str, trust: tuple[str, ...]) -> Bundle:
    onnx = agent.suffix == ".onnx"
    if half and (onnx or format == "onnx"):
        raise ValueError("--half is of safetensors: an ONNX file has its weights as they are")
    if trust and format != "onnx":
        raise ValueError(
            "--trust is of --format onnx, which packs networks with parts of your own: weights alone are packed of "
            "networks that everybody has"
        )
    with needs_extras():
        if onnx:
            from ..agents.onnx.packing import pack_onnx

            return pack_onnx(agent, card, out)
        if format == "onnx":
            from ..agents.onnx.exporting import pack_as_onnx

            return pack_as_onnx(agent, card, out, trust)
        from ..agents.bundles.packing import pack

        return pack(agent, card, out, half)
