"""Weights as safetensors: plain arrays with names, and no code.

Actor and critic of stable-baselines3 mostly share what extracts features, under three names; that is kept once.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load, save

HALF = np.float16
MOST, HEADER = 64 * 2**20, 2**17  # bytes
LARGEST = 2**16 - 32  # that half precision holds
SHARED, SHARING = "features_extractor.", ("pi_", "vf_")


class SafeWeights:
    """The weights in a file's content, as `reading.building.build` takes them.

    Attributes:
        stored: float32 or float16 arrays, by name.

    Raises:
        ValueError: they are no safetensors, or of other types.
    """

    def __init__(self, content: bytes) -> None:
        _types(content)
        try:
            kept = load(content)
        except SafetensorError as error:
            raise ValueError(f"no safetensors: {error}") from error
        self.stored: dict[str, Any] = {other: kept[name] for name in kept for other in _names(name)} | kept

    def tensor(self, name: str) -> torch.Tensor:
        """A tensor by its name, float32; ValueError where its numbers are not finite."""
        numbers = self.stored[name]
        if not np.isfinite(numbers).all():
            raise ValueError(f"not all numbers of {name} are finite")
        return torch.from_numpy(numbers.astype(np.float32))


def _names(name: str) -> list[str]:
    """The other names that weights may have."""
    return [prefix + name for prefix in SHARING] if name.startswith(SHARED) else []


def saved(network: torch.nn.Module, half: bool) -> bytes:
    """The weights of a network as the content of a file, in half precision or as they are, float32.

    Raises:
        ValueError: some are not finite, or too large for half precision.
    """
    weights = network.state_dict()
    again = {other for name in weights for other in _names(name) if _same(weights[name], weights.get(other))}
    arrays = {name: tensor.detach().cpu().numpy() for name, tensor in weights.items() if name not in again}
    for name, array in arrays.items():
        if not np.isfinite(array).all() or (half and np.abs(array).max(initial=0) > LARGEST):
            raise ValueError(f"not all numbers of {name} are finite" + " in half precision" * half)
    return save({name: np.ascontiguousarray(array, HALF if half else np.float32) for name, array in arrays.items()})


def _same(one: torch.Tensor, other: torch.Tensor | None) -> bool:
    return other is not None and one.shape == other.shape and torch.equal(one, other)


def is_half(content: bytes) -> bool:
    """Whether any weights in a file's content are in half precision; ValueError where it cannot be read."""
    return "F16" in _types(content)


def _types(content: bytes) -> set[str]:
    """The types of the arrays that the header names, float16 or float32; it is JSON after a length of 8 bytes."""
    if len(content) > MOST or (size := int.from_bytes(content[:8], "little")) > HEADER:
        raise ValueError(f"no safetensors of at most {MOST >> 20} MiB with a header of at most {HEADER >> 10} KiB")
    try:
        header = json.loads(content[8 : 8 + size])
        types = {entry["dtype"] for name, entry in header.items() if name != "__metadata__"}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("no safetensors: its header cannot be read") from error
    if not types <= {"F16", "F32"}:
        raise ValueError(f"weights are F16 or F32, not {', '.join(sorted(map(str, types)))[:100]}")
    return types
