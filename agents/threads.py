"""What torch computes on. One thread: small networks gain nothing from more, and lose much when cores are shared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread, so that a seed gives the same again on the same machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def check_device(device: str) -> None:
    """ValueError where a GPU is asked for and torch finds none; stable-baselines3 would go on without it."""
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("torch finds no GPU here, so device is cpu, or auto, which takes one where there is one")
