"""Packing: an ONNX file becomes a bundle, by its owner or by anyone, since no code of it runs."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from ...choices import shown
from ...envs.engine.fingerprint import fingerprint
from ..bundles.cards import trained_on, write
from ..bundles.manifest import Bundle, Card
from ..reading.errors import AgentError
from ..records import content_of
from .file import FILE
from .loading import declared, open_onnx


def pack_onnx(file: Path, card: Card, folder: Path, agent: Path | None = None, **known: Any) -> Bundle:
    """Write an ONNX file as a bundle.

    Args:
        file: as `agents.onnx` describes it.
        card: what its maker says of it, its `algorithm` by any name.
        folder: a new one.
        agent: of ours that it was exported from, if it was, whose record says what it was trained on.
        known: of the bundle, `source`.

    Raises:
        FileNotFoundError, AgentError: there is no such file, it holds what is not read, or the card does not fit it.
        StorageError: the folder cannot be written.
    """
    training, played = trained_on(agent or file, card)
    content = content_of(file, FILE)
    network = open_onnx(file, content, played)
    if not (algorithm := training.recipe.get("algorithm", "")):
        raise AgentError(f"{file} does not say what trained it: its card must say algorithm too, by any name")
    if not isinstance(algorithm, str) or not algorithm.isprintable():
        raise AgentError(f"an algorithm has a name, unlike {shown(algorithm)}")
    recipe = {**training.recipe, "outputs": network.outputs, "recurrent": network.remembers}
    made = Bundle(
        card=card, environment=played.game.id, fingerprint=fingerprint(played), algorithm=algorithm,
        network=declared(network, played), training=training.model_copy(update={"recipe": recipe}),
        weights=sha256(content).hexdigest(), **known,
    )  # fmt: skip
    write(folder, made, content)
    return made
