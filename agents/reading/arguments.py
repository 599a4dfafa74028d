"""What a file may say of the arguments of its network: each by a function that returns it, or refuses it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

from ...choices import shown
from .errors import UnknownPartError
from .known import ACTIVATIONS, EXTRACTORS

Check = Callable[[Any], Any]
UNITS, LAYERS, CHANNELS, SIDE = 4096, 16, 128, 101
EXTRACTOR_CLASS = "features_extractor_class"
PICKLED = ":serialized:"  # what a pickle is called, beside which stand its parts as text


def number(most: int, least: int = 0) -> Check:
    """A whole number, also as text, which NumPy's numbers become."""

    def check(told: Any) -> int:
        given = int(told) if isinstance(told, str) and told.isascii() and told.isdigit() and len(told) < 20 else told
        if type(given) is not int or not least <= given <= most:
            raise ValueError(f"a whole number from {least} to {most}, not {shown(told)}")
        return given

    return check


def numbers(most: int) -> Check:
    """A list of so many units or channels for each layer."""

    def check(told: Any) -> list[int]:
        if not isinstance(told, list) or len(told) > LAYERS:
            raise ValueError(f"a list of at most {LAYERS} numbers, not {shown(told)}")
        return [number(most, 1)(each) for each in told]

    return check


def flag(told: Any) -> bool:
    if type(told) is not bool:
        raise ValueError(f"true or false, not {shown(told)}")
    return told


def one_of(kinds: Iterable[type]) -> Check:
    """One of some classes, by their text."""
    known = {str(kind): kind for kind in kinds}

    def check(told: Any) -> type:
        if not isinstance(told, str) or told not in known:
            raise ValueError(f"one of {', '.join(kind.__name__ for kind in known.values())}, not {shown(told)}")
        return known[told]

    return check


def architecture(told: Any) -> Any:
    """Layers, or those of the policy and of the values, also in a list of one, as older versions wrote them."""
    told = told[0] if isinstance(told, list) and len(told) == 1 and isinstance(told[0], dict) else told
    layers = numbers(UNITS)
    return checked({"pi": layers, "vf": layers}, told) if isinstance(told, dict) else layers(told)


def tile(told: Any) -> list[Any]:
    """A square of pixels, as nested lists of 0 .. 255, shape (side, side, 3)."""
    side = len(told) if isinstance(told, list) and len(told) <= SIDE else 0
    pixels = np.array(told, object)
    if pixels.shape != (side, side, 3) or not all(type(value) is int and 0 <= value < 256 for value in pixels.flat):
        raise ValueError("a square of pixels")
    return list(told)


def channels(told: Any) -> Any:
    return numbers(CHANNELS)(told) if isinstance(told, list) else number(CHANNELS)(told)


def checked(known: Mapping[str, Check | None], told: Any) -> dict[str, Any]:
    """The arguments that a file tells; those that are known as None, and those that it leaves open, are left out.

    Raises:
        UnknownPartError: one is not known, or has a value that is not allowed.
    """
    if not isinstance(told, dict):
        raise UnknownPartError(f"a dictionary, not {shown(told)}")
    found = {}
    for name, value in told.items():
        if name not in known:
            raise UnknownPartError(f"{shown(name)} is no argument that is known")
        if (check := known[name]) is not None and value is not None:
            try:
                found[name] = check(value)
            except ValueError as error:
                raise UnknownPartError(f"{name}: {error}") from error
    return found


EXTRACTOR: dict[str, Check | None] = {
    "patch": number(SIDE),
    "far": number(SIDE),
    "hidden": numbers(UNITS),
    "agent_layer": number(UNITS, -UNITS),
    "agent": tile,
    "channels": channels,
    "features_dim": number(UNITS, 1),
    "normalized_image": flag,
}
POLICY: dict[str, Check | None] = {
    "net_arch": architecture,
    "activation_fn": one_of(ACTIVATIONS),
    EXTRACTOR_CLASS: one_of(EXTRACTORS),
    "features_extractor_kwargs": partial(checked, EXTRACTOR),
    "share_features_extractor": flag,
    "normalize_images": flag,
    "lstm_hidden_size": number(UNITS, 1),
    "n_lstm_layers": number(LAYERS, 1),
    "shared_lstm": flag,
    "enable_critic_lstm": flag,
    "n_quantiles": number(UNITS, 1),
    "with_bias": flag,
    **{name: EXTRACTOR[name] for name in ("patch", "far", "agent")},
    # what only training needs, or only actions that are no choices
    **dict.fromkeys(
        ("optimizer_class", "optimizer_kwargs", "ortho_init", "log_std_init", "use_sde", "full_std", "use_expln",
         "squash_output", "device", ":type:", PICKLED)
    ),
}  # fmt: skip
