"""A digest of a network's weights: the zip of one agent has another checksum each time that it is saved."""

from __future__ import annotations

import hashlib

import torch


def weights_digest(network: torch.nn.Module) -> str:
    """The SHA-256 of all weights with their names, types and shapes, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for name, weights in sorted(network.state_dict().items()):
        digest.update(f"{name} {weights.dtype} {tuple(weights.shape)}".encode())
        digest.update(weights.detach().cpu().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
