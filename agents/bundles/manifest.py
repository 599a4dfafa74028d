"""The manifest of a bundle and the card that its maker writes, as data; nothing here needs torch."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, Tag, ValidationError

from ...choices import shown
from ...eval.table.record import Record, first_mistake
from ...eval.table.runs import Name
from ..reading.errors import AgentError

MANIFEST, WEIGHTS, ONNX, README = "bundle.json", "weights.safetensors", "policy.onnx", "README.md"
MOST = 2**20  # bytes of a manifest or a card
Text = Annotated[Name, Field(min_length=1, max_length=2000)]
Short = Annotated[Name, Field(min_length=1, max_length=100)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Finite(Record):
    """Of numbers that JSON can hold."""

    model_config = ConfigDict(allow_inf_nan=False)


class Card(Finite):
    """What the maker says of an agent.

    `environment`, its `arguments`, `algorithm`, `reward`, `alpha` and `training_seed` are of agents without a record of
    their training: where there is one, it says so, and the card may not say otherwise.
    """

    name: Short
    authors: Text
    description: Text
    license: Short
    url: Annotated[Name, Field(max_length=500)] = ""
    environment: Short | None = None
    arguments: dict[str, int | float | str] = Field(default_factory=dict)
    algorithm: Short | None = None
    reward: Short | None = None
    alpha: Annotated[float, Field(ge=0, le=1)] | None = None
    training_seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """The card in a TOML file; AgentError says what is wrong with it."""
        try:
            return cls.model_validate(tomllib.loads(_text(path)))
        except ValidationError as error:
            raise AgentError(f"{path}: {first_mistake(error)}; a card has {', '.join(cls.model_fields)}") from None
        except ValueError as error:
            raise AgentError(f"{path} is no TOML file: {error}") from None


class Space(Finite):
    """Observations: their shape, NumPy's name of their type, and their bounds."""

    shape: tuple[Annotated[int, Field(ge=1)], ...]
    dtype: str
    low: float
    high: float


class Network(Finite):
    """What the weights are of: an algorithm's policy class, by name, its arguments, and the spaces it acts between."""

    policy: Short
    arguments: dict[str, Any]
    observations: Space
    actions: Annotated[int, Field(ge=1)]


class OnnxNetwork(Finite):
    """A network that an ONNX file holds: what it sees, what it says of actions, and the states that it hands on."""

    format: Literal["onnx"]
    observations: Space
    actions: Annotated[int, Field(ge=1)]
    outputs: Literal["logits", "q_values"]
    memory: dict[str, tuple[Annotated[int, Field(ge=1)], ...]]


class Training(Finite):
    """What it was trained on; `recipe` says by which algorithm, and all else that is known of how."""

    split: str = "train"
    arguments: dict[str, Any] = Field(default_factory=dict)
    reward: Short
    alpha: Annotated[float, Field(ge=0, le=1)]
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    recipe: dict[str, Any]
    steps: int | None = None
    seconds: float | None = None
    device: str | None = None
    versions: dict[str, str] = Field(default_factory=dict)


def _kind_of_network(told: Any) -> str:
    onnx = "format" in told if isinstance(told, dict) else isinstance(told, OnnxNetwork)
    return "onnx" if onnx else "network"


class Bundle(Finite):
    """The manifest.

    Attributes:
        environment: the id of the training split, such as "goalgap/CheeseCorner-v0".
        fingerprint: of the environment as it was packed for: 16 hexadecimal digits that change when its levels,
            pictures or rules do.
        weights: the SHA-256 of the file of weights, or of the ONNX file.
        algorithm: that trained it, by stable-baselines3's or sb3-contrib's name; of an ONNX file by any.
        source: the SHA-256 of the agent's file that was packed, by which episodes may name their agent.
    """

    format: Literal["goalgap-bundle"] = "goalgap-bundle"
    format_version: Literal[1] = 1
    card: Card
    environment: Short
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    algorithm: Short
    network: Annotated[
        Annotated[Network, Tag("network")] | Annotated[OnnxNetwork, Tag("onnx")], Discriminator(_kind_of_network)
    ]
    training: Training
    weights: Digest
    source: Digest | None = None

    @property
    def file(self) -> str:
        """What its file of weights is called."""
        return ONNX if isinstance(self.network, OnnxNetwork) else WEIGHTS

    @property
    def files(self) -> tuple[str, str, str]:
        """All its files; nothing else is in its folder."""
        return MANIFEST, self.file, README

    @property
    def digest(self) -> str:
        """The content hash, 64 hexadecimal digits: of everything that the manifest says, weights included."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def record(self) -> dict[str, Any]:
        """What `agent.json` would say of it, and `bundle`, its content hash, and `network`, what declares it."""
        told = self.training.model_dump(exclude_none=True)
        told["recipe"] = {**told["recipe"], "algorithm": self.algorithm}
        return {
            **told,
            "environment": self.environment,
            "sha256": self.weights,
            "bundle": self.digest,
            "network": self.network,
        }

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The manifest of a bundle; AgentError says what is wrong with it."""
        try:
            return cls.model_validate_json(_text(folder / MANIFEST))
        except ValidationError as error:
            raise AgentError(f"{folder / MANIFEST}: {first_mistake(error)}") from None


def is_bundle(folder: Path) -> bool:
    """Whether a folder holds a bundle."""
    return (folder / MANIFEST).is_file()


def _text(path: Path) -> str:
    """A file's text; AgentError where it is no text, or too long."""
    with path.open("rb") as file:
        content = file.read(MOST + 1)
    if len(content) > MOST:
        raise AgentError(f"{path} is too large: {MOST >> 10} KiB are allowed")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise AgentError(f"{path} is no text in UTF-8: {shown(error.reason)}") from None
